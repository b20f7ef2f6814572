"""Layout: how a file is read: its separator, what each column is, and how it writes numbers and days."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from agreement.calendar.zones import get_zone
from serving.importing.encodings import Encoding, UnreadableTable
from serving.importing.fields import (
    CHOICES,
    FIELDS,
    LEFT_OUT,
    can_be_attribute,
    guess_fields,
    list_names,
    list_twins,
)
from serving.importing.rows import SEPARATORS, guess_separator, read_header, read_rows
from serving.importing.values import DAY_ORDERS, MARKS, DayOrder, DecimalMark, guess_day_order, guess_mark

_SAMPLE_ROWS = 500


class BadLayout(ValueError):
    """A file cannot be read like this; the text says what to choose instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a file is read.

    Attributes
    ----------
    header
        The names of its columns.
    begins
        The offset of the first row.
    fields
        For each column one of `CHOICES`.
    zone
        Of times that name no offset.
    """

    encoding: Encoding
    separator: str
    header: tuple[str, ...]
    begins: int
    fields: tuple[str, ...]
    mark: DecimalMark
    days: DayOrder
    zone: str

    @property
    def names(self) -> Sequence[str]:
        """Return what each column becomes of a lead, "" for what is left out."""
        return list_names(self.header, self.fields)


def guess_layout(path: Path, encoding: Encoding, zone: str, *, separator: str = "") -> Layout:
    """Guess how a file in UTF-8 is read, by its first rows.

    Raises
    ------
    UnreadableTable
        If it has no header, or no rows.
    """
    if separator not in SEPARATORS:
        separator = guess_separator(path)
    header, begins = read_header(path, separator)
    samples = _read_samples(path, separator, len(header), begins)
    if not samples and next(read_rows(path, separator, width=len(header), offset=begins), None) is None:
        raise UnreadableTable("the file has a header and no rows: choose one with leads in it")
    fields = guess_fields(header, samples)
    days, _ = guess_day_order(_list_days(fields, samples))
    return Layout(
        encoding=encoding,
        separator=separator,
        header=header,
        begins=begins,
        fields=fields,
        mark=guess_mark(separator),
        days=days,
        zone=zone,
    )


def is_order_certain(path: Path, layout: Layout) -> bool:
    """Tell whether the file itself says in which order its days are written."""
    samples = _read_samples(path, layout.separator, len(layout.header), layout.begins)
    return guess_day_order(_list_days(layout.fields, samples))[1]


def change_layout(layout: Layout, *, fields: Sequence[str], mark: str, days: str, zone: str) -> Layout:
    """Change what a person chose.

    Raises
    ------
    BadLayout
        If a choice is none of those there are, or columns contradict each other.
    UnknownZone
        If nobody knows the zone.
    """
    if len(fields) != len(layout.header) or not set(fields) <= set(CHOICES):
        raise BadLayout("choose for each column what it is")
    if mark not in MARKS or days not in DAY_ORDERS:
        raise BadLayout("choose how numbers and days are written")
    get_zone(zone)
    changed = replace(layout, fields=tuple(fields), mark=mark, days=days, zone=zone)
    check_layout(changed)
    return changed


def check_layout(layout: Layout) -> None:
    """Check that rows become leads that can be told apart.

    Raises
    ------
    BadLayout
        If not.
    """
    if not {"id", "email"} & set(layout.names):
        raise BadLayout("choose the column that tells leads apart: the id, or else the e-mail address")
    if twins := list_twins(layout.header, layout.fields):
        raise BadLayout(f"two columns are the same: choose one for {', '.join(twins)}")
    for name, field in zip(layout.header, layout.fields, strict=True):
        if field not in (LEFT_OUT, *FIELDS) and not can_be_attribute(name):
            raise BadLayout(f"a lead cannot have an attribute of this name: leave out {name[:80] or 'the column'}")


def _read_samples(path: Path, separator: str, width: int, begins: int) -> list[Sequence[str]]:
    rows = islice(read_rows(path, separator, width=width, offset=begins), _SAMPLE_ROWS)
    return [row.cells for row in rows if not row.trouble]


def _list_days(fields: Sequence[str], samples: Sequence[Sequence[str]]) -> list[str]:
    columns = [column for column, field in enumerate(fields) if field == "created_at"]
    return [row[column] for row in samples for column in columns]
