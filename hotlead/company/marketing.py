"""How marketing keeps its part: whom it calls qualified, whom it hands over, and when."""

import numpy as np

from agreement.calendar.zones import compute_local_date
from hotlead.company.cases import Case
from hotlead.company.seasons import DAY, HOUR, draw_working, is_working_day

# In the sense of `compute_warmth`: from here on marketing calls a lead qualified, hands it over in haste, or as
# agreed: hot.
QUALIFIED, READY, HOT = 2.3, 3.2, 5.2
_HASTE = 0.4
_ZONE = "Europe/Berlin"
# Months in which all strength goes into webinars: every guest counts as qualified, hot leads lie about.
WEAK_MONTHS = (3, 9)
_LIES_ABOUT = 0.85
WANTED_INDUSTRIES = (
    "Machinery",
    "Automotive suppliers",
    "Electronics",
    "Metal processing",
    "Aerospace",
    "Test laboratories",
    "Food and beverage",
)
"""What the criteria of the hand-over ask for; it is not quite where the customers come from."""
_TAKEN, _TAKEN_AS_AN_EXCEPTION = 0.93, 0.35
_DEMO = "demo_requested"


def find_qualification(case: Case) -> int | None:
    """Return when a lead first counts as qualified, None if never; whoever got an offer was."""
    at = next(
        (moment.at for moment in case.moments if _qualifies(case, moment.at, moment.warmth, moment.type)), None
    )
    if not case.is_offered:
        return at
    latest = case.created + round(0.45 * (case.end - case.created))
    return latest if at is None else min(at, latest)


def draw_hand_over(rng: np.random.Generator, case: Case, qualified_at: int) -> int | None:
    """Draw when marketing hands a qualified lead over, None if never."""
    enough = READY if rng.random() < _HASTE else HOT
    ready = next(
        (m for m in case.moments if m.at >= qualified_at and (m.warmth >= enough or m.type == _DEMO)), None
    )
    latest = qualified_at + round(0.5 * (case.end - qualified_at))
    taken = rng.random() < (_TAKEN if case.industry in WANTED_INDUSTRIES else _TAKEN_AS_AN_EXCEPTION)
    if ready is None or not taken:
        return latest if case.is_offered else None
    at = _draw_office_hour(rng, ready.at)
    is_hot = ready.warmth >= HOT or ready.type == _DEMO
    if is_hot and _month_of(at) in WEAK_MONTHS and rng.random() < _LIES_ABOUT:
        at = _draw_office_hour(rng, at + round(rng.uniform(20, 40)) * DAY)
    return min(at, latest) if case.is_offered else at


def find_awakening(case: Case, at: int, until: int) -> int:
    """Return when a lead that was put aside wakes: by what it does after a week of rest, or on its date."""
    rested = at + 7 * DAY
    by_itself = (m.at for m in case.moments if rested <= m.at < until and (m.warmth >= HOT or m.type == _DEMO))
    return next(by_itself, until)


def _qualifies(case: Case, at: int, warmth: float, kind: str) -> bool:
    is_guest = case.source == "webinar" and _month_of(at) in WEAK_MONTHS
    return warmth >= QUALIFIED or kind == _DEMO or is_guest


def _draw_office_hour(rng: np.random.Generator, at: int) -> int:
    """Draw a moment of marketing's day, some hours after another or on the next days."""
    at += round(rng.exponential(3.0) * HOUR)
    for tick in range(at, at + 5 * DAY, DAY):
        drawn = int(draw_working(rng, tick, 1)[0])
        if is_working_day(np.array([drawn]))[0]:
            return drawn
    raise AssertionError("five days in a row are no weekend")


def _month_of(at: int) -> int:
    return compute_local_date(at, _ZONE).month
