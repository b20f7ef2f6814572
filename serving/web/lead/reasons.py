"""Reasons of a lead's score: bars that add up to its probability, and what changed since somebody last looked."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from agreement.calendar.zones import get_zone
from features.times import DAY
from models.log_odds import to_log_odds
from serving.store.facts import list_contacts
from serving.store.leads import LeadRecord
from serving.store.timelines import find_entry_at
from serving.usecases.comparing import compare_entries
from serving.usecases.unfolding import Recollection, Unfolding, to_share, unfold_score
from serving.web.charts.axes import Mark, round_place
from serving.web.charts.scales import LinearScale
from serving.web.visit import Visit

# Probabilities that people know, at which an axis of log-odds is labelled.
_KNOWN = (0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 0.995, 0.999)
_LEAST_APART, _EDGE = 9.0, 3.0
_NARROWEST = 0.6
_MOST_FAMILIES = 6
_WEEK = 7 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One step of the sum, drawn: from where to where across, per cent, and the chance it comes to.

    Attributes
    ----------
    after
        Chance behind the step; None where the model vouches for none.
    starts, ends
        Where the steps before it and it itself stand, for the lines between bars.
    """

    sentence: str
    x: float
    width: float
    is_up: bool
    after: float | None
    starts: float
    ends: float
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """A score as bars; `marks` label the axis, and `start` and `end` are chances, None where there are none."""

    bars: Sequence[Bar]
    marks: Sequence[Mark]
    start: float | None
    end: float | None
    starts: float
    ends: float
    is_whole: bool


def lay_waterfall(visit: Visit, entry: Row[Any], recalled: Recollection | None) -> Waterfall:
    """Lay a score out as bars, as long as they are in log-odds: what raises it goes to the right."""
    unfolding = unfold_score(entry, recalled)
    places = [unfolding.start]
    for step in unfolding.steps:
        places.append(places[-1] + step.effect)
    places[-1] = unfolding.end
    scale = _choose_scale(places)
    is_told = entry.withheld is None
    bars = [
        _draw(visit, unfolding, number, scale.place(places[number]), scale.place(places[number + 1]), is_told)
        for number in range(len(unfolding.steps))
    ]
    return Waterfall(
        bars=bars,
        marks=_mark(visit, scale) if is_told else [],
        start=to_share(unfolding.start) if is_told else None,
        end=entry.probability if is_told else None,
        starts=round_place(scale.place(unfolding.start)),
        ends=round_place(scale.place(unfolding.end)),
        is_whole=unfolding.is_whole,
    )


def gather_changes(
    visit: Visit, connection: Connection, record: LeadRecord, entry: Row[Any] | None
) -> Sequence[Mapping[str, Any]]:
    """Gather what changed since the last contact, and since a week ago, each with the moment it counts from."""
    if entry is None:
        return []
    latest = next(iter(list_contacts(connection, record.id, most=1)), None)
    contacted_at = None if latest is None or latest.occurred_at > visit.now else latest.occurred_at
    moments = [("contact", contacted_at), ("week", visit.now - _WEEK)]
    return [
        {"key": key, "at": at, "told": _compare(visit, connection, entry, at)}
        for key, at in moments
        if at is not None
    ]


def _compare(visit: Visit, connection: Connection, entry: Row[Any], at: int) -> Mapping[str, Any] | None:
    """Compare a score with the one that was true at a moment, None where there was none."""
    before = find_entry_at(connection, entry.lead_id, at)
    if before is None:
        return None
    told = compare_entries(entry, before, now=visit.now, zone=get_zone(visit.zone))
    return {**told, "families": told["families"][:_MOST_FAMILIES], "is_same": before.number == entry.number}


def _choose_scale(places: Sequence[float]) -> LinearScale:
    low, high = min(places), max(places)
    margin = max(0.15, 0.04 * (high - low))
    return LinearScale(low=low - margin, high=high + margin)


def _mark(visit: Visit, scale: LinearScale) -> list[Mark]:
    """Label chances that people know, where they leave each other room."""
    marks: list[Mark] = []
    for chance in _KNOWN:
        odds = float(to_log_odds(chance))
        place = scale.place(odds)
        has_room = not marks or place - marks[-1].place >= _LEAST_APART
        if scale.low < odds < scale.high and has_room and _EDGE < place < 100 - _EDGE:
            digits = 1 if chance * 100 < 1 or chance > 0.99 else 0
            marks.append(Mark(place=round_place(place), text=visit.format.percent(chance, digits=digits)))
    return marks


def _draw(visit: Visit, unfolding: Unfolding, number: int, starts: float, ends: float, is_told: bool) -> Bar:
    step = unfolding.steps[number]
    if step.reason is not None:
        sentence = step.reason.sentence
    elif step.n_small:
        sentence = visit.words.say("lead.reasons.small", count=step.n_small)
    else:
        sentence = visit.words.say("lead.reasons.rest")
    return Bar(
        sentence=sentence,
        x=round_place(min(starts, ends)),
        width=round_place(max(abs(ends - starts), _NARROWEST)),
        is_up=step.effect > 0,
        after=step.after if is_told else None,
        starts=round_place(starts),
        ends=round_place(ends),
        factor=math.exp(step.effect),
    )
