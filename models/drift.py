"""Drift: how far leads of today lie from those that a scorer learned from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.engine import FeatureTable
from models.encoding import Encoding
from models.explanation import name_family
from models.reference import Reference

# Usual limits in credit scoring: below the first nothing to speak of, from the second on a reason to act.
SLIGHT, STRONG = 0.1, 0.25
# Half a lead in every class, so that an empty one does not make the index infinite.
_PRIOR = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyDrift:
    """A family of features and the largest stability index among its features."""

    name: str
    index: float


def compute_stability_index(expected: NDArray[np.float64], counts: NDArray[np.float64]) -> float:
    """Compute the population stability index, ``sum((seen - expected) * log(seen / expected))``, at least 0.

    It is the symmetrised divergence of Kullback and Leibler (1951); both shares are smoothed by half a lead.

    Parameters
    ----------
    expected
        Shape (n,), shares of the classes among reference leads.
    counts
        Shape (n,), leads of today in them.
    """
    total = counts.sum()
    if not total or len(counts) < 2:
        return 0.0
    weight = total + _PRIOR * len(counts)
    seen = (counts + _PRIOR) / weight
    wanted = (expected / expected.sum() * total + _PRIOR) / weight
    return float(np.sum((seen - wanted) * np.log(seen / wanted)))


def compute_score_drift(reference: Reference, probability: NDArray[np.float64]) -> float:
    """Compute the stability index of probabilities, shape (n,), over the reference leads' tenths."""
    return _compare_numbers(reference.ranks[::10].tolist(), 0.0, probability)


def compute_drift(reference: Reference, encoding: Encoding, table: FeatureTable) -> list[FamilyDrift]:
    """Compute which families of features drifted, the farthest first.

    Parameters
    ----------
    reference, encoding
        Of the scorer.
    table
        Features of today's leads.
    """
    found: dict[str, float] = {}
    for family, index in [*_compare_all_numbers(reference, table), *_compare_all_texts(reference, encoding, table)]:
        name = name_family(family)
        found[name] = max(found.get(name, 0.0), index)
    drifts = [FamilyDrift(name=name, index=index) for name, index in found.items()]
    return sorted(drifts, key=lambda drift: -drift.index)


def _compare_all_numbers(reference: Reference, table: FeatureTable) -> list[tuple[str, float]]:
    columns = zip(
        table.feature_set.numbers, reference.quantiles, reference.missing_shares, table.numbers.T, strict=True
    )
    return [
        (feature.family, _compare_numbers(deciles, missing, column))
        for feature, deciles, missing, column in columns
    ]


def _compare_all_texts(reference: Reference, encoding: Encoding, table: FeatureTable) -> list[tuple[str, float]]:
    columns = zip(table.feature_set.texts, encoding.vocabularies, reference.level_shares, table.texts, strict=True)
    return [
        (
            feature.family,
            compute_stability_index(
                np.array(shares),
                np.bincount(vocabulary.encode(texts), minlength=vocabulary.width).astype(np.float64),
            ),
        )
        for feature, vocabulary, shares, texts in columns
    ]


def _compare_numbers(deciles: Sequence[float], missing: float, column: NDArray[np.float64]) -> float:
    """Compare a column with its deciles: classes end where one decile is above the last; missing is one of them."""
    present = column[~np.isnan(column)]
    edges, reached = _place_edges(deciles, present)
    shares = np.diff(np.concatenate([[0.0], reached, [1.0]]))
    counts = np.bincount(np.searchsorted(edges, present, side="left"), minlength=len(edges) + 1)
    expected = np.concatenate([shares * (1 - missing), [missing]])
    return compute_stability_index(expected, np.append(counts, len(column) - len(present)).astype(np.float64))


def _place_edges(
    deciles: Sequence[float], present: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where classes end, and which share of the reference leads lies at or below each end.

    Where many leads share a value, deciles tell that share to a tenth only; within it the one nearest to today's is
    taken, so that what cannot be known counts as no drift.
    """
    inner = np.asarray(deciles[1:-1], dtype=np.float64)
    edges, places = np.unique(inner, return_index=True)
    least = np.append(places[1:], len(inner)) / 10.0 if len(edges) else places / 10.0
    below, upto = (np.searchsorted(np.sort(present), edges, side=side) for side in ("left", "right"))
    most = np.where(upto > below, least + 0.1, least)
    reached = np.clip(upto / max(len(present), 1), least, most)
    return edges, np.where(edges >= deciles[-1], 1.0, reached) if len(edges) else reached
