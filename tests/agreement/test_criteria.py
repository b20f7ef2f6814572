"""Criteria: which leads are ready for sales, and what the others lack."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.criteria import HandOver, ImpossibleCriteria, check_lead

FACTS = {
    "industry": "machinery",
    "role": "buyer",
    "seniority": "director",
    "country": "sweden",
    "city": "malmö",
    "employees": 120.0,
    "email": "a@b.se",
}
CRITERIA = HandOver(
    bucket="warm",
    signals=("demo_request", "pricing_page"),
    min_employees=50,
    max_employees=500,
    industries=("Machinery", "steel"),
    roles=("Director",),
    places=("Malmö ",),
    required=("email|phone", "industry"),
)


def check(facts=FACTS, *, bucket="hot", signals=(), criteria=CRITERIA):
    """Check a lead that meets all criteria but for what is named."""
    return check_lead(facts, bucket=bucket, signals=signals, criteria=criteria)


@pytest.mark.parametrize("bucket", ["warm", "hot"])
def test_a_lead_that_meets_everything_is_ready(bucket):
    """The bucket or a hotter one, the size, the field, the role, the place, and the minimum information."""
    verdict = check(bucket=bucket)
    assert (verdict.unmet, verdict.missing) == ((), ())
    assert verdict.is_qualified
    assert verdict.is_ready


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"employees": 49}, "49 employees are fewer than 50"),
        ({"employees": 1_501}, "1,501 employees are more than 500"),
        ({"employees": None}, "Nobody knows how many employees there are"),
        ({"employees": "many"}, "Nobody knows how many employees there are"),
        ({"industry": "retail"}, "Its industry is retail"),
        ({"role": None, "seniority": None}, "Nobody knows its role"),
        ({"seniority": "intern"}, "Its role is buyer"),
        ({"city": "lund"}, "Its place is sweden"),
    ],
)
def test_a_criterion_that_is_not_met_is_said_in_a_sentence(change, says):
    """What the lead is, or that nobody knows, is told in words; what is in the way says nothing of the rest."""
    facts = {name: value for name, value in {**FACTS, **change}.items() if value is not None}
    assert check(facts).unmet == (says,)


@pytest.mark.parametrize(("employees", "is_met"), [(50, True), (500, True), (49.5, False), (500.5, False)])
def test_both_ends_of_a_size_belong_to_it(employees, is_met):
    """Fifty to five hundred are fifty, five hundred and all between."""
    assert check({**FACTS, "employees": employees}).is_qualified is is_met


def test_one_end_of_a_size_is_enough():
    """A company may only be too small, or only too large."""
    small, large = HandOver(min_employees=50), HandOver(max_employees=500)
    assert [check({"employees": 5}, criteria=each).is_qualified for each in (small, large)] == [False, True]
    assert [check({"employees": 900}, criteria=each).is_qualified for each in (small, large)] == [True, False]


@pytest.mark.parametrize("bucket", ["cold", None])
def test_a_signal_is_as_good_as_the_bucket(bucket):
    """Who asks for a demo is ready at any score, even at none; without it the error names the signals."""
    assert check(bucket=bucket, signals={"demo_request", "visit"}).is_ready
    said = f"It is {bucket or 'not scored'}, not warm, and did none of demo_request, pricing_page"
    assert check(bucket=bucket, signals={"visit"}).unmet == (said,)


@pytest.mark.parametrize(("country", "is_met"), [("sweden", True), ("SWEDEN", True), ("norway", False)])
def test_a_place_is_a_country_or_a_city_in_any_case(country, is_met):
    """One of the two that fits is enough."""
    criteria = HandOver(places=("Sweden",))
    assert check({"country": country, "city": "malmö"}, criteria=criteria).is_qualified is is_met


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({"email": "a@b.se", "industry": "x"}, ()),
        ({"phone": "1", "industry": "x"}, ()),
        ({"email": "  ", "industry": "x"}, ("email|phone",)),
        ({}, ("email|phone", "industry")),
        ({"email": "a@b.se", "industry": 0.0}, ()),
    ],
)
def test_the_minimum_information_may_be_one_of_several(facts, missing):
    """Missing information keeps a lead from sales, and is no criterion that it does not meet."""
    verdict = check(facts, criteria=HandOver(required=("email|phone", "industry")))
    assert verdict.missing == missing
    assert verdict.is_qualified
    assert verdict.is_ready == (not missing)


@given(
    st.dictionaries(st.sampled_from([*FACTS, "phone"]), st.text(max_size=3) | st.floats(0, 1e6)),
    st.none() | st.sampled_from(["cold", "warm", "hot"]),
)
def test_criteria_that_ask_for_nothing_let_everybody_pass_and_more_of_them_fewer(facts, bucket):
    """Every lead with a score is at least cold; whoever is ready by all criteria is so by each alone."""
    assert check_lead(facts, bucket=bucket, signals=(), criteria=HandOver(bucket="cold")).is_ready == (
        bucket is not None
    )
    if check(facts, bucket=bucket).is_ready:
        assert check(facts, bucket=bucket, criteria=HandOver(bucket="warm", places=("Malmö",))).is_ready


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"bucket": "tepid"}, "^bucket: use one of cold, warm, hot$"),
        ({"signal_days": 0}, "^signal_days: "),
        ({"min_employees": 9, "max_employees": 8}, "the smaller first"),
        ({"min_employees": -1}, "use 0 or more"),
        ({"max_employees": -1}, "use 0 or more"),
        ({"min_employees": math.nan}, "use 0 or more"),
        ({"min_employees": math.inf}, "use 0 or more"),
        ({"max_employees": math.inf}, "use 0 or more"),
        ({"required": ("email|",)}, "^required: "),
        ({"required": (" ",)}, "^required: "),
    ],
)
def test_criteria_that_no_lead_could_meet_are_refused(wrong, says):
    """The error names the key."""
    with pytest.raises(ImpossibleCriteria, match=says):
        HandOver(**wrong)
