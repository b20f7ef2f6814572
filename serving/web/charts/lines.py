"""Lines: curves, steps and fans over one axis, and sparklines."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from serving.web.charts.axes import LEFT, RIGHT, Mark, Say, lay_values, mark_values, round_place
from serving.web.charts.scales import LinearScale

Points = Sequence[tuple[float, float]]
"""Places on the axis across, with their values, in order."""

HEIGHT = 220.0
SPARK_WIDTH, SPARK_HEIGHT = 76.0, 22.0
_SPARK_EDGE = 3.0
# Pixels: a line of text, and how far above a point it stands; per cent: what is beside each other, and turns left.
_TEXT, _ABOVE, _NEAR, _LEFT_FROM = 13.0, 7.0, 25.0, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A curve.

    Attributes
    ----------
    look
        A class of the style sheet: ``s1`` to ``s5`` or ``target``.
    is_step
        Whether a value holds until the next one.
    says
        What is written at its last point, nothing where it is empty.
    """

    name: str
    points: Points
    look: str = "s1"
    is_step: bool = False
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fan:
    """An area between two curves over the same places: an interval."""

    name: str
    low: Points
    high: Points
    look: str = "fs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A path with its name and look, and whether it is filled."""

    path: str
    name: str
    look: str
    is_area: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The last point of a line, with what is written there, and at which height."""

    x: float
    y: float
    text_y: float
    look: str
    says: str
    is_left: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChart:
    """A drawing of lines."""

    height: float
    drawn: Sequence[Drawn]
    across: Sequence[Mark]
    upright: Sequence[Mark]
    ends: Sequence[End] = field(default_factory=tuple)
    floor: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparkline:
    """A line as small as a word: its paths, its last point, and a target's height; None where there is none."""

    paths: Sequence[str]
    last: tuple[float, float] | None
    target: float | None
    width: float = SPARK_WIDTH
    height: float = SPARK_HEIGHT


def draw_lines(
    lines: Sequence[Line],
    *,
    across: LinearScale,
    marks: Sequence[Mark],
    say: Say,
    fans: Sequence[Fan] = (),
    height: float = HEIGHT,
    from_zero: bool = True,
) -> LineChart:
    """Draw lines and fans over one upright axis that holds them all.

    Parameters
    ----------
    across
        From values on the axis across to per cent of the width.
    marks
        The labels of that axis.
    say
        Writes a value of the upright axis.
    """
    values = [value for line in lines for _, value in line.points]
    values += [value for fan in fans for _, value in (*fan.low, *fan.high)]
    upright = lay_values(values, height, from_zero=from_zero)
    areas = [
        Drawn(
            path=f"{_trace([*fan.low, *reversed(fan.high)], across, upright)}Z",
            name=fan.name,
            look=fan.look,
            is_area=True,
        )
        for fan in fans
        if fan.low
    ]
    curves = [
        Drawn(path=_draw(line, across, upright), name=line.name, look=line.look) for line in lines if line.points
    ]
    return LineChart(
        height=height,
        drawn=[*areas, *curves],
        across=marks,
        upright=mark_values(upright, say),
        ends=_list_ends([line for line in lines if line.points and line.says], across, upright),
        floor=round_place(upright.place(max(0.0, upright.low))),
    )


def lay_across(low: float, high: float) -> LinearScale:
    """Return the usual scale across, from `low` to `high`."""
    return LinearScale(low=low, high=high, start=LEFT, end=RIGHT)


def draw_sparkline(values: Sequence[float | None], *, target: float | None = None) -> Sparkline:
    """Draw a sparkline from zero on; it is broken where a value is missing.

    Parameters
    ----------
    target
        Drawn as a line across where it is given.
    """
    known = [value for value in (*values, target) if value is not None]
    upright = LinearScale(
        low=min(0.0, *known, 0.0), high=max(*known, 1e-9, 1e-9), start=SPARK_HEIGHT - _SPARK_EDGE, end=_SPARK_EDGE
    )
    across = LinearScale(
        low=0.0, high=max(1.0, len(values) - 1.0), start=_SPARK_EDGE, end=SPARK_WIDTH - _SPARK_EDGE
    )
    runs = [[(across.place(at), upright.place(value)) for at, value in run] for run in _split(values)]
    last = runs[-1][-1] if runs and values[-1] is not None else None
    return Sparkline(
        paths=[_join(run) for run in runs],
        last=None if last is None else (round_place(last[0]), round_place(last[1])),
        target=None if target is None else round_place(upright.place(target)),
    )


def _split(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Split values into runs without a missing one, each value with its place."""
    runs: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((place, value))
    return [run for run in runs if run]


def _draw(line: Line, across: LinearScale, upright: LinearScale) -> str:
    if not line.is_step:
        return _trace(line.points, across, upright)
    turned = [line.points[0]]
    for at, value in line.points[1:]:
        turned += [(at, turned[-1][1]), (at, value)]
    return _trace(turned, across, upright)


def _trace(points: Points, across: LinearScale, upright: LinearScale) -> str:
    return _join([(across.place(at), upright.place(value)) for at, value in points])


def _join(places: Sequence[tuple[float, float]]) -> str:
    """Join places to a path; a single one is a point with round ends."""
    ends = places if len(places) > 1 else [*places, *places]
    return "M" + "L".join(f"{round_place(x):g} {round_place(y):g}" for x, y in ends)


def _list_ends(lines: Sequence[Line], across: LinearScale, upright: LinearScale) -> list[End]:
    """List the ends of lines from the top, what is written at each below what is written at the one before."""
    ends: list[End] = []
    for line in sorted(lines, key=lambda line: upright.place(line.points[-1][1])):
        at, value = line.points[-1]
        x, y = round_place(across.place(at)), round_place(upright.place(value))
        near = [end.text_y for end in ends if abs(end.x - x) < _NEAR]
        text_y = max([y - _ABOVE, *(above + _TEXT for above in near)])
        ends.append(End(x=x, y=y, text_y=text_y, look=line.look, says=line.says, is_left=x > _LEFT_FROM))
    return ends
