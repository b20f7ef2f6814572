"""A table as it was read: raw cells, and the line each row stood on."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows as they stand in a file.

    Attributes
    ----------
    frame
        One column a header; CSV gives texts, Parquet gives its own types. The index is 0, 1, 2 …
    lines
        Shape (n,), int64, the line of the file (for Parquet the row) each row starts on, counted from one.
    file
        The file's name.
    rows_read
        Rows the file held, with those that were rejected.
    warnings
        Sentences about the file as a whole.
    original, positions
        The frame as it was read, and where in it each row stands, so that a rejected row can be shown as it was.
    """

    frame: pd.DataFrame
    lines: NDArray[np.int64]
    file: str
    rows_read: int
    warnings: tuple[str, ...] = ()
    original: pd.DataFrame | None = None
    positions: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.lines)

    def take(self, rows: NDArray[Any]) -> "Table":
        """Return the rows at a mask or at positions."""
        at = np.flatnonzero(rows) if rows.dtype == bool else rows
        frame = self.frame.iloc[at].reset_index(drop=True)
        original, positions = self._trace()
        return replace(self, frame=frame, lines=self.lines[at], original=original, positions=positions[at])

    def with_frame(self, frame: pd.DataFrame) -> "Table":
        """Return the same rows with other columns."""
        original, positions = self._trace()
        return replace(self, frame=frame, original=original, positions=positions)

    def show_original(self, rows: NDArray[np.int64]) -> pd.DataFrame:
        """Return rows at positions as they were read."""
        original, positions = self._trace()
        return original.iloc[positions[rows]]

    def _trace(self) -> tuple[pd.DataFrame, NDArray[np.int64]]:
        if self.original is None or self.positions is None:
            return self.frame, np.arange(len(self), dtype=np.int64)
        return self.original, self.positions
