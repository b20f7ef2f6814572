"""Rejecting rows: what cannot be used is kept aside with its line and its reason, and counted."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.importing.tables import Table

REASONS: Mapping[str, str] = {
    "ragged_row": "it has more or fewer cells than the header",
    "unclosed_quote": "a quotation mark is opened and never closed",
    "unreadable_row": "it is no row of CSV, or a cell in it is longer than 128 KiB",
    "nul_byte": "it contains a NUL byte",
    "no_id": "it has no identifier",
    "duplicate_id": "an earlier row has the same identifier",
    "unreadable_date": "a date cannot be read",
    "unreadable_order": "its place in the order cannot be read",
    "unknown_outcome": "its outcome is none of those the recipe lists",
    "no_lead_or_account": "it names neither a lead nor an account",
    "unknown_lead": "no lead in the file has this name or account",
    "no_time": "it has no time",
    "no_type": "it has no type",
    "forgotten": "it is of somebody who asked to be forgotten: it is shown nowhere",
}
COLUMNS = ("file", "line", "code", "reason", "raw")
LISTED = 10_000
"""Rows listed for each file and reason; further ones are only counted."""

_LONGEST = 2_000
_SIGNED_NUMBER = re.compile(r"[+-]\d+([.,]\d+)*(e[+-]?\d+)?", re.IGNORECASE)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class RejectionLog:
    """Rows that were left out, by file and reason."""

    def __init__(self, listed: int = LISTED) -> None:
        self._listed = listed
        self._rows: list[tuple[str, int, str, str, str]] = []
        self.counts: Counter[tuple[str, str]] = Counter()

    def add(self, file: str, code: str, rows: Iterable[tuple[int, str]]) -> None:
        """Record rows given as (line number, raw text)."""
        for line, raw in rows:
            self.counts[file, code] += 1
            if self.counts[file, code] <= self._listed:
                self._rows.append((file, int(line), code, REASONS[code], raw[:_LONGEST]))

    def reject(self, table: Table, is_bad: NDArray[np.bool_], code: str) -> Table:
        """Record the rows of `table` where `is_bad`, and return the table without them."""
        bad = np.flatnonzero(is_bad)
        if len(bad) == 0:
            return table
        room = max(self._listed - self.counts[table.file, code], 0)
        raws = raw_rows(table.show_original(bad[:room]))
        self.add(table.file, code, zip(table.lines[bad[:room]], raws, strict=True))
        self.counts[table.file, code] += len(bad) - len(raws)
        return table.take(~is_bad)

    def suppress(self, table: Table, is_bad: NDArray[np.bool_], code: str) -> Table:
        """Count the rows of `table` where `is_bad`, show none of them, and return the table without them."""
        if not is_bad.any():
            return table
        self.counts[table.file, code] += int(is_bad.sum())
        return table.take(~is_bad)

    def merge(self, other: "RejectionLog") -> None:
        """Take over what another log recorded."""
        for row in other._rows:
            self.counts[row[0], row[2]] += 1
            if self.counts[row[0], row[2]] <= self._listed:
                self._rows.append(row)
        unlisted = other.counts - Counter((file, code) for file, _, code, _, _ in other._rows)
        self.counts.update(unlisted)

    def total(self, file: str | None = None) -> int:
        """Return how many rows were rejected, of one file or of all."""
        return sum(number for (name, _), number in self.counts.items() if file in (None, name))

    def by_reason(self) -> dict[str, int]:
        """Return code → number of rows, most frequent first."""
        totals: Counter[str] = Counter()
        for (_, code), number in self.counts.items():
            totals[code] += number
        return dict(totals.most_common())

    def to_frame(self) -> pd.DataFrame:
        """Return the listed rows with the columns `COLUMNS`, in the order of file and line."""
        frame = pd.DataFrame(self._rows, columns=list(COLUMNS))
        return frame.sort_values(["file", "line"], kind="stable", ignore_index=True)


def raw_rows(rows: pd.DataFrame) -> list[str]:
    """Return each row as one line of CSV."""
    return [_to_csv(["" if pd.isna(cell) else cell for cell in row]) for row in rows.itertuples(index=False)]


def _to_csv(cells: Sequence[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


def write_rejected(rejected: pd.DataFrame, path: Path) -> None:
    """Write rejected rows as CSV; a raw row that a spreadsheet would run as a formula gets a leading ``'``."""
    raw = rejected["raw"].astype(object).map(disarm)
    rejected.assign(raw=raw).to_csv(path, index=False, encoding="utf-8")


def disarm(raw: str) -> str:
    """Return a text that no spreadsheet runs as a formula: where it could, a ``'`` is put before it.

    A negative number is none and stays as it is.
    """
    if not raw.startswith(_FORMULA_STARTS) or _SIGNED_NUMBER.fullmatch(raw):
        return raw
    return f"'{raw}"
