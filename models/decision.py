"""The decision: who put a model in force, when, why and by which evidence; it is kept with the model's version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

Kind = Literal["promote", "roll_back", "thresholds"]
# MLflow keeps 5,000 characters of a tag.
MOST_WORDS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Why a version was put in force.

    Attributes
    ----------
    kind
        Whether it was promoted, gone back to, or made of another one by thresholds alone.
    by, why
        Who asked and what for, in their words; empty where nobody said.
    is_forced
        Whether a gate was overruled.
    said
        What was measured, or why nothing was, in a sentence.
    compared_with
        The version that was in force, None where there was none.
    difference, standard_error, n
        Mean log loss less that of the version in force on the same `n` snapshots; None where nothing was measured.
    """

    kind: Kind
    at: datetime
    by: str = ""
    why: str = ""
    is_forced: bool = False
    said: str = ""
    compared_with: str | None = None
    difference: float | None = None
    standard_error: float | None = None
    n: int | None = None

    def to_text(self) -> str:
        """Return JSON that `read_decision` reads back."""
        return msgspec.json.encode(self).decode()


def read_decision(text: str | None) -> Decision | None:
    """Read a decision; None where there is none, or one that another version of this product wrote otherwise."""
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=Decision)
    except msgspec.DecodeError:
        return None
