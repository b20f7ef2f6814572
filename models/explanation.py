"""Explanation: the parts of a score, told by families of features, that add up to its log-odds."""

import math
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
_SHORT = 200


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


def compute_reasons(
    parts: Parts, table: FeatureTable, *, most: int, least: float = WORTH_TELLING
) -> list[tuple[Reason, ...]]:
    """Compute the reasons that move each score most, the strongest first.

    Features of one family count together; the sentence is that of the feature that moves the score most in the
    family's direction.

    Parameters
    ----------
    parts, table
        Of the same n snapshots.
    most
        How many reasons a score may have.
    least
        Log-odds that a family must move a score by to be among them.
    """
    layout = _lay_out_families(parts.feature_set)
    sums = group_columns(parts.by_feature, layout.family_of, len(layout.names))
    # In one piece, as the kernel is compiled for.
    strongest = np.ascontiguousarray(np.argsort(-np.abs(sums), axis=1, kind="stable")[:, :most])
    effects = np.take_along_axis(sums, strongest, axis=1)
    speakers: NDArray[np.intp] = np.empty(strongest.shape, dtype=np.intp)
    _choose_speakers(
        parts.by_feature, effects, strongest, layout.starts, layout.members, layout.is_checkable, speakers
    )
    told = zip(strongest.tolist(), speakers.tolist(), effects.tolist(), strict=True)
    return [
        tuple(
            Reason(sentence=_tell(table, row, layout.features[speaker]), family=layout.names[family], effect=effect)
            for family, speaker, effect in zip(of_families, of_speakers, of_effects, strict=True)
            if abs(effect) >= least
        )
        for row, (of_families, of_speakers, of_effects) in enumerate(told)
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


class _Layout(NamedTuple):
    """Families and, side by side, the positions of their features: those of one from its start to the next."""

    names: Sequence[str]
    features: Sequence[Any]
    family_of: NDArray[np.intp]
    starts: NDArray[np.intp]
    members: NDArray[np.intp]
    is_checkable: NDArray[np.bool_]


@lru_cache(maxsize=64)
def _lay_out_families(feature_set: FeatureSet) -> _Layout:
    families = list_families(feature_set)
    family_of = np.empty(len(feature_set.features), dtype=np.intp)
    for place, (_, positions) in enumerate(families):
        family_of[positions] = place
    members = [position for _, positions in families for position in positions.tolist()]
    return _Layout(
        names=[name for name, _ in families],
        features=feature_set.features,
        family_of=family_of,
        starts=np.cumsum([0, *(len(positions) for _, positions in families)]).astype(np.intp),
        members=np.array(members, dtype=np.intp),
        is_checkable=np.array([not isinstance(feature, INDICES) for feature in feature_set.features], np.bool_),
    )


@njit(cache=True, nogil=True)
def _choose_speakers(parts, effects, strongest, starts, members, is_checkable, speakers):  # type: ignore[no-untyped-def]
    """Choose the feature to speak for each family: one people can check, where one pulls the same way."""
    for row in range(strongest.shape[0]):
        for place in range(strongest.shape[1]):
            family, sign = strongest[row, place], 1.0 if effects[row, place] > 0 else -1.0
            speaker, most, can_check = -1, 0.0, False
            for member in members[starts[family] : starts[family + 1]]:
                pull = sign * parts[row, member]
                is_better = is_checkable[member] and pull > 0
                if speaker < 0 or (is_better and not can_check) or (is_better == can_check and pull > most):
                    speaker, most, can_check = member, pull, is_better
            speakers[row, place] = speaker


def _tell(table: FeatureTable, row: int, feature: Any) -> str:
    """Return a feature's sentence; most leads are told the same few thousand of them."""
    value = table.value(row, feature.name)
    # Callers choose the texts, so long ones must not fill the memory.
    is_long = isinstance(value, str) and len(value) > _SHORT
    return str(feature.sentence(value)) if is_long else _remember(feature, None if value != value else value)


@lru_cache(maxsize=65_536)
def _remember(feature: Any, value: float | str | None) -> str:
    """Return a feature's sentence; None stands for missing, as NaN equals no other NaN."""
    missing = math.nan if feature.dtype == "number" else None
    return str(feature.sentence(missing if value is None else value))
