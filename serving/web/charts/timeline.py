"""The timeline of a lead: the score's curve, and below it lanes of what it did, of sales and of alerts.

Across, places are per cent of the width, so that text keeps its size on any screen; upright, they are pixels.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from serving.usecases.tracing import Doings, ScorePoint, Span, Trace
from serving.web.charts.axes import Mark, round_place
from serving.web.charts.scales import LinearScale, list_ticks, list_time_ticks
from serving.web.charts.score_curve import FLOOR, TOP, find_last, lay_upright, list_bands, list_rules, trace_steps
from serving.web.charts.shapes import Box, Rule, Spot, crowd_together, lay_box

HEIGHT = 342
LANES = {"behaviour": 152, "sales": 214, "alerts": 282}
"""Where each lane begins."""
_BARS_FLOOR, _BARS_HEIGHT = 208.0, 34.0
_MARKS_Y, _STAGES_Y, _ALERTS_Y = 240, 254, 308
_LABEL_APART, _NAME_WIDTH = 8.0, 14.0
_LEAST_BAR = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A drawn timeline.

    Attributes
    ----------
    curve, hindsight
        Paths in a box of 100 by `HEIGHT`: what was scored, and what would have been.
    upright
        Marks of the score's axis; across, those of time.
    """

    curve: str
    hindsight: str
    bands: Sequence[Box]
    rules: Sequence[Rule]
    upright: Sequence[Mark]
    across: Sequence[Mark]
    bars: Sequence[Box]
    spots: Sequence[Spot]
    stages: Sequence[Box]
    episodes: Sequence[Box]
    now: float
    last: Spot | None = None
    height: int = HEIGHT
    lanes: dict[str, int] = field(default_factory=lambda: LANES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sayings:
    """How the parts of a timeline are told: each takes what it is of and returns words."""

    value: Callable[[float], str]
    score: Callable[[int], str]
    time: Callable[[int, str], str]
    doings: Callable[[Doings], str]
    spots: Callable[[str, Sequence[tuple[int, str]]], str]
    stage: Callable[[str, int, int], str]
    stage_name: Callable[[str], str]
    episode: Callable[[int, int | None], str]
    threshold: Callable[[str, float], str]


def draw_timeline(
    trace: Trace, hindsight: Sequence[ScorePoint], *, now: int, zone: str, sayings: Sayings
) -> Timeline:
    """Draw a timeline.

    Parameters
    ----------
    hindsight
        Ahead of the first score, what would have been said.
    """
    span = trace.span
    scale = LinearScale(low=span.begins_at, high=span.ends_at)
    points = [*hindsight, *trace.points]
    has_chances = not points or points[-1].probability is not None
    read = _read_chance if has_chances else _read_score
    upright = lay_upright(points) if has_chances else LinearScale(low=0, high=100, start=FLOOR, end=TOP)
    ticks = list_ticks(upright.low, upright.high, 4)
    first = trace.points[0].at if trace.points else now
    last = trace.points[-1] if trace.points else None
    return Timeline(
        curve=trace_steps(trace.points, read, scale, upright, until=now),
        hindsight=trace_steps(hindsight, read, scale, upright, until=first),
        bands=[*list_bands(points, scale, upright, now)] if has_chances else [],
        rules=[*list_rules(points, scale, upright, now, sayings.threshold)] if has_chances else [],
        upright=[
            Mark(
                place=round_place(upright.place(tick)),
                text=sayings.value(tick) if has_chances else sayings.score(round(tick)),
            )
            for tick in ticks[:-1]
        ],
        across=_mark_times(span, scale, zone, sayings),
        bars=_draw_bars(trace.doings, span, sayings),
        spots=[*_draw_spots(trace, scale, sayings)],
        stages=_draw_stages(trace, scale, sayings),
        episodes=[
            lay_box(scale, start, end or now, y=_ALERTS_Y - 3, height=6, look="episode", says=told)
            for start, end in trace.episodes
            for told in (sayings.episode(start, end),)
        ],
        now=round_place(scale.place(now)),
        last=None if last is None else find_last(last, read, scale, upright, now),
    )


def _read_chance(point: ScorePoint) -> float | None:
    return point.probability


def _read_score(point: ScorePoint) -> float | None:
    return float(point.score)


def _mark_times(span: Span, across: LinearScale, zone: str, sayings: Sayings) -> list[Mark]:
    ticks = list_time_ticks(span.begins_at, span.ends_at, zone=zone, most=6)
    marks = [(across.place(tick.at), sayings.time(tick.at, tick.unit)) for tick in ticks]
    return [Mark(place=round_place(place), text=text) for place, text in marks if place < 97]


def _draw_bars(doings: Sequence[Doings], span: Span, sayings: Sayings) -> list[Box]:
    """Draw a bar for each stretch, and write the numbers of the highest that leave each other room."""
    most = max((each.total for each in doings), default=1)
    step = 100 / span.n_stretches
    labelled: list[float] = []
    bars = []
    for each in sorted(doings, key=lambda one: (-one.total, one.stretch)):
        middle = step * (each.stretch + 0.5)
        has_room = all(abs(middle - other) >= _LABEL_APART for other in labelled)
        labelled += [middle] if has_room else []
        height = max(_LEAST_BAR, _BARS_HEIGHT * each.total / most)
        bars.append(
            Box(
                x=round_place(step * each.stretch + 0.1 * step),
                width=round_place(0.8 * step),
                y=round_place(_BARS_FLOOR - height),
                height=round_place(height),
                label=str(each.total) if has_room else "",
                says=sayings.doings(each),
            )
        )
    return sorted(bars, key=lambda box: box.x)


def _draw_spots(trace: Trace, across: LinearScale, sayings: Sayings) -> Iterator[Spot]:
    contacts = [(row.occurred_at, row.outcome or row.kind) for row in trace.contacts]
    notes = [(row.occurred_at, row.text) for row in trace.notes]
    alerts = [(row.created_at, row.state) for row in trace.alerts]
    for look, y, marks in (
        ("contact", _MARKS_Y, contacts),
        ("note", _MARKS_Y, notes),
        ("alert", _ALERTS_Y, alerts),
    ):
        for crowd in crowd_together(marks, across):
            middle = sum(across.place(at) for at, _ in crowd) / len(crowd)
            yield Spot(
                x=round_place(min(max(middle, 1.5), 98.5)),
                y=y,
                look=look,
                count=len(crowd),
                says=sayings.spots(look, crowd),
            )


def _draw_stages(trace: Trace, across: LinearScale, sayings: Sayings) -> list[Box]:
    boxes = []
    for each in trace.stages:
        width = across.place(each.ends_at) - across.place(each.begins_at)
        boxes.append(
            lay_box(
                across,
                each.begins_at,
                each.ends_at,
                y=_STAGES_Y,
                height=18,
                look=each.stage,
                label=sayings.stage_name(each.stage) if width >= _NAME_WIDTH else "",
                says=sayings.stage(each.stage, each.begins_at, each.ends_at),
            )
        )
    return boxes
