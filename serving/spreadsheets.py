"""CSV that spreadsheets open without running anything that a stranger wrote."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TextIO

# What spreadsheets take for the beginning of a formula (OWASP, CSV injection), the wide signs of East Asia too.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def guard_cell(value: Any) -> Any:
    """Return a value as it is safe in a cell: texts that could be formulas get an apostrophe."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_STARTS) else value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def write_csv(file: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table as RFC 4180 has it; a file that goes on with pages is written with no columns."""
    writer = csv.writer(file, lineterminator="\r\n")
    if columns:
        writer.writerow(columns)
    writer.writerows([guard_cell(value) for value in row] for row in rows)
