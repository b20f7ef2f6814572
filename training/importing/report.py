"""What an import has to say: files, columns, and the result with its history."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.history import History
from training.importing.attributes import ColumnNote
from training.importing.candidates import Guess


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNote:
    """One file: what it holds ("leads", "accounts", "events"), and its rows; read = kept + rejected."""

    file: str
    holds: str
    read: int
    kept: int
    rejected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of every file and every column."""

    files: tuple[FileNote, ...]
    columns: tuple[ColumnNote, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """A history, the rows it could not use (columns `training.importing.rejecting.COLUMNS`), and how it came about.

    `lines`, shape (number of leads,), is the line of the lead file each lead starts on.
    """

    history: History
    lines: NDArray[np.int64]
    rejected: pd.DataFrame
    guesses: tuple[Guess, ...]
    report: ImportReport
