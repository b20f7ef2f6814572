"""Spans: the periods that the board offers, the ones beside them, and their names."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.calendar.periods import BadPeriod, Period
from agreement.terms import DEFAULT_TERMS
from serving.web.board.spans import find_after, find_before, is_short, list_choices, name_period
from serving.web.words import take_words
from tests.serving.usecases.agreed_histories import NOW, TERMS

_FAR = 10**17


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(1, 900))
def test_the_period_before_ends_where_a_period_begins(begins: date, days: int) -> None:
    """Before and after lie next to a period without a gap; the one after the one before is the same again."""
    period = Period(begins=begins, ends=begins + timedelta(days=days), zone="Europe/Berlin")
    before, after = find_before(period), find_after(period, _FAR)
    assert before is not None
    assert after is not None
    assert (before.ends, after.begins) == (period.begins, period.ends)
    assert find_after(before, _FAR) == period


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2026-W47", "2026-W46"),
        ("2026-03", "2026-02"),
        ("2026-01", "2025-12"),
        ("2026-04-01/2026-07-01", "2026-01-01/2026-04-01"),
        ("2026-01-01/2027-01-01", "2025-01-01/2026-01-01"),
    ],
)
def test_weeks_months_and_quarters_stay_what_they_are(text: str, before: str) -> None:
    """The month before March is February, however many days they have."""
    found = find_before(Period.from_text(text))
    assert found is not None
    assert found.to_text() == before


def test_what_has_not_begun_is_not_offered() -> None:
    """There is no week after this one, and none before the calendar."""
    week = list_choices(NOW, TERMS)[0].period
    assert find_after(week, NOW) is None
    assert find_before(Period.from_text("1900-01-01/1900-01-08")) is None
    with pytest.raises(BadPeriod):
        Period.from_text("1899-12-25/1900-01-01")


def test_the_choices_are_of_today() -> None:
    """Weeks, month and quarter are those of today; the goal is the agreement's."""
    choices = {each.name: each.period for each in list_choices(NOW, TERMS)}
    assert [choices[name].to_text() for name in ("week", "last_week", "month")] == [
        "2026-W47",
        "2026-W46",
        "2026-11",
    ]
    assert choices["quarter"].to_text() == "2026-10-01/2027-01-01"
    assert choices["goal"].to_text() == "2026-01-01/2027-01-01"
    assert "year" in {each.name for each in list_choices(NOW, DEFAULT_TERMS)}
    assert is_short(choices["week"])
    assert not is_short(choices["month"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-W47", "Week 47, 16 – 22 Nov 2026"),
        ("2026-W01", "Week 1, 29 Dec 2025 – 4 Jan 2026"),
        ("2026-11", "November 2026"),
        ("2026-01-01/2027-01-01", "1 Jan – 31 Dec 2026"),
        ("2026-03-03/2026-03-05", "3 – 4 Mar 2026"),
    ],
)
def test_periods_are_called_as_people_call_them(text: str, said: str) -> None:
    """A week has its number, a month its name, other days their dates, the last one included."""
    assert name_period(Period.from_text(text), take_words("en")) == said
