"""Distributions: a histogram of waits in classes of different lengths, with quantiles and limits where they lie."""

from collections.abc import Sequence
from dataclasses import dataclass

from serving.web.charts.axes import LEFT, RIGHT, Say, round_place
from serving.web.charts.bars import Column, ColumnChart, Flag, draw_columns

HEIGHT = 170.0
_LINE = 13.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """A class of waits: those up to `up_to`, None for those without an upper end."""

    column: Column
    up_to: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantile:
    """A wait to be marked, in the unit of the classes."""

    value: float
    text: str
    look: str = "target"


def draw_distribution(
    classes: Sequence[Class], marked: Sequence[Quantile], *, say: Say, height: float = HEIGHT
) -> ColumnChart:
    """Draw a histogram; what lies beyond the last upper end cannot be placed and is left out.

    Parameters
    ----------
    marked
        Drawn as upright lines, each with its text in a line of its own.
    say
        Writes a value of the upright axis.
    """
    edges = [each.up_to for each in classes if each.up_to is not None]
    placed = (
        sorted((find_place(each.value, edges, len(classes)), each) for each in marked if each.value <= edges[-1])
        if edges
        else []
    )
    flags = [
        Flag(place=round_place(place), text=each.text, look=each.look, level=level)
        for level, (place, each) in enumerate(placed)
    ]
    return draw_columns(
        [each.column for each in classes],
        say=say,
        flags=flags,
        headroom=_LINE * len(flags),
        height=height + _LINE * len(flags),
    )


def find_place(value: float, edges: Sequence[float], n_classes: int) -> float:
    """Return where a wait lies, in per cent of the width: within its class, by how much of it has passed.

    Parameters
    ----------
    edges
        The upper ends of the first classes, rising; the value is at most the last.
    n_classes
        How many columns there are, those without an upper end included.
    """
    number = next(place for place, edge in enumerate(edges) if value <= edge)
    lower = edges[number - 1] if number else 0.0
    share = (value - lower) / (edges[number] - lower)
    return LEFT + (number + share) * (RIGHT - LEFT) / n_classes
