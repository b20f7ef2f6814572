"""When the reps work: their hours in their zone, without the public holidays of their country."""

from functools import cache

from agreement.calendar.hours import WorkingHours
from agreement.calendar.zones import compute_local_date
from hotlead.company.seasons import HOUR
from hotlead.company.team import WORKING_HOURS, Rep

_SLOW_MONTHS = {8: 2.5, 12: 2.0}


def add_work(rep: Rep, at: int, hours: float) -> int:
    """Return when a rep has worked so many hours since a moment; August and December take longer.

    All moments are microseconds since 1970 in UTC.
    """
    slowness = _SLOW_MONTHS.get(compute_local_date(at, rep.zone).month, 1.0)
    return get_hours(rep).add_working_time(at, max(1, round(hours * slowness * HOUR)))


@cache
def get_hours(rep: Rep) -> WorkingHours:
    """Return the working hours of a rep."""
    return WorkingHours.from_text(rep.zone, WORKING_HOURS, holidays_of=(rep.holidays_of,))
