"""The curve of a score: steps that are true until the next one, over the bands of its buckets.

Across, places are per cent of the width; upright, they are pixels.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from serving.usecases.tracing import ScorePoint
from serving.web.charts.axes import round_place
from serving.web.charts.scales import LinearScale, list_ticks
from serving.web.charts.shapes import Box, Rule, Spot, lay_box

TOP, FLOOR = 22.0, 140.0
# Steps that a screen can tell apart.
_MOST_COLUMNS = 400

Read = Callable[[ScorePoint], float | None]
"""Reads what is drawn of a score."""


def thin_steps(steps: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the steps that a screen can tell apart: of a column the first, lowest, highest and last."""
    if len(steps) <= _MOST_COLUMNS:
        return list(steps)
    kept: list[tuple[float, float]] = []
    for _, column in groupby(steps, key=lambda step: int(step[0] * _MOST_COLUMNS / 100)):
        own = list(enumerate(column))
        extremes = (own[0], min(own, key=lambda one: one[1][1]), max(own, key=lambda one: one[1][1]), own[-1])
        kept += [step for _, step in sorted(set(extremes))]
    return kept


def lay_upright(points: Sequence[ScorePoint]) -> LinearScale:
    """Return the upright scale that holds all chances and thresholds, from zero on."""
    told = [value for point in points for value in (point.probability, point.hot) if value is not None]
    highest = max((value for value in told if value <= 1), default=0.1)
    ticks = list_ticks(0.0, min(1.0, 1.1 * highest), 4)
    return LinearScale(low=0.0, high=min(1.0, ticks[-1]), start=FLOOR, end=TOP)


def trace_steps(
    points: Sequence[ScorePoint],
    read: Read,
    across: LinearScale,
    upright: LinearScale,
    *,
    until: int,
) -> str:
    """Return the path of steps: each score is true until the next one, and the last until a moment."""
    told = [(point.at, value) for point in points if (value := read(point)) is not None]
    steps = thin_steps([(across.place(at), upright.place(value)) for at, value in told])
    if not steps:
        return ""
    path = [f"M{round_place(steps[0][0])} {round_place(steps[0][1])}"]
    path += [f"H{round_place(x)}V{round_place(y)}" for x, y in steps[1:]]
    return "".join(path) + f"H{round_place(max(across.place(until), steps[-1][0]))}"


def list_thresholds(points: Sequence[ScorePoint], now: int) -> Iterator[tuple[int, int, float, float]]:
    """List from when to when which thresholds held, warm before hot."""
    told = [
        (point.at, point.warm, point.hot) for point in points if point.warm is not None and point.hot is not None
    ]
    firsts = [next(same) for _, same in groupby(told, key=lambda one: one[1:])]
    ends = [*(at for at, _, _ in firsts[1:]), now][: len(firsts)]
    for (begins_at, warm, hot), ends_at in zip(firsts, ends, strict=True):
        yield begins_at, ends_at, warm, hot


def list_bands(points: Sequence[ScorePoint], across: LinearScale, upright: LinearScale, now: int) -> Iterator[Box]:
    """List the bands of warm and of hot, as long as their thresholds held."""
    for begins_at, ends_at, warm, hot in list_thresholds(points, now):
        for look, low, high in (("warm", warm, min(hot, upright.high)), ("hot", hot, upright.high)):
            if low < high:
                y = upright.place(high)
                yield lay_box(across, begins_at, ends_at, y=y, height=upright.place(low) - y, look=look)


def list_rules(
    points: Sequence[ScorePoint],
    across: LinearScale,
    upright: LinearScale,
    now: int,
    say: Callable[[str, float], str],
) -> Iterator[Rule]:
    """List the thresholds as lines; the latest ones are labelled."""
    held = list(list_thresholds(points, now))
    for begins_at, ends_at, *thresholds in held:
        for look, threshold in zip(("warm", "hot"), thresholds, strict=True):
            if threshold <= upright.high:
                is_last = (begins_at, ends_at) == held[-1][:2]
                yield Rule(
                    x=round_place(across.place(begins_at)),
                    until=round_place(across.place(ends_at)),
                    y=round_place(upright.place(threshold)),
                    look=look,
                    label=say(look, threshold) if is_last else "",
                )


def find_last(
    point: ScorePoint,
    read: Read,
    across: LinearScale,
    upright: LinearScale,
    now: int,
) -> Spot | None:
    """Find where the curve stands now."""
    value = read(point)
    if value is None:
        return None
    place = round_place(upright.place(value))
    return Spot(x=round_place(across.place(now)), y=place, look=point.bucket, count=1, says="")
