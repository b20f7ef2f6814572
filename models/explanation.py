"""Explanation: the parts of a score, told by families of features, that add up to its log-odds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.engine import FeatureTable
from features.event_kinds import INDICES
from features.feature_set import FeatureSet
from features.text import words

# A part below this many log-odds moves a probability by less than half a point: not worth a sentence.
WORTH_TELLING = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason for a score: a sentence, the family it speaks for, and its part of the log-odds."""

    sentence: str
    family: str
    effect: float

    @property
    def direction(self) -> str:
        """Return "up" where it raises the probability, else "down"."""
        return "up" if self.effect > 0 else "down"


@dataclass(frozen=True)
class Parts:
    """The parts of many scores.

    Attributes
    ----------
    by_feature
        Shape (n, number of features), log-odds.
    rest
        Shape (n,), what no feature accounts for: the average lead and the calibration.
    """

    feature_set: FeatureSet
    by_feature: NDArray[np.float64]
    rest: NDArray[np.float64]

    @property
    def log_odds(self) -> NDArray[np.float64]:
        """Return what all parts add up to, shape (n,)."""
        return self.by_feature.sum(axis=1) + self.rest


def group_columns(
    contributions: NDArray[np.float64], sources: NDArray[np.intp], n_features: int
) -> NDArray[np.float64]:
    """Add up matrix columns by the feature they encode: (n, width) → (n, n_features)."""
    grouped = np.zeros((n_features, len(contributions)))
    np.add.at(grouped, sources, contributions.T)
    return grouped.T


def compute_reasons(parts: Parts, table: FeatureTable, *, most: int) -> list[tuple[Reason, ...]]:
    """Compute the reasons that move each score most, the strongest first.

    Features of one family count together; the sentence is that of the feature that moves the score most in the
    family's direction.

    Parameters
    ----------
    parts, table
        Of the same n snapshots.
    most
        How many reasons a score may have.
    """
    families = list_families(parts.feature_set)
    return [_explain(parts, table, row, families, most) for row in range(len(table))]


def list_families(feature_set: FeatureSet) -> Sequence[tuple[str, NDArray[np.intp]]]:
    """List the families of a feature set with the positions of their features."""
    members: dict[str, list[int]] = {}
    for position, feature in enumerate(feature_set.features):
        members.setdefault(feature.family, []).append(position)
    return [(family, np.array(positions, dtype=np.intp)) for family, positions in members.items()]


def name_family(family: str) -> str:
    """Return a family's name as people would say it: ``account:pricing_visit`` → ``pricing visit (company)``."""
    scope, colon, what = family.partition(":")
    if not colon or scope not in ("lead", "account"):
        return words(family)
    return f"{words(what)} (company)" if scope == "account" else words(what)


def _explain(
    parts: Parts,
    table: FeatureTable,
    row: int,
    families: Sequence[tuple[str, NDArray[np.intp]]],
    most: int,
) -> tuple[Reason, ...]:
    effects = parts.by_feature[row]
    sums = [(float(effects[positions].sum()), family, positions) for family, positions in families]
    told = sorted((s for s in sums if abs(s[0]) >= WORTH_TELLING), key=lambda s: -abs(s[0]))[:most]
    return tuple(
        Reason(sentence=_say(table, row, effects, positions, effect), family=family, effect=effect)
        for effect, family, positions in told
    )


def _say(
    table: FeatureTable, row: int, effects: NDArray[np.float64], positions: NDArray[np.intp], effect: float
) -> str:
    """Say what the strongest feature means: one people can check, where one pulls the same way, not an index."""
    pull = effects[positions] * np.sign(effect)
    features: list[Any] = [table.feature_set.features[position] for position in positions]
    checkable = np.array([not isinstance(feature, INDICES) for feature in features])
    if (pull[checkable] > 0).any():
        pull = np.where(checkable, pull, -np.inf)
    strongest = features[int(np.argmax(pull))]
    return str(strongest.sentence(table.value(row, strongest.name)))
