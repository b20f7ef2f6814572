"""Bars: columns beside each other, and bars as small as a table's cell."""

from collections.abc import Sequence
from dataclasses import dataclass

from serving.web.charts.axes import LEFT, RIGHT, Mark, Say, lay_values, mark_values, round_place

HEIGHT = 200.0
_GAP = 0.22


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A value with its name; `says` is written above it, `look` is a class of the style sheet."""

    name: str
    value: float
    says: str
    look: str = "f1"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnColumn:
    """A column as it is drawn: places across in per cent, places down in pixels."""

    x: float
    width: float
    y: float
    height: float
    column: Column

    @property
    def middle(self) -> float:
        """Return the place of what is written to it."""
        return round_place(self.x + self.width / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """An upright line over columns, with what is written at its top, one of `level` lines of text."""

    place: float
    text: str
    look: str
    level: int = 0

    @property
    def is_left(self) -> bool:
        """Tell whether its text stands to the left of it."""
        return self.place > 68


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChart:
    """A drawing of columns."""

    height: float
    columns: Sequence[DrawnColumn]
    upright: Sequence[Mark]
    floor: float
    flags: Sequence[Flag] = ()


def draw_columns(
    columns: Sequence[Column],
    *,
    say: Say,
    flags: Sequence[Flag] = (),
    height: float = HEIGHT,
    headroom: float = 0.0,
) -> ColumnChart:
    """Draw columns from zero on.

    Parameters
    ----------
    say
        Writes a value of the upright axis.
    headroom
        Pixels above the columns that flags are written into.
    """
    upright = lay_values([column.value for column in columns], height - headroom)
    width = (RIGHT - LEFT) / max(1, len(columns))
    floor = upright.place(max(0.0, upright.low)) + headroom

    def draw(place: int, column: Column) -> DrawnColumn:
        top = upright.place(column.value) + headroom
        return DrawnColumn(
            x=round_place(LEFT + (place + _GAP / 2) * width),
            width=round_place(width * (1 - _GAP)),
            y=round_place(min(top, floor)),
            height=round_place(abs(floor - top)),
            column=column,
        )

    return ColumnChart(
        height=height,
        columns=[draw(place, column) for place, column in enumerate(columns)],
        upright=[Mark(place=mark.place + headroom, text=mark.text) for mark in mark_values(upright, say)],
        floor=round_place(floor),
        flags=flags,
    )


def share_of(value: float | None, most: float) -> float:
    """Return how long a bar is, in per cent of its cell: 100 at `most` and beyond, 0 of nothing."""
    if value is None or most <= 0 or value <= 0:
        return 0.0
    return round_place(min(100.0, 100.0 * value / most))
