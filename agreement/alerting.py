"""Alerting: whether, how and when an entered episode is told. All instants are microseconds since 1970 in UTC."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from agreement.calendar.zones import MINUTE_MICROS, compute_instant, compute_local_date, get_zone
from agreement.episodes import DAY_MICROS
from agreement.people import Person

# Somebody whose quiet hours cover their working hours has no time for news: after so many tries it comes
# at an end of the quiet hours. A hundred tries are weeks of days, so a common hour now and then is found.
_MOST_TRIES = 100


class ImpossibleAlertRules(ValueError):
    """No alert could follow these rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules:
    """How many alerts a person bears, and what is news.

    Parameters
    ----------
    cap_per_day : int
        Single alerts per owner in 24 hours, 0 or more; what comes above goes into a digest.
    fresh_micros : int
        Microseconds, 0 or more: only what happened within this makes an alert live.
    digest_wait_micros : int
        Microseconds, 0 or more, that a bulk digest gathers before it goes.
    morning_minute : int
        Minute of the local day, in [0, 1440), at which a day begins for a person without working hours.

    Raises
    ------
    ImpossibleAlertRules
        If a number is out of its range.
    """

    cap_per_day: int = 20
    fresh_micros: int = DAY_MICROS
    digest_wait_micros: int = 5 * MINUTE_MICROS
    morning_minute: int = 540

    def __post_init__(self) -> None:
        if min(self.cap_per_day, self.fresh_micros, self.digest_wait_micros) < 0:
            raise ImpossibleAlertRules("cap_per_day, fresh and digest_wait: use 0 or more")
        if not 0 <= self.morning_minute < 1_440:
            raise ImpossibleAlertRules("morning_minute: use a minute of the day, 0 to 1439")


class Origin(StrEnum):
    """What made a lead hot: something just now, time alone, a new model, or facts that came in bulk."""

    LIVE = "live"
    SILENCE = "silence"
    PROMOTION = "promotion"
    IMPORT = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPlan:
    """How and when an alert goes: alone, or with all others of one cause; `notes` are codes that say why."""

    form: Literal["single", "digest"]
    cause: str
    deliver_at: int
    notes: tuple[str, ...] = ()


def choose_origin(*, happened_at: int, now: int, rules: AlertRules) -> Origin:
    """Return `LIVE` for what happened within the fresh time, `IMPORT` for what comes in later."""
    return Origin.LIVE if now - happened_at <= rules.fresh_micros else Origin.IMPORT


def plan_alert(
    *,
    origin: Origin,
    batch: str,
    now: int,
    person: Person,
    sent_today: int,
    snoozed_until: int | None,
    rules: AlertRules,
) -> AlertPlan:
    """Return how and when to tell a person of an entered episode.

    Parameters
    ----------
    origin : Origin
        Imports and promotions are told in digests, never one by one.
    batch : str
        Name of the import or promotion; where there is none, the digest is that of the local date. A snoozed
        lead has the digest of its snooze: it neither comes early nor holds up the others.
    now : int
        Microseconds since 1970.
    person : Person
        Who is told.
    sent_today : int
        Single alerts to this person in the last 24 hours.
    snoozed_until : int or None
        Microseconds since 1970 until which the person wants no alert of this lead.
    rules : AlertRules
        The rules in force.

    Returns
    -------
    AlertPlan
        `deliver_at` is never before `now`, nor in the snooze, nor in quiet hours, nor outside working hours.
    """
    date = compute_local_date(now, person.zone)
    if origin in (Origin.PROMOTION, Origin.IMPORT):
        cause, due, notes = f"{origin}:{batch or date}", now + rules.digest_wait_micros, ["bulk"]
    elif sent_today >= rules.cap_per_day:
        cause, due, notes = f"cap:{date}", _find_next_morning(now, person, rules), ["over_cap"]
    else:
        cause, due, notes = "", now, []
    if cause and snoozed_until is not None and due < snoozed_until:
        cause = name_snooze(snoozed_until)
    deliver_at, why = _defer(due, person, snoozed_until)
    return AlertPlan(form="digest" if cause else "single", cause=cause, deliver_at=deliver_at, notes=(*notes, *why))


def name_snooze(until: int) -> str:
    """Return the cause of the digest of leads that are snoozed until one moment."""
    return f"snoozed:{until}"


def defer_alert(*, now: int, person: Person, snoozed_until: int | None) -> int:
    """Return when an alert whose time has come goes: now, unless hours or snooze have come in between.

    Hours change, and a worker that stood still comes late. Where quiet hours cover all working hours, only the
    quiet hours count, or the alert would be put off for ever.
    """
    at, _ = _defer(now, person, snoozed_until)
    if person.working_hours is None or person.working_hours.is_open(at) or person.quiet_hours is None:
        return at
    return person.quiet_hours.ends_after(max(now, snoozed_until or now))


def plan_recheck(*, is_hot: bool, is_open: bool) -> Literal["cooled_down", "closed"] | None:
    """Return why a deferred alert is dropped when its time has come, or None where it goes."""
    if not is_open:
        return "closed"
    return None if is_hot else "cooled_down"


def _find_next_morning(now: int, person: Person, rules: AlertRules) -> int:
    """Return when the next local day begins to work, the same instant for every `now` of one local day."""
    tomorrow = compute_local_date(now, person.zone) + timedelta(days=1)
    minute = 0 if person.working_hours else rules.morning_minute
    morning = compute_instant(get_zone(person.zone), tomorrow.toordinal(), minute, is_end=False)
    return person.working_hours.next_opening(morning) if person.working_hours else morning


def _defer(at: int, person: Person, snoozed_until: int | None) -> tuple[int, list[str]]:
    at, notes = (snoozed_until, ["snoozed"]) if snoozed_until is not None and at < snoozed_until else (at, [])
    for _ in range(_MOST_TRIES):
        if person.quiet_hours and person.quiet_hours.is_quiet(at):
            at = person.quiet_hours.ends_after(at)
            notes.append("quiet_hours")
        if not person.working_hours or person.working_hours.is_open(at):
            return at, list(dict.fromkeys(notes))
        at = person.working_hours.next_opening(at)
        notes.append("outside_working_hours")
    at = person.quiet_hours.ends_after(at) if person.quiet_hours else at
    return at, list(dict.fromkeys(notes))
