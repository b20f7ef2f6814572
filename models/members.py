"""The members a scorer adds up: each reads the encoded matrix and speaks in log-odds."""

from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from models.additive import AdditiveMember
from models.forest import Forest


class Member(Protocol):
    """One summand of a scorer.

    `kind` names its class in an artifact, `weight` scales it in the sum.
    """

    kind: ClassVar[str]

    @property
    def weight(self) -> float:
        """Return the factor of its log-odds in the sum."""

    def predict_log_odds(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return unweighted log-odds, shape (n,), for a matrix of shape (n, width)."""

    def compute_contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return each column's part and the expected value last, shape (n, width + 1), unweighted."""

    def to_text(self) -> str:
        """Return all there is to store."""

    def warm_up(self) -> None:
        """Prepare whatever the first caller would have to wait for."""


@dataclass(frozen=True)
class BoosterMember:
    """Gradient-boosted trees, stored as LightGBM's own text and read by our own walk."""

    forest: Forest
    text: str
    weight: float = 1.0
    kind: ClassVar[str] = "booster"

    @classmethod
    def from_text(cls, text: str, weight: float = 1.0) -> Self:
        """Read a LightGBM model text.

        Raises
        ------
        DamagedForest, UnsupportedForest
            If the text is no such model, or one with parts we do not read.
        """
        return cls(forest=Forest.from_text(text), text=text, weight=weight)

    def predict_log_odds(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the summed leaf values, equal to LightGBM's raw score to the bit; shape (n,)."""
        return self.forest.predict_log_odds(matrix)

    def compute_contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return exact Shapley values of the trees, the expected value last; shape (n, width + 1)."""
        return self.forest.compute_contributions(matrix)

    def to_text(self) -> str:
        """Return LightGBM's model text."""
        return self.text

    def warm_up(self) -> None:
        """Load the compiled walks."""
        self.forest.warm_up()


def read_member(kind: str, text: str, weight: float) -> Member:
    """Read a stored member.

    Raises
    ------
    ValueError
        If the kind is not known here.
    """
    for member in (BoosterMember, AdditiveMember):
        if member.kind == kind:
            return member.from_text(text, weight)
    raise ValueError(f"this version reads no member of kind {kind!r}")
