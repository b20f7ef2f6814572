"""What an import has to say: files, columns, and the result with its history."""

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from training.attributes import ColumnNote
from training.candidates import Guess
from training.history import History


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
    """A history, the rows it could not use (columns `training.rejecting.COLUMNS`), and how it came about."""

    history: History
    rejected: pd.DataFrame
    guesses: tuple[Guess, ...]
    report: ImportReport
