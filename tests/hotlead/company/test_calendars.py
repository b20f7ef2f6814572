"""Calendars: reps rest at night, on week-ends and on the holidays of their country, and slacken in summer."""

from datetime import UTC, datetime

from hotlead.company.calendars import add_work, get_hours
from hotlead.company.seasons import HOUR, to_microseconds
from hotlead.company.team import REPS

_JONAS = next(rep for rep in REPS if rep.zone == "Europe/Berlin")
_LIISA = next(rep for rep in REPS if rep.zone == "Europe/Helsinki")


def find_moment(*parts: int) -> int:
    """Return a moment in UTC."""
    return to_microseconds(datetime(*parts, tzinfo=UTC))  # type: ignore[arg-type,misc]


def test_work_goes_on_the_next_morning() -> None:
    """Two hours from half past three on a Tuesday in Berlin end at half past eight on Wednesday."""
    assert add_work(_JONAS, find_moment(2026, 3, 10, 14, 30), 2) == find_moment(2026, 3, 11, 7, 30)


def test_nobody_works_on_a_holiday_of_their_country() -> None:
    """6 December is a holiday in Finland, and none in Germany."""
    independence = find_moment(2027, 12, 6, 10)
    assert not get_hours(_LIISA).is_open(independence)
    assert get_hours(_JONAS).is_open(independence)
    assert not get_hours(_JONAS).is_open(find_moment(2027, 1, 1, 10))


def test_august_is_slow() -> None:
    """An hour of work takes two and a half in August."""
    at = find_moment(2026, 8, 11, 7)
    assert add_work(_JONAS, at, 1) - at == 2.5 * HOUR
