"""Asking: what the criteria ask for, beside how its leads end."""

import pytest

from agreement.criteria import HandOver
from agreement.insight.asking import check_criteria, list_criteria
from agreement.insight.closings import Closing
from agreement.insight.kinds import Comparison
from agreement.insight.traits import list_traits
from agreement.lives import Life
from agreement.stages import Stage

LEAST = 20


def invent(*groups):
    """Leads in groups of (how many, how many won, facts)."""
    lives, closings = [], []
    for n, n_won, facts in groups:
        for number in range(n):
            life = Life(lead_id=f"{len(lives):05d}", created_at=0, facts=facts)
            lives.append(life)
            won = Closing(life=life, is_won=True, at=1, value=None, reason=None, stage_before=Stage.SQL)
            closings.append(won if number < n_won else None)
    return lives, closings


def check(criteria, lives, closings):
    """The figures of criteria, as a profile computes them."""
    asked = list_criteria(criteria, lives)
    traits = list_traits(lives, least=LEAST, most=100)
    tried = {**traits, **{criterion.trait: criterion.places for criterion in asked}}
    kinds = {kind.traits[0]: kind for kind in Comparison(lives, closings, tried).compare_traits()}
    best = [kinds[trait] for trait in traits if kinds[trait].is_better]
    return check_criteria(asked, kinds, best, least=LEAST)


COMPANY = invent(
    (210, 4, {"industry": "machinery", "country": "fi", "employees": 20.0}),
    (300, 60, {"industry": "medical devices", "country": "de", "employees": 100.0}),
    (900, 54, {"industry": "retail", "country": "fi", "employees": 3_000.0}),
    (5, 1, {"industry": "space", "country": "fi"}),
)


def test_it_is_said_where_the_agreement_asks_for_the_wrong_leads():
    """Leads that close less often are named with their counts, and those that are left out too."""
    machinery, left_out = check(HandOver(industries=("Machinery",)), *COMPANY)
    assert machinery.finding == "worse"
    assert machinery.sentence == (
        "The agreement asks for Machinery; its leads close less often than others: 4 of 210 (1.9 %) against 9.5 %."
    )
    assert (left_out.finding, left_out.is_disagreement) == ("left out", True)
    assert left_out.sentence == (
        "Leads with industry medical devices close 3.8 times as often as others, "
        "and the agreement leaves them out: 60 of 300 (20.0 %) against 5.3 %."
    )


@pytest.mark.parametrize(
    ("criteria", "finding", "says"),
    [
        (HandOver(industries=("Medical devices", "MEDICAL devices ")), "better", "close 3.8 times as often"),
        (HandOver(industries=("Space",)), "too few", "5 leads have it"),
        (HandOver(industries=("Banking",)), "too few", "0 leads have it"),
        (HandOver(places=("de", "nowhere")), "better", "asks for de"),
        (HandOver(min_employees=50, max_employees=500), "better", "asks for 50 to 500 employees"),
        (HandOver(min_employees=1_000), "worse", "asks for 1,000 or more employees"),
        (HandOver(max_employees=50), "worse", "asks for 0 to 50 employees"),
    ],
)
def test_each_criterion_has_a_finding(criteria, finding, says):
    """Better, worse, or too few to tell: the first row is what was asked for, once."""
    first = check(criteria, *COMPANY)[0]
    assert (first.finding, says in first.sentence) == (finding, True), first.sentence


def test_leads_that_fit_otherwise_are_not_left_out():
    """Who buys well is left out only where most of them miss the criterion by all of its attributes."""
    lives, closings = invent(
        (300, 90, {"role": "buyer", "seniority": "head"}),
        (700, 35, {"role": "engineer", "seniority": "junior"}),
    )
    asked = check(HandOver(roles=("Buyer",)), lives, closings)
    assert [figures.finding for figures in asked] == ["better"]
    other = check(HandOver(roles=("engineer",)), lives, closings)
    assert {figures.asks for figures in other if figures.finding == "left out"} == {"buyer", "seniority head"}


def test_what_is_not_asked_for_leaves_nobody_out():
    """Criteria that say nothing of a field leave nobody out by it."""
    assert check(HandOver(), *COMPANY) == []


def test_a_size_that_makes_no_difference_is_said_so():
    """Where leads close as often as others, the sentence says that."""
    lives, closings = invent((200, 20, {"employees": 10.0}), (200, 20, {"employees": 100.0}))
    (figures,) = check(HandOver(min_employees=50), lives, closings)
    assert figures.finding == "no difference"
    assert "about as often" in figures.sentence


def test_who_is_asked_for_by_another_attribute_is_not_left_out():
    """Two in three of the heads that buy are buyers, whom the agreement asks for: heads are not left out."""
    lives, closings = invent(
        (200, 60, {"role": "buyer", "seniority": "head"}),
        (100, 30, {"role": "engineer", "seniority": "head"}),
        (700, 35, {"role": "engineer", "seniority": "junior"}),
    )
    assert [figures.finding for figures in check(HandOver(roles=("buyer",)), lives, closings)] == ["better"]
