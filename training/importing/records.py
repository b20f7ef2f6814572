"""Cutting CSV text into records one by one, so that a broken one costs nothing but itself."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_RECORD = 1_000
"""Lines a quoted cell may run over; a quote that stays open longer was never meant to open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A record that is no row: the line it starts on, its text, and the code of what is wrong with it."""

    line: int
    raw: str
    code: str


class _StillOpen(Exception):
    """A quoted cell was not closed in time."""


class _Lines:
    """Hands lines to the CSV reader and tells when it asks for more than a record may have."""

    def __init__(self, content: bytes) -> None:
        self._next_line = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="").readline
        self._waiting: list[str] = []
        self.given: list[str] = []
        self.number = 1

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._waiting.pop() if self._waiting else self._next_line()
        if self.given and (not line or len(self.given) >= LONGEST_RECORD):
            self._waiting.extend([line] if line else [])
            raise _StillOpen
        if not line:
            raise StopIteration
        self.given.append(line)
        return line

    def start(self) -> None:
        """Begin the next record; its number is the line it starts on."""
        self.number += len(self.given)
        self.given = []

    def give_back(self) -> None:
        """Take back all but the first line of the record at hand."""
        self._waiting.extend(reversed(self.given[1:]))
        self.given = self.given[:1]


def read_records(
    content: bytes, delimiter: str, *, width: int | None = None
) -> Iterator[tuple[int, list[str]] | Fault]:
    """Yield the records of CSV text as (line, cells) or as a fault; blank lines are passed over.

    Lines are counted from one. With a `width`, a record of several lines that has another number of cells
    was opened by a stray quote: only its first line is faulty, and reading goes on with its second.
    """
    lines = _Lines(content)
    has_nul = b"\0" in content
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.start()
        try:
            cells = next(reader)
            code = _find_fault(lines, cells, width, has_nul=has_nul)
        except StopIteration:
            return
        except _StillOpen:
            code = "unclosed_quote"
        except csv.Error:
            code = "unreadable_row"
        if code is None:
            if any(cells):
                yield lines.number, cells
            continue
        if code == "unclosed_quote":
            lines.give_back()
        yield Fault(line=lines.number, raw="".join(lines.given).rstrip("\r\n"), code=code)
        reader = csv.reader(lines, delimiter=delimiter)


def _find_fault(lines: _Lines, cells: list[str], width: int | None, *, has_nul: bool) -> str | None:
    if width is None:
        return None
    if has_nul and any("\0" in line for line in lines.given):
        return "nul_byte"
    if len(cells) == width or not any(cells):
        return None
    return "unclosed_quote" if len(lines.given) > 1 else "ragged_row"


def cut_header(content: bytes, delimiter: str) -> tuple[list[str], int]:
    """Return the cells of the first record and the number of lines up to its end; no cells if it is damaged."""
    lines = _Lines(content)
    cells: list[str] = []
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        while not any(cells):
            lines.start()
            cells = next(reader)
    except (_StillOpen, csv.Error, StopIteration):
        return [], 0
    return cells, lines.number - 1 + len(lines.given)
