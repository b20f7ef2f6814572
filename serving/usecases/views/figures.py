"""Figures: what a view of the agreement answers, the same for the API, a spreadsheet, the command line and pages.

Nothing is shown without what it was computed under, and every row can open the leads behind it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agreement.calendar.periods import Period
from agreement.counting.rates import LEVEL, Rate
from agreement.terms import Terms
from features.times import to_datetime

Cell = str | int | float | bool | None


class UnknownTable(LookupError):
    """The view has no table, or its table no row, of this name."""


class BadOption(ValueError):
    """A parameter of a view is not what it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """One row.

    Attributes
    ----------
    key
        Tells it from the other rows of its table.
    cells
        Its figures by column, the same columns in each row of a table.
    lead_ids
        The leads behind it.
    """

    key: str
    cells: Mapping[str, Cell]
    lead_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureTable:
    """Rows of one kind; `title` is what people call them."""

    name: str
    title: str
    rows: Sequence[FigureRow]

    def get_row(self, key: str) -> FigureRow:
        """Get a row.

        Raises
        ------
        UnknownTable
            If there is none of this key.
        """
        for row in self.rows:
            if row.key == key:
                return row
        raise UnknownTable(f"{self.name} has no row of this key: ask for the table to see its keys")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a view answers.

    Attributes
    ----------
    view
        Its name.
    period
        The days it speaks of.
    as_of
        Microseconds since 1970: what happened later is left out.
    terms
        The agreement by which it was computed.
    totals
        Figures that are no table.
    tables
        The first is the one that a spreadsheet gets unless it asks for another.
    notes
        Sentences that a reader must know.
    """

    view: str
    period: Period
    as_of: int
    terms: Terms
    tables: Sequence[FigureTable]
    totals: Mapping[str, Cell] = field(default_factory=dict)
    notes: Sequence[str] = ()

    def get_table(self, name: str | None = None) -> FigureTable:
        """Get a table by its name, the first without one.

        Raises
        ------
        UnknownTable
            If there is none.
        """
        for table in self.tables:
            if name in (None, table.name):
                return table
        names = ", ".join(table.name for table in self.tables)
        raise UnknownTable(f"{self.view} has no table of this name: use one of {names}")

    def to_json(self) -> dict[str, Any]:
        """Return what the API answers."""
        return {
            "view": self.view,
            "period": {"name": self.period.to_text(), "begins": self.period.begins, "ends": self.period.ends},
            "as_of": to_datetime(self.as_of),
            "zone": self.period.zone,
            "agreement": {"name": self.terms.name, "version": self.terms.version},
            "level": LEVEL,
            "totals": self.totals,
            "tables": {
                table.name: {
                    "title": table.title,
                    "rows": [{"key": row.key, "leads": len(row.lead_ids), **row.cells} for row in table.rows],
                }
                for table in self.tables
            },
            "notes": list(self.notes),
        }


def spread_rate(name: str, rate: Rate) -> dict[str, Cell]:
    """Return a rate as cells: the share, how many of how many, and its interval."""
    return {
        name: rate.value,
        f"{name}_count": rate.count,
        f"{name}_of": rate.of,
        f"{name}_low": rate.low if rate.of else None,
        f"{name}_high": rate.high if rate.of else None,
    }


def read_number(options: Mapping[str, str], name: str, *, low: float, high: float) -> float:
    """Read a number among the parameters of a view, 0 where it is not told.

    Raises
    ------
    BadOption
        If it is no number from `low` to `high`.
    """
    try:
        number = float(options.get(name, "0"))
    except ValueError:
        number = math.nan
    if not low <= number <= high:
        raise BadOption(f"{name}: use a number from {low:g} to {high:g}")
    return number
