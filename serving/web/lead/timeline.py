"""The timeline of a lead as the page draws it: what is read, and the words on it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from features.text import words
from features.times import DAY
from serving.store.leads import LeadRecord
from serving.usecases.tracing import (
    RANGES,
    Doings,
    Range,
    Span,
    choose_range,
    choose_span,
    trace_hindsight,
    trace_lead,
)
from serving.usecases.unfolding import Recollection, recollect
from serving.web.charts.timeline import Sayings, Timeline, draw_timeline
from serving.web.lead.attributes import shorten
from serving.web.visit import Visit

__all__ = ["RANGES", "gather_timeline", "read_range"]

_MOST_KINDS, _MOST_SPOTS = 6, 8
_LONGEST = 60


def read_range(visit: Visit, record: LeadRecord) -> Range:
    """Read which span the address asks for; unless told otherwise, the shortest that holds its life."""
    asked = next((each for each in RANGES if each == visit.get("range")), None)
    return asked or choose_range(_find_beginning(record), now=visit.now, zone=visit.zone)


def gather_timeline(
    visit: Visit, connection: Connection, record: LeadRecord, entry: Row[Any] | None
) -> tuple[Timeline, Span, Recollection | None]:
    """Gather a timeline and its span, and what its latest score was computed from where that can be recollected."""
    now, zone = visit.now, visit.zone
    span = choose_span(connection, record.id, read_range(visit, record), now=now, zone=zone)
    trace = trace_lead(connection, record, span, now=now)
    force = visit.service.take_force()
    recalled = None
    if entry is not None:
        recalled = recollect(connection, record, entry, force.in_force, force.histories)
    hindsight = []
    if recalled is not None:
        hindsight = trace_hindsight(recalled, span, since=_find_beginning(record), until=trace.points[0].at)
    sayings = _word(visit, span)
    return draw_timeline(trace, hindsight, now=now, zone=zone, sayings=sayings), span, recalled


def _find_beginning(record: LeadRecord) -> int:
    return record.received_at if record.created_at is None else record.created_at


def _word(visit: Visit, span: Span) -> Sayings:
    say, form = visit.words.say, visit.format

    def say_doings(doings: Doings) -> str:
        begins_at = span.begins_at + doings.stretch * span.width
        days = form.day(begins_at) if span.width >= DAY else form.moment(begins_at)
        if span.width > DAY:
            days = f"{days} – {form.day(begins_at + span.width - 1)}"
        kinds = [f"{count} × {shorten(words(kind), _LONGEST)}" for kind, count in doings.counts.items()]
        return "\n".join([days, *kinds[:_MOST_KINDS], *(["…"] if len(kinds) > _MOST_KINDS else [])])

    def say_spots(look: str, spots: Sequence[tuple[int, str]]) -> str:
        told = [f"{form.moment(at)}: {shorten(words(text), _LONGEST)}" for at, text in spots[:_MOST_SPOTS]]
        more = ["…"] if len(spots) > _MOST_SPOTS else []
        return "\n".join([say(f"lead.timeline.spots.{look}", count=len(spots)), *told, *more])

    def say_stage(stage: str, begins_at: int, ends_at: int) -> str:
        return f"{say(f'lead.stages.{stage}')}\n{form.day(begins_at)} – {form.day(ends_at)}"

    def say_episode(begins_at: int, ends_at: int | None) -> str:
        if ends_at is None:
            return say("lead.timeline.hot_since", since=form.moment(begins_at))
        return say("lead.timeline.hot_from", since=form.moment(begins_at), until=form.moment(ends_at))

    return Sayings(
        value=lambda chance: form.percent(chance, digits=0 if chance in (0, 1) or chance >= 0.05 else 1),
        score=str,
        time=form.tick,
        doings=say_doings,
        spots=say_spots,
        stage=say_stage,
        stage_name=lambda stage: say(f"lead.stages.{stage}"),
        episode=say_episode,
        threshold=lambda look, chance: say(f"lead.timeline.threshold.{look}", chance=form.percent(chance)),
    )
