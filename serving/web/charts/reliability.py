"""Reliability: what was predicted beside what was seen, each group with its interval.

Both axes show square roots, so that the many leads of a few per cent do not all stand in one corner.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.findings import ReliabilityBin
from serving.web.charts.axes import Mark, lay_values, round_place
from serving.web.charts.bars import Flag
from serving.web.charts.lines import HEIGHT, Line, LineChart, draw_lines, lay_across
from serving.web.charts.scales import list_ticks

_LEAST = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisker:
    """The interval of one group: its place across in per cent, its ends and its middle in pixels."""

    x: float
    low: float
    high: float
    y: float
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityChart:
    """Lines over both axes, and whiskers on them."""

    lines: LineChart
    whiskers: Sequence[Whisker]
    flags: Sequence[Flag] = ()


def draw_reliability(
    curves: Sequence[tuple[str, str, Sequence[ReliabilityBin]]], *, perfect: str, say: Callable[[float], str]
) -> ReliabilityChart:
    """Draw curves of models over the line on which a perfect one lies.

    Parameters
    ----------
    curves
        Of each model the name, a class of the style sheet, and its groups from the lowest on.
    perfect
        What the diagonal is called.
    say
        Writes a share.
    """
    told = [value for _, _, bins in curves for each in bins for value in (each.predicted, each.upper)]
    most = math.sqrt(max([_LEAST, *told]))
    drawn = [
        Line(name=name, look=look, points=[(math.sqrt(each.predicted), math.sqrt(each.seen)) for each in bins])
        for name, look, bins in curves
    ]
    diagonal = Line(name=perfect, points=[(0.0, 0.0), (most, most)], look="target")
    upright, across = lay_values([0.0, most], HEIGHT), lay_across(0.0, most)
    marks = [
        Mark(place=round_place(across.place(tick)), text=say(tick * tick))
        for tick in list_ticks(0.0, most)
        if tick <= most
    ]
    whiskers = [
        Whisker(
            x=round_place(across.place(math.sqrt(each.predicted))),
            low=round_place(upright.place(math.sqrt(each.lower))),
            high=round_place(upright.place(math.sqrt(each.upper))),
            y=round_place(upright.place(math.sqrt(each.seen))),
            look=look,
        )
        for _, look, bins in curves
        for each in bins
    ]
    chart = draw_lines([diagonal, *drawn], across=across, marks=marks, say=lambda root: say(root * root))
    return ReliabilityChart(lines=chart, whiskers=whiskers)
