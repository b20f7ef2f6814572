"""Forms of acts: from what a form says to what is told, by the same readers as the API's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from agreement.calendar.zones import get_zone
from agreement.stages import Stage
from features.times import to_datetime, to_micros
from serving.api import acts
from serving.api.attributes import BadField
from serving.usecases.holding import Holdable
from serving.usecases.offering import CALLS, Offer
from serving.web.visit import Visit

Told = Mapping[str, str]
"""The fields of a form, as texts."""

NOBODY = "somebody on this machine"
# A date that lies further away is a slip.
_MOST_DAYS = 5 * 366
_BEGIN_HOUR = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    """What one act is told with."""

    visit: Visit
    offer: Offer
    told: Told
    body: dict[str, Any]
    by: str

    def choose(self, *names: str) -> dict[str, Any]:
        """Return the body with the fields of the form that were filled in."""
        filled = {name: self.told[name].strip() for name in names if self.told.get(name, "").strip()}
        return {**self.body, **filled}


def read_act(visit: Visit, kind: str, offer: Offer, told: Told, fact_id: str) -> Holdable:
    """Read what is told by an act.

    Parameters
    ----------
    fact_id
        What the fact is called: the same act told twice is one.

    Raises
    ------
    BadField
        If the form lacks something, or holds what no reader takes.
    """
    by = name_actor(visit)
    telling = _Telling(visit=visit, offer=offer, told=told, body={"id": fact_id, "by": by}, by=by)
    item: Holdable = _READERS[kind](telling).item
    return item


def name_actor(visit: Visit) -> str:
    """Name who acts, as facts have it: the person who owns leads, else the user."""
    return visit.who.person_id or visit.who.id or NOBODY


def read_day(text: str, *, now: int, zone: str, hours: Any) -> datetime:
    """Read a day, ``tomorrow`` or ``week`` (next Monday), as the moment at which work begins on it.

    Raises
    ------
    BadField
        If it is no day, not after today, or years away.
    """
    today = to_datetime(now).astimezone(get_zone(zone)).date()
    day = _find_day(text.strip(), today)
    if not 0 < (day - today).days <= _MOST_DAYS:
        raise BadField("out_of_range", "choose a day after today, within five years", "/until")
    midnight = datetime(day.year, day.month, day.day, tzinfo=get_zone(zone))
    if hours is None:
        return midnight.replace(hour=_BEGIN_HOUR)
    return to_datetime(hours.next_opening(to_micros(midnight)))


def _find_day(text: str, today: date) -> date:
    if text == "tomorrow":
        return today + timedelta(days=1)
    if text == "week":
        return today + timedelta(days=7 - today.weekday())
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadField("not_time", "choose a day, such as 2027-01-31", "/until") from None


def _write_day(telling: _Telling, text: str) -> str:
    visit = telling.visit
    hours = visit.terms.find_working_hours(visit.zone)
    return read_day(text, now=visit.now, zone=visit.zone, hours=hours).isoformat()


def _read_call(telling: _Telling, *, outcome: str) -> Any:
    body = {**telling.choose("note"), "kind": "call", "outcome": outcome}
    return acts.read_contact(telling.offer.lead_id, body, telling.visit.now)


def _read_contact(telling: _Telling) -> Any:
    return acts.read_contact(telling.offer.lead_id, telling.choose("kind", "outcome", "note"), telling.visit.now)


def _read_acceptance(telling: _Telling) -> Any:
    return acts.read_acceptance(telling.offer.lead_id, telling.choose("note"), telling.visit.now, by=telling.by)


def _read_refusal(telling: _Telling) -> Any:
    body, visit = telling.choose("reason", "note"), telling.visit
    wakes = any(r.code == body.get("reason") and r.becomes == Stage.RECYCLED for r in visit.terms.reasons)
    # The field stays on the page, and may stay filled in, where the reason lets nothing wake.
    if wakes and telling.told.get("until", "").strip():
        body["until"] = _write_day(telling, telling.told["until"])
    return acts.read_refusal(telling.offer.lead_id, body, visit.now, by=telling.by, terms=visit.terms)


def _read_return(telling: _Telling) -> Any:
    body, visit = telling.choose("reason", "note"), telling.visit
    return acts.read_return(telling.offer.lead_id, body, visit.now, by=telling.by, terms=visit.terms)


def _read_note(telling: _Telling) -> Any:
    return acts.read_note_about(telling.offer.lead_id, telling.choose("text"), telling.visit.now, by=telling.by)


def _read_snooze(telling: _Telling) -> Any:
    until = _write_day(telling, telling.told.get("until", ""))
    return acts.read_snooze(telling.offer.lead_id, {"until": until}, by=telling.by)


def _read_wake(telling: _Telling) -> Any:
    return acts.read_snooze(telling.offer.lead_id, {"until": None}, by=telling.by)


def _read_acknowledgement(telling: _Telling) -> Any:
    if telling.offer.alert_id is None:
        raise BadField("missing", "no alert of this lead waits for an answer")
    return acts.read_acknowledgement(telling.offer.alert_id, {}, by=telling.by)


_READERS: Mapping[str, Callable[[_Telling], Any]] = {
    **{outcome: partial(_read_call, outcome=outcome) for outcome in CALLS},
    "contact": _read_contact,
    "accept": _read_acceptance,
    "reject": _read_refusal,
    "return": _read_return,
    "note": _read_note,
    "snooze": _read_snooze,
    "wake": _read_wake,
    "acknowledge": _read_acknowledgement,
}
