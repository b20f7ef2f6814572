"""Rows: a CSV in UTF-8 row by row, from any offset; a broken row is told of and costs no other."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from serving.importing.encodings import UnreadableTable

SEPARATORS = (",", ";", "\t", "|")
MOST_COLUMNS = 200
_LONGEST_LINE = 2**20
_SAMPLE_ROWS = 50
# After a quote that does not close, reading begins again behind its line: this often, as each costs a look ahead.
_MOST_FRESH_STARTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row as a spreadsheet numbers it, its cells, and the offset at which the next one begins.

    Attributes
    ----------
    trouble
        What is wrong with the row itself, "" where it can be read.
    """

    number: int
    cells: Sequence[str]
    ends: int
    trouble: str = ""


class _TooLongLine(ValueError):
    """A line is longer than anything we read."""


class _Lines:
    """Gives lines to a CSV reader, and knows where it stands."""

    def __init__(self, file: IO[bytes], at: int) -> None:
        file.seek(at)
        self._file, self.at, self.first_end = file, at, at

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._read()
        if not line:
            raise StopIteration
        if self.first_end < 0:
            self.first_end = self.at
        if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            while (more := self._read()) and not more.endswith(b"\n"):
                continue
            raise _TooLongLine
        return line.decode("utf-8")

    def begin_row(self) -> None:
        """Remember that a row begins here."""
        self.first_end = -1

    def start_over(self) -> None:
        """Go back to behind the first line of the row."""
        self.at = self.first_end
        self._file.seek(self.at)

    def _read(self) -> bytes:
        line = self._file.readline(_LONGEST_LINE)
        self.at += len(line)
        return line


def guess_separator(path: Path) -> str:
    """Guess what stands between cells: what splits the first rows into most columns, and all of them alike.

    The header decides which signs may do so; a table of one column has none of them.
    """
    return max(SEPARATORS, key=lambda separator: _judge(path, separator))


def read_header(path: Path, separator: str) -> tuple[tuple[str, ...], int]:
    """Read the names of the columns, and where the rows begin.

    Raises
    ------
    UnreadableTable
        If there is no header, or it has too many columns.
    """
    first = next(_read(path, separator, 0, 0), None)
    if first is None or first.trouble:
        raise UnreadableTable("the first row cannot be read: it must name the columns")
    if len(first.cells) > MOST_COLUMNS:
        raise UnreadableTable(f"a table has at most {MOST_COLUMNS} columns: leave some out")
    return tuple(cell.strip() for cell in first.cells), first.ends


def read_rows(path: Path, separator: str, *, width: int, offset: int, number: int = 1) -> Iterator[Row]:
    """Read rows from an offset on, where `number` is that of the row before; rows without any text are left out.

    Parameters
    ----------
    width
        How many columns the header names.
    """
    for row in _read(path, separator, offset, number):
        if not any(cell.strip() for cell in row.cells) and not row.trouble:
            continue
        yield _check(row, width)


def _read(path: Path, separator: str, offset: int, number: int) -> Iterator[Row]:
    with path.open("rb") as file:
        lines, fresh_starts = _Lines(file, offset), 0
        reader = csv.reader(lines, delimiter=separator, strict=True)
        while True:
            number += 1
            lines.begin_row()
            cells, trouble = _next(reader)
            if cells is None:
                return
            if trouble == "bad_quotes" and fresh_starts < _MOST_FRESH_STARTS:
                fresh_starts += 1
                lines.start_over()
                reader = csv.reader(lines, delimiter=separator, strict=True)
            yield Row(number=number, cells=cells, ends=lines.at, trouble=trouble)


def _next(reader: Iterator[list[str]]) -> tuple[list[str] | None, str]:
    try:
        return next(reader), ""
    except StopIteration:
        return None, ""
    except _TooLongLine:
        return [], "too_long_row"
    except csv.Error:
        return [], "bad_quotes"


def _check(row: Row, width: int) -> Row:
    cells, trouble = list(row.cells), row.trouble
    # Spreadsheets leave empty cells behind the last column.
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if not trouble and len(cells) != width:
        trouble = "too_many_cells" if len(cells) > width else "too_few_cells"
    if not trouble and any("\x00" in cell for cell in cells):
        trouble = "zero_byte"
    return Row(number=row.number, cells=cells, ends=row.ends, trouble=trouble)


def _judge(path: Path, separator: str) -> tuple[float, int, int]:
    rows = list(islice(_read(path, separator, 0, 0), _SAMPLE_ROWS))
    if not rows or rows[0].trouble or len(rows[0].cells) < 2:
        return 0.0, 0, -SEPARATORS.index(separator)
    width = len(rows[0].cells)
    alike = Counter(len(row.cells) == width and not row.trouble for row in rows if row.cells)
    return alike[True] / len(rows), width, -SEPARATORS.index(separator)
