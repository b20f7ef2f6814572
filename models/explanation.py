"""Explanation: the parts of a score, told by families of features, that add up to its log-odds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numba import njit
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

    def to_text(self) -> str:
        """Return the sentence behind an arrow: ``↑ 3 downloads in the last 7 days``."""
        return f"{'↑' if self.effect > 0 else '↓'} {self.sentence}"


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
    grouped = np.zeros((len(contributions), n_features))
    _add_columns(contributions, sources, grouped)
    return grouped


@njit(cache=True, nogil=True)
def _add_columns(columns, groups, sums):  # type: ignore[no-untyped-def]
    for row in range(columns.shape[0]):
        for column in range(groups.shape[0]):
            sums[row, groups[column]] += columns[row, column]


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
    families, family_of = _lay_out_families(parts.feature_set)
    sums = group_columns(parts.by_feature, family_of, len(families))
    strongest = np.argsort(-np.abs(sums), axis=1, kind="stable")[:, :most]
    effects = np.take_along_axis(sums, strongest, axis=1).tolist()
    return [
        tuple(
            _explain(parts, table, row, families[position], effect)
            for position, effect in zip(positions, effects[row], strict=True)
            if abs(effect) >= WORTH_TELLING
        )
        for row, positions in enumerate(strongest.tolist())
    ]


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


class _Family(NamedTuple):
    name: str
    positions: NDArray[np.intp]
    features: Sequence[Any]
    is_checkable: Sequence[bool]


@lru_cache(maxsize=64)
def _lay_out_families(feature_set: FeatureSet) -> tuple[Sequence[_Family], NDArray[np.intp]]:
    """Return the families, and for each feature the position of its family."""
    families, family_of = [], np.empty(len(feature_set.features), dtype=np.intp)
    for place, (name, positions) in enumerate(list_families(feature_set)):
        features = [feature_set.features[position] for position in positions]
        is_checkable = [not isinstance(feature, INDICES) for feature in features]
        families.append(_Family(name, positions, features, is_checkable))
        family_of[positions] = place
    return families, family_of


def _explain(parts: Parts, table: FeatureTable, row: int, family: _Family, effect: float) -> Reason:
    effects = parts.by_feature[row, family.positions].tolist()
    strongest = _choose_feature(family, effects if effect > 0 else [-part for part in effects])
    sentence = str(strongest.sentence(table.value(row, strongest.name)))
    return Reason(sentence=sentence, family=family.name, effect=effect)


def _choose_feature(family: _Family, pulls: Sequence[float]) -> Any:
    """Choose the feature to speak of: one people can check, where one pulls the same way, not an index."""
    checkable = [i for i, pull in enumerate(pulls) if family.is_checkable[i] and pull > 0]
    return family.features[max(checkable or range(len(pulls)), key=pulls.__getitem__)]
