"""Shapes: the boxes, rules and spots that a drawing over time is made of.

Across, places are per cent of the width; upright, they are pixels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from serving.web.charts.axes import round_place
from serving.web.charts.scales import LinearScale

# Marks closer to each other than this, per cent, would touch on a phone.
_CROWDED = 4.0
# Per cent of the width: what is narrower cannot be seen.
_NARROWEST = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle; `says` is what stands in it or is told of it, `look` its class of the style sheet."""

    x: float
    width: float
    y: float
    height: float
    look: str = ""
    label: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A line across, from one place to another, at a height: a threshold."""

    x: float
    until: float
    y: float
    look: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Something at a moment; `count` says how many there are where several are crowded together."""

    x: float
    y: float
    look: str
    count: int
    says: str


def lay_box(
    across: LinearScale,
    begins_at: int,
    ends_at: int,
    *,
    y: float,
    height: float,
    look: str = "",
    label: str = "",
    says: str = "",
) -> Box:
    """Lay a box from one moment to another; it is never too narrow to be seen."""
    x, until = across.place(begins_at), across.place(ends_at)
    return Box(
        x=round_place(x),
        width=round_place(max(until - x, _NARROWEST)),
        y=round_place(y),
        height=round_place(height),
        look=look,
        label=label,
        says=says,
    )


def crowd_together(marks: Sequence[tuple[int, str]], across: LinearScale) -> Iterator[list[tuple[int, str]]]:
    """Gather marks that would touch each other."""
    crowd: list[tuple[int, str]] = []
    for mark in sorted(marks):
        if crowd and across.place(mark[0]) - across.place(crowd[0][0]) >= _CROWDED:
            yield crowd
            crowd = []
        crowd.append(mark)
    if crowd:
        yield crowd
