"""What a single column tells about the outcome, measured so that noise and chance tell nothing."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_FOLDS = 5
_BINS = 20
_PRIOR = 10.0
_MOST_LEVELS = 200
_ONE_SIDED = 0.05
_EXPECTED = 20.0
_Z = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnStatistics:
    """One column against the outcome of decided leads.

    Attributes
    ----------
    gain
        Share of the outcome's entropy that the column explains by itself on rows held out, at most 1; below
        0 where it explains nothing.
    gain_of_missing
        The same of the mere fact that the column is filled in.
    missing_rates
        Win rate where the column is missing and where it is filled in, NaN where there are no such leads.
    one_sided_share
        Share of leads whose value goes (nearly) always with the same outcome.
    one_sided_value, one_sided_rate
        The most frequent such value and its win rate.
    """

    gain: float
    gain_of_missing: float
    missing_rates: tuple[float, float]
    one_sided_share: float = 0.0
    one_sided_value: str = ""
    one_sided_rate: float = float("nan")


def compute_column_statistics(values: "pd.Series[Any]", won: NDArray[np.bool_]) -> ColumnStatistics:
    """Compute what a column tells about the outcome; numbers are cut into twenty groups of equal size.

    Parameters
    ----------
    values
        Shape (n,), float64 or texts, missing where not filled in.
    won
        Shape (n,), whether the lead was won; both outcomes occur.
    """
    codes, names = _group(values)
    missing = values.isna().to_numpy(dtype=bool)
    rates = tuple(float(won[rows].mean()) if rows.any() else float("nan") for rows in (missing, ~missing))
    one_sided = _find_one_sided(codes, names, won)
    return ColumnStatistics(
        gain=compute_gain(codes, won),
        gain_of_missing=compute_gain(missing.astype(np.int64), won) if missing.any() else 0.0,
        missing_rates=(rates[0], rates[1]),
        one_sided_share=one_sided[0],
        one_sided_value=one_sided[1],
        one_sided_rate=one_sided[2],
    )


def _group(values: "pd.Series[Any]") -> tuple[NDArray[np.int64], list[str]]:
    """Return a group number for each row, and the names of the groups; missing is a group of its own."""
    if pd.api.types.is_numeric_dtype(values.dtype) and values.nunique() > _BINS:
        groups = pd.qcut(values, _BINS, duplicates="drop")
    else:
        groups = values.where(values.isin(values.value_counts().index[:_MOST_LEVELS]))
    codes, unique = pd.factorize(groups, use_na_sentinel=False)
    return codes.astype(np.int64), [_name_group(group) for group in unique]


def _name_group(group: Any) -> str:
    if isinstance(group, pd.Interval):
        return f"{group.left:g} to {group.right:g}"
    if pd.isna(group):
        return "missing"
    return f"{group:g}" if isinstance(group, float) else str(group)


def compute_gain(codes: NDArray[np.int64], won: NDArray[np.bool_]) -> float:
    """Compute the share of the outcome's entropy that group means explain, cross-fitted over five folds.

    Each row is predicted from the other folds' mean of its group, drawn to the overall mean by ten rows;
    the gain is ``1 - log loss / entropy`` (McFadden's R², 1974, on held-out rows).
    """
    fold = np.arange(len(won)) % _FOLDS
    n_groups = int(codes.max()) + 1
    counts = np.zeros((_FOLDS, n_groups))
    wins = np.zeros((_FOLDS, n_groups))
    np.add.at(counts, (fold, codes), 1.0)
    np.add.at(wins, (fold, codes), won.astype(np.float64))
    other_counts, other_wins = counts.sum(axis=0) - counts, wins.sum(axis=0) - wins
    overall = other_wins.sum(axis=1, keepdims=True) / other_counts.sum(axis=1, keepdims=True)
    predicted = ((other_wins + _PRIOR * overall) / (other_counts + _PRIOR))[fold, codes]
    constant = overall[:, 0][fold]
    return 1.0 - _log_loss(won, predicted) / _log_loss(won, constant)


def _log_loss(won: NDArray[np.bool_], probability: NDArray[np.float64]) -> float:
    clipped = np.clip(probability, 1e-9, 1 - 1e-9)
    return float(-np.mean(np.log(np.where(won, clipped, 1 - clipped))))


def _find_one_sided(codes: NDArray[np.int64], names: list[str], won: NDArray[np.bool_]) -> tuple[float, str, float]:
    """Find groups in which one outcome is twenty times rarer than it is overall, and would be expected often."""
    counts = np.bincount(codes).astype(np.float64)
    wins = np.bincount(codes, weights=won).astype(np.float64)
    rate, overall = wins / counts, float(won.mean())
    never_won = _is_rare(wins, counts, overall)
    always_won = _is_rare(counts - wins, counts, 1 - overall)
    one_sided = never_won | always_won
    if not one_sided.any():
        return 0.0, "", float("nan")
    top = int(np.argmax(np.where(one_sided, counts, 0.0)))
    return float(counts[one_sided].sum() / len(won)), names[top], float(rate[top])


def _is_rare(cases: NDArray[np.float64], counts: NDArray[np.float64], overall: float) -> NDArray[np.bool_]:
    """Tell in which groups an outcome is rare beyond chance: also its upper 95 % limit (Wilson, 1927) is low."""
    upper = (cases + _Z**2 / 2 + _Z * np.sqrt(cases + _Z**2 / 4)) / counts
    is_rare = (cases / counts <= _ONE_SIDED * overall) & (upper <= 2 * _ONE_SIDED * overall)
    return is_rare & (counts * overall >= _EXPECTED)
