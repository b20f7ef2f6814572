"""Axes: what charts have in common. Across, places are per cent of the width, so that text keeps its size on any
screen; down, they are pixels.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from serving.web.charts.scales import LinearScale, list_ticks

LEFT, RIGHT = 11.0, 98.0
TOP, BOTTOM = 14.0, 22.0

Say = Callable[[float], str]
"""Writes a value of an axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A labelled place on an axis."""

    place: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a chart shows, as texts: the table behind it. The first cell of a row names the row."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def lay_values(values: Sequence[float], height: float, *, from_zero: bool = True) -> LinearScale:
    """Return the scale of an upright axis that holds all values, in a drawing so many pixels high."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    ticks = list_ticks(min(low, 0.0), max(high, 0.0)) if from_zero else list_ticks(low, high)
    return LinearScale(low=ticks[0], high=ticks[-1], start=height - BOTTOM, end=TOP)


def mark_values(scale: LinearScale, say: Say, most: int = 5) -> list[Mark]:
    """Return the labelled places of an upright axis."""
    ticks = (tick for tick in list_ticks(scale.low, scale.high, most) if scale.low <= tick <= scale.high)
    return [Mark(place=round_place(scale.place(tick)), text=say(tick)) for tick in ticks]


def round_place(place: float) -> float:
    """Round a place to what a screen can show; drawings stay small."""
    return round(place, 2)
