"""Candidates: columns of one table that wait for a role, and the guesses that give them one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from training.importing.columns import type_column
from training.importing.moments import looks_like_moments
from training.importing.synonyms import score_name

_UNIQUE = 0.995
_FILLED = 0.95
_SURE = 0.95
_USUAL = 0.7


class UnknownColumn(LookupError):
    """No column plays a part that is needed, as far as can be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One guess: `key` of the recipe, the column, confidence in [0, 1], and why."""

    key: str
    column: str
    confidence: float
    reason: str


_VITAL = ("leads.id", "leads.created_at", "outcome.column", "outcome.at")


def find_weakest(guesses: Iterable[Guess]) -> Guess | None:
    """Return the weakest of the guesses that everything rests on: identifier, outcome and date of creation."""
    vital = [guess for guess in guesses if guess.key in _VITAL]
    return min(vital, key=lambda guess: guess.confidence, default=None)


class Candidates:
    """The columns of one table, each with at most one role."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self.free = [str(name) for name in frame.columns]
        self.is_moment = {name: looks_like_moments(frame[name]) for name in self.free}

    def take(self, key: str, role: str, fits: Callable[[str], bool], *, alone: float = 0.0) -> Guess | None:
        """Give the best fitting column a role; `alone` is the confidence where only its content speaks for it."""
        scored = [(self._score(name, role, fits, alone), name) for name in self.free]
        best, column = max(scored, default=(0.0, ""), key=lambda pair: pair[0])
        if best < min(_USUAL * _SURE, alone or 1.0):
            return None
        self.free.remove(column)
        told = "is called as such columns are" if score_name(column, role) >= _USUAL else "looks as such columns do"
        return Guess(key=key, column=column, confidence=round(best, 2), reason=f"{column!r} {told}")

    def _score(self, name: str, role: str, fits: Callable[[str], bool], alone: float) -> float:
        by_name = score_name(name, role)
        if not (by_name or alone) or not fits(name):
            return 0.0
        return by_name * _SURE if by_name else alone

    def is_unique(self, name: str) -> bool:
        """Tell whether the column names rows: it is filled in, and never twice the same."""
        values = self.frame[name]
        filled = values.notna().mean() if len(values) else 0.0
        return bool(filled >= _FILLED and values.nunique() >= _UNIQUE * values.notna().sum() > 0)

    def is_shared(self, name: str) -> bool:
        """Tell whether the column is filled in, and rows share its values."""
        values = self.frame[name].dropna()
        return bool(len(values)) and not self.is_moment[name] and values.nunique() < max(len(values), 2)

    def is_number(self, name: str) -> bool:
        """Tell whether the column holds numbers."""
        return type_column(self.frame[name]).kind == "number"

    def is_text(self, name: str) -> bool:
        """Tell whether the column holds texts that are no dates."""
        return not self.is_moment[name] and type_column(self.frame[name]).kind == "text"

    def is_known(self, name: str) -> bool:
        """Tell whether the column holds dates and is mostly filled in."""
        return self.is_moment[name] and bool(self.frame[name].notna().mean() > 0.5)

    def matches(self, name: str, pattern: str) -> bool:
        """Tell whether nearly all texts of the column have a form."""
        values = self.frame[name].dropna()
        if values.empty or not pd.api.types.is_string_dtype(values.dtype):
            return False
        return bool(values.str.fullmatch(pattern).mean() > _FILLED)

    def is_counted(self, name: str) -> bool:
        """Tell whether the column holds whole numbers, each once."""
        typed = type_column(self.frame[name])
        if typed.kind != "number" or not self.is_unique(name):
            return False
        return bool((typed.values.dropna() % 1 == 0).all())
