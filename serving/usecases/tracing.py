"""Tracing: a lead's way over a span of time: its scores, doings, contacts, stages and alerts, as they are drawn."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from sqlalchemy import Connection, Row

from agreement.calendar.zones import compute_instant, compute_local_date, get_zone
from agreement.prevailing import list_prevailing
from features.tables import SnapshotTable
from features.times import DAY
from serving.store.chronicle import complete_steps, read_step
from serving.store.facts import read_stage_changes
from serving.store.journal import list_decisions
from serving.store.leads import LeadRecord
from serving.store.stories import KINDS, count_doings, find_first_moment, list_marks, list_score_points
from serving.usecases.unfolding import Recollection

Range = Literal["2", "7", "30", "90", "all"]
RANGES: tuple[Range, ...] = ("2", "7", "30", "90", "all")
"""So many days, today the last of them, or from the lead's beginning on."""
MOST_STRETCHES = 60
_HOUR = DAY // 24
_WIDTHS = {2: _HOUR, 7: 4 * _HOUR}
_MOST_MARKS = 500
_MOST_DECISIONS = 200
_RANKS = {kind.name: rank for rank, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A span of whole days on somebody's clock, cut into stretches of equal length.

    Attributes
    ----------
    width
        Of a stretch, microseconds.
    """

    begins_at: int
    width: int
    n_stretches: int

    @property
    def ends_at(self) -> int:
        """Return the moment behind the last stretch."""
        return self.begins_at + self.width * self.n_stretches


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePoint:
    """A score, true from a moment to the next; `probability` is None where the model vouches for none."""

    at: int
    probability: float | None
    score: int
    bucket: str
    warm: float | None
    hot: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doings:
    """What a lead did in one stretch, the most frequent first."""

    stretch: int
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """Return how much it did."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A stage that a lead stood in, from a moment to before another."""

    stage: str
    begins_at: int
    ends_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A lead's way over a span; everything in the order of time.

    Attributes
    ----------
    episodes
        When it was hot: from a moment to another, None where it still is.
    """

    span: Span
    points: Sequence[ScorePoint]
    doings: Sequence[Doings]
    contacts: Sequence[Row[Any]]
    notes: Sequence[Row[Any]]
    alerts: Sequence[Row[Any]]
    stages: Sequence[Standing]
    episodes: Sequence[tuple[int, int | None]]


def choose_span(connection: Connection, lead_id: str, chosen: Range, *, now: int, zone: str) -> Span:
    """Choose a span that ends with today on the clock of a zone."""
    ends_at = _find_day_end(now, zone)
    if chosen == "all":
        first = find_first_moment(connection, lead_id)
        n_days = max(2, -(-(ends_at - min(now, first or now)) // DAY))
    else:
        n_days = int(chosen)
    width = _WIDTHS.get(n_days, -(-n_days // MOST_STRETCHES) * DAY)
    n_stretches = -(-n_days * DAY // width)
    return Span(begins_at=ends_at - n_stretches * width, width=width, n_stretches=n_stretches)


def choose_range(beginning: int, *, now: int, zone: str) -> Range:
    """Choose the shortest range that holds all since a moment, so that a young lead fills its drawing."""
    age = _find_day_end(now, zone) - beginning
    return next((each for each in RANGES[:3] if age <= int(each) * DAY), "90")


def trace_lead(connection: Connection, record: LeadRecord, span: Span, *, now: int) -> Trace:
    """Trace a lead over a span, as of now."""
    marks = {
        name: list_marks(
            connection,
            record.id,
            _RANKS[name],
            begins_at=span.begins_at,
            ends_at=span.ends_at,
            most=_MOST_MARKS,
        )
        for name in ("contact", "note", "alert")
    }
    return Trace(
        span=span,
        points=[_read_point(row) for row in list_score_points(connection, record.id, begins_at=span.begins_at)],
        doings=_list_doings(connection, record.id, span),
        contacts=marks["contact"],
        notes=marks["note"],
        alerts=marks["alert"],
        stages=list(_list_standings(connection, record, span, now)),
        episodes=[each for each in _list_episodes(connection, record) if (each[1] or now) >= span.begins_at],
    )


def trace_hindsight(recalled: Recollection, span: Span, *, since: int, until: int) -> list[ScorePoint]:
    """Trace what the scorer of a lead's latest score would have said within a span, had it been there before.

    By its attributes of today, since nobody knows what they were, and by what had happened until each moment,
    whenever we were told of it.

    Parameters
    ----------
    since, until
        From when the lead was there, to its first score.
    """
    ends = (span.begins_at + span.width * number for number in range(span.n_stretches))
    moments = [at for at in ends if since < at < until]
    if not moments:
        return []
    as_of = np.array(moments, np.int64)
    snapshots = SnapshotTable(lead=np.zeros(len(moments), np.int32), as_of=as_of)
    scores = recalled.scorer.score_snapshots(recalled.leads, recalled.events, snapshots, most_reasons=0)
    is_told, thresholds = scores.withheld is None, recalled.scorer.thresholds_
    return [
        ScorePoint(
            at=at,
            probability=float(scores.probability[row]) if is_told else None,
            score=int(scores.score[row]),
            bucket=scores.bucket_name(row),
            warm=thresholds.warm if is_told else None,
            hot=thresholds.hot if is_told else None,
        )
        for row, at in enumerate(moments)
    ]


def _read_point(row: Row[Any]) -> ScorePoint:
    is_told = row.withheld is None
    return ScorePoint(
        at=row.as_of,
        probability=row.probability if is_told else None,
        score=row.score,
        bucket=row.bucket,
        warm=row.warm if is_told else None,
        hot=row.hot if is_told else None,
    )


def _find_day_end(now: int, zone: str) -> int:
    today = compute_local_date(now, zone).toordinal()
    return compute_instant(get_zone(zone), today + 1, 0, is_end=False)


def _list_doings(connection: Connection, lead_id: str, span: Span) -> list[Doings]:
    counted: dict[int, Counter[str]] = {}
    found = count_doings(connection, lead_id, begins_at=span.begins_at, ends_at=span.ends_at, width=span.width)
    for stretch, kind, count in found:
        counted.setdefault(stretch, Counter())[kind] += count
    return [
        Doings(stretch=stretch, counts=dict(counts.most_common())) for stretch, counts in sorted(counted.items())
    ]


def _list_standings(connection: Connection, record: LeadRecord, span: Span, now: int) -> Iterator[Standing]:
    """List the stages of the steps that hold; before the first one it was a lead."""
    told = [read_step(row) for row in read_stage_changes(connection, {record.id})]
    steps = list_prevailing(complete_steps(told, record.stage, record.stage_at))
    came = record.received_at if record.created_at is None else record.created_at
    turns = [(min(came, *(step.at for step in steps)) if steps else came, "lead")]
    turns += [(step.at, step.stage.value) for step in steps]
    for place, (at, stage) in enumerate(turns):
        until = turns[place + 1][0] if place + 1 < len(turns) else now
        if at < until and until > span.begins_at:
            yield Standing(stage=stage, begins_at=max(at, span.begins_at), ends_at=min(until, span.ends_at))


def _list_episodes(connection: Connection, record: LeadRecord) -> Iterator[tuple[int, int | None]]:
    """List when a lead was hot, by the journal."""
    entered: int | None = None
    for decision in reversed(list_decisions(connection, record.id, most=_MOST_DECISIONS)):
        if decision.what in ("entered", "reentered") and entered is None:
            entered = decision.at
        elif decision.what == "left" and entered is not None:
            yield entered, decision.at
            entered = None
    if entered is not None and record.episode_is_open:
        yield entered, None
