"""Which version of the agreement is in force when."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.calendar.periods import Period
from agreement.goal import Goal
from agreement.paper.signing import (
    BadSignature,
    Signature,
    check_name,
    check_signers,
    choose_days,
    choose_in_force,
)
from agreement.terms import DEFAULT_TERMS, Terms

DAY = 86_400_000_000
spans = st.tuples(st.integers(0, 60), st.integers(1, 40))


def make_signature(number: int, begins_at: int, ends_at: int, name: str | None = None) -> Signature:
    """Make a signature; its terms are named after its number."""
    return Signature(
        number=number,
        terms=Terms(name=name or f"v{number}"),
        text="",
        begins_at=begins_at,
        ends_at=ends_at,
        signed_at=number,
        signed_by=("Anna", "Otto"),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(spans, max_size=5), st.integers(0, 120), st.randoms(use_true_random=False))
def test_the_latest_signature_that_holds_an_instant_prevails(signed, at, random) -> None:
    """The last word that holds an instant counts; else the one that ended last; else nobody's."""
    signatures = [make_signature(n, begins, begins + days) for n, (begins, days) in enumerate(signed, start=1)]
    shuffled = random.sample(signatures, len(signatures))
    found = choose_in_force(shuffled, at, DEFAULT_TERMS)
    expected, has_run_out = None, False
    for signature in sorted(signatures, key=lambda each: each.ends_at):
        if signature.ends_at <= at:
            expected, has_run_out = signature, True
    for signature in signatures:
        if signature.begins_at <= at < signature.ends_at:
            expected, has_run_out = signature, False
    assert (found.signature, found.has_run_out, found.is_signed) == (expected, has_run_out, expected is not None)
    assert found.terms == (DEFAULT_TERMS if expected is None else expected.terms)


def test_the_days_are_those_of_the_terms_own_zone() -> None:
    """A version begins and ends at local midnight, also where the clock leaves midnight out."""
    for zone, first in (("Europe/Helsinki", date(2027, 3, 28)), ("America/Santiago", date(2026, 9, 6))):
        days = choose_days(Terms(zone=zone), begins=first, ends=date(2027, 6, 1), now=0)
        made = Signature(
            number=1,
            terms=Terms(zone=zone),
            text="",
            begins_at=days.begins_at,
            ends_at=days.ends_at,
            signed_at=0,
            signed_by=("Anna", "Otto"),
        )
        assert (made.begins, made.ends) == (first, date(2027, 6, 1))
        assert made.holds(days.begins_at)
        assert not made.holds(days.ends_at)
        assert not made.holds(days.begins_at - 1)


def test_left_out_days_are_from_today_until_the_goals_end() -> None:
    """Today is the day that the terms' own calendar shows."""
    goal = Goal(revenue=1.0, begins=date(2027, 1, 1), ends=date(2028, 1, 1))
    terms = Terms(zone="Asia/Tokyo", goal=goal)
    now = Period(begins=date(2027, 2, 1), ends=date(2027, 2, 2)).ends_at - 1
    days = choose_days(terms, begins=None, ends=None, now=now)
    assert (days.begins, days.ends, days.zone) == (date(2027, 2, 2), date(2028, 1, 1), "Asia/Tokyo")


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (None, None),
        (date(2027, 5, 1), date(2027, 5, 1)),
        (date(2027, 5, 2), date(2027, 5, 1)),
        (date(2026, 1, 1), date(2027, 3, 1)),
        (date(1, 1, 1), date(2028, 1, 1)),
        (date(2027, 1, 1), date(9999, 12, 31)),
    ],
)
def test_days_that_nobody_could_hold_to_are_refused(begins, ends) -> None:
    """There are days, they are not over, and calendars know them."""
    now = Period(begins=date(2027, 3, 1), ends=date(2027, 3, 2)).begins_at
    with pytest.raises(BadSignature):
        choose_days(Terms(), begins=begins, ends=ends, now=now)


def test_both_sides_sign() -> None:
    """Two names are needed, told apart by more than blanks, and such as can be printed."""
    assert check_signers([" Anna  Lee ", "Otto", "Anna Lee"]) == ("Anna Lee", "Otto")
    for names in ([], ["Anna"], ["Anna", " Anna "], ["Anna", " "], ["Anna", "O\x07tto"], ["Anna", "O" * 101]):
        with pytest.raises(BadSignature):
            check_signers(names)


@pytest.mark.parametrize("name", ["a" * 101, "a\x00b", "a\nb"])
def test_a_name_that_cannot_stand_in_a_version_is_refused(name: str) -> None:
    """The name begins every version of the terms, so it is short and can be printed."""
    with pytest.raises(BadSignature):
        check_name(Terms(name=name))
    check_name(Terms(name="Nordic — 2027"))
