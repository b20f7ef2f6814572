"""What a model's probabilities were worth on rows it had not seen: metrics, curves and fair comparisons.

Every function takes `labels` (n,) of 0 and 1, `probabilities` (n,) in [0, 1] and, where given, positive
`weights` (n,). None of them depends on the order of the rows, and equal probabilities are never told apart.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import average_precision_score

Array = npt.ArrayLike
Weights = npt.ArrayLike | None
FloatArray = npt.NDArray[np.float64]
Rows = tuple[FloatArray, FloatArray, FloatArray]  # labels, probabilities, weights

Z_95 = 1.959963984540054  # the normal distribution's 97.5 % quantile: a two-sided 95 % interval
EPSILON = float(np.finfo(np.float64).eps)  # scikit-learn's clip, so that the two log losses agree


class MalformedPredictions(ValueError):
    """Labels, probabilities or weights that cannot be evaluated."""


class UnknownReference(LookupError):
    """A comparison against a model that is not among those compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """One model on one set of rows; `auc`, `average_precision` and `lift_at_10` may be NaN."""

    log_loss: float
    brier: float
    average_precision: float
    auc: float
    calibration_error: float
    lift_at_10: float
    n: int
    positives: int


def compute_log_loss(labels: Array, probabilities: Array, weights: Weights = None) -> float:
    """Compute the mean negative log-likelihood in nats; probabilities are clipped to [eps, 1 - eps]."""
    y, p, w = _check(labels, probabilities, weights)
    return float(np.average(_compute_losses(y, p), weights=w))


def compute_brier(labels: Array, probabilities: Array, weights: Weights = None) -> float:
    """Compute the mean squared distance of probability and label, in [0, 1] (Brier, 1950)."""
    y, p, w = _check(labels, probabilities, weights)
    return float(np.average((p - y) ** 2, weights=w))


def compute_average_precision(labels: Array, probabilities: Array, weights: Weights = None) -> float:
    """Compute the mean precision over recall steps, in (0, 1]; NaN when a class is absent."""
    y, p, w = _check(labels, probabilities, weights)
    return float(average_precision_score(y, p, sample_weight=w)) if 0 < y.mean() < 1 else math.nan


def compute_auc(labels: Array, probabilities: Array, weights: Weights = None) -> float:
    """Compute the chance that a won lead is rated above a lost one, ties counted half, in [0, 1].

    NaN when a class is absent: there is no pair of a won and a lost lead to order.
    """
    y, p, w = _check(labels, probabilities, weights)
    return float(np.average(_compute_placements(y, p, w), weights=w * y)) if 0 < y.mean() < 1 else math.nan


def compute_auc_interval(
    labels: Array, probabilities: Array, weights: Weights = None, groups: Array | None = None
) -> tuple[float, float]:
    """Compute the 95 % interval of the AUC, (lower, upper); rows of one group are taken as dependent.

    NaN twice when a class is absent. Sources: DeLong et al. (1988); for clustered rows Obuchowski (1997).
    """
    y, p, w = _check(labels, probabilities, weights)
    if y.min() == y.max():
        return math.nan, math.nan
    placements = _compute_placements(y, p, w)
    auc = float(np.average(placements, weights=w * y))
    class_weight = np.where(y == 1, np.sum(w * y), np.sum(w * (1 - y)))
    influence = np.bincount(_index_groups(groups, len(y)), w * (placements - auc) / class_weight)
    half = Z_95 * math.sqrt(float(np.sum(influence**2)) * len(influence) / max(len(influence) - 1, 1))
    return max(auc - half, 0.0), min(auc + half, 1.0)


def compute_calibration_error(
    labels: Array, probabilities: Array, weights: Weights = None, bins: int = 10
) -> float:
    """Compute the debiased expected calibration error over equal-mass bins, in [0, 1].

    The plain error of a perfect model is above zero, so each bin's expected excess (a folded normal's mean
    less its centre) is taken off. Sources: Kumar et al., "Verified Uncertainty Calibration" (2019), whose
    simulated correction has this closed form; equal-mass bins after Roelofs et al. (2022).
    """
    table = _compute_bins(*_check(labels, probabilities, weights), bins)
    gap = np.abs(table["observed_rate"] - table["mean_predicted"])
    spread = np.sqrt(table["observed_rate"] * (1 - table["observed_rate"]) / table["effective"])
    biased = np.array([_compute_folded_mean(*pair) for pair in zip(gap, spread, strict=True)])
    return max(float(np.average(2 * gap - biased, weights=table["weight"])), 0.0)


def compute_calibration_deviation(
    labels: Array, probabilities: Array, weights: Weights = None, bins: int = 10
) -> float:
    """Compute the largest gap of an equal-mass bin, in [0, 1], not debiased (Naeini et al., 2015)."""
    table = _compute_bins(*_check(labels, probabilities, weights), bins)
    return float(np.abs(table["observed_rate"] - table["mean_predicted"]).max())


def compute_lift(labels: Array, probabilities: Array, weights: Weights = None, share: float = 0.1) -> float:
    """Compute how many times the average win rate the top `share` of leads has, at least 0.

    Tied leads are expected to be taken in random order, so a constant model has a lift of exactly 1.
    NaN when nobody won: there is no average to compare with.
    """
    y, p, w = _check(labels, probabilities, weights)
    if not 0 < share <= 1:
        raise ValueError(f"The share of leads must be above 0 and at most 1, not {share}.")
    taken, captured = _compute_gain_steps(y, p, w)
    return float(np.interp(share, taken, captured)) / share if y.any() else math.nan


def compute_reliability(
    labels: Array, probabilities: Array, weights: Weights = None, bins: int = 10
) -> pd.DataFrame:
    """Compute the observed win rate by equal-mass bin of the probability.

    Returns
    -------
    DataFrame
        One row a bin, lowest first: `mean_predicted`, `observed_rate`, `count` (rows), `lower` and
        `upper` (95 % Wilson interval, over Kish's effective number of rows where weighted).
    """
    table = _compute_bins(*_check(labels, probabilities, weights), bins)
    lower, upper = _compute_wilson(table["observed_rate"].to_numpy(), table["effective"].to_numpy())
    return table.drop(columns=["weight", "effective"]).assign(lower=lower, upper=upper)


def compute_gains(labels: Array, probabilities: Array, weights: Weights = None) -> pd.DataFrame:
    """Compute the share of wins reached by calling the best-rated leads first.

    Returns
    -------
    DataFrame
        101 rows: `share` of leads called, 0 to 1; `count` of those leads (weight, where weighted);
        `captured`, the share of wins among them (NaN when nobody won); `won`, their number; `lift`,
        captured over share (NaN for share 0).
    """
    y, p, w = _check(labels, probabilities, weights)
    share, positives = np.linspace(0, 1, 101), float(np.sum(w * y))
    captured = np.interp(share, *_compute_gain_steps(y, p, w)) if positives else np.full(101, np.nan)
    gains = pd.DataFrame({"share": share, "count": share * np.sum(w), "captured": captured})
    return gains.assign(won=np.nan_to_num(captured) * positives, lift=captured / gains["share"].replace(0, np.nan))


def compute_metrics(labels: Array, probabilities: Array, weights: Weights = None) -> Metrics:
    """Compute every metric of one model; `n` and `positives` count rows, not weight."""
    y, p, w = _check(labels, probabilities, weights)
    return Metrics(
        log_loss=compute_log_loss(y, p, w),
        brier=compute_brier(y, p, w),
        average_precision=compute_average_precision(y, p, w),
        auc=compute_auc(y, p, w),
        calibration_error=compute_calibration_error(y, p, w),
        lift_at_10=compute_lift(y, p, w),
        n=len(y),
        positives=int(y.sum()),
    )


def compute_comparison(
    labels: Array,
    probabilities: Mapping[str, Array],
    reference: str,
    seed: int,
    repeats: int = 1000,
    groups: Array | None = None,
    weights: Weights = None,
) -> pd.DataFrame:
    """Compute every metric of every model, and how its log loss differs from that of `reference`.

    Each bootstrap repeat draws the same rows for all models, and all rows of a group (a lead) together.
    Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), the percentile interval.

    Returns
    -------
    DataFrame
        One row a model, in the given order: `model`; the fields of `Metrics`; `auc_lower`, `auc_upper`;
        `difference` in log loss (below zero: better than the reference) with its 95 % interval
        `difference_lower`, `difference_upper`; and `reference`.

    Raises
    ------
    UnknownReference
        If `reference` is not a key of `probabilities`.
    """
    if reference not in probabilities:
        raise UnknownReference(f"Compare against one of {', '.join(probabilities)}, not {reference!r}.")
    checked = {name: _check(labels, p, weights) for name, p in probabilities.items()}
    y, p, w = checked[reference]
    against = np.column_stack([_compute_losses(y, q) for _, q, _ in checked.values()])
    against -= _compute_losses(y, p)[:, None]
    lower, upper = _bootstrap_interval(against, w, _index_groups(groups, len(w)), seed, repeats)
    table = pd.DataFrame([asdict(compute_metrics(*rows)) for rows in checked.values()])
    table.insert(0, "model", list(checked))
    intervals = np.array([compute_auc_interval(*rows, groups) for rows in checked.values()])
    table["auc_lower"], table["auc_upper"] = intervals.T
    table["difference"] = np.average(against, axis=0, weights=w)
    return table.assign(difference_lower=lower, difference_upper=upper, reference=reference)


def _check(labels: Array, probabilities: Array, weights: Weights) -> Rows:
    y, p = np.asarray(labels, dtype=np.float64), np.asarray(probabilities, dtype=np.float64)
    w = np.ones(y.shape) if weights is None else np.asarray(weights, dtype=np.float64)
    if y.ndim != 1 or not len(y) or y.shape != p.shape or y.shape != w.shape:
        raise MalformedPredictions("Labels, probabilities and weights need one and the same length above 0.")
    if not np.isin(y, (0, 1)).all():
        raise MalformedPredictions("Labels must be 0 or 1: leave rows without an outcome out.")
    if not ((p >= 0) & (p <= 1)).all():
        raise MalformedPredictions("Probabilities must lie in [0, 1] and none may be missing.")
    if not ((w > 0) & np.isfinite(w)).all():
        raise MalformedPredictions("Weights must be above 0 and finite: leave rows without weight out.")
    return y, p, w


def _compute_losses(y: FloatArray, p: FloatArray) -> FloatArray:
    clipped = np.clip(p, EPSILON, 1 - EPSILON)
    return -np.log(np.where(y == 1, clipped, 1 - clipped))


def _compute_placements(y: FloatArray, p: FloatArray, w: FloatArray) -> FloatArray:
    """Return, for each row, the share of the other class on its right side, ties half."""
    _, place = np.unique(p, return_inverse=True)
    won, lost = np.bincount(place, w * y), np.bincount(place, w * (1 - y))
    lost_below = (np.cumsum(lost) - lost / 2) / lost.sum()
    won_above = 1 - (np.cumsum(won) - won / 2) / won.sum()
    return np.where(y == 1, lost_below[place], won_above[place])


def _compute_gain_steps(y: FloatArray, p: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the corners of the gains curve; a tie is one straight step, so its order cannot matter."""
    _, place = np.unique(-p, return_inverse=True)
    taken, captured = np.cumsum(np.bincount(place, w)), np.cumsum(np.bincount(place, w * y))
    return np.append(0, taken / taken[-1]), np.append(0, captured / max(captured[-1], EPSILON))


def _compute_bins(y: FloatArray, p: FloatArray, w: FloatArray, bins: int) -> pd.DataFrame:
    if bins < 1:
        raise ValueError(f"The number of bins must be at least 1, not {bins}.")
    _, place = np.unique(p, return_inverse=True)
    mass = np.bincount(place, w)
    # A value's middle decides its bin: ties stay together, and unit weights keep the sums exact.
    middle = (np.cumsum(mass) - mass / 2) / mass.sum()
    _, bin_of = np.unique((middle * bins).astype(np.int64)[place], return_inverse=True)
    weight, rate = np.bincount(bin_of, w), np.bincount(bin_of, w * y) / np.bincount(bin_of, w)
    mean, effective = np.bincount(bin_of, w * p) / weight, weight**2 / np.bincount(bin_of, w**2)
    columns = {"mean_predicted": mean, "observed_rate": np.clip(rate, 0, 1), "count": np.bincount(bin_of)}
    return pd.DataFrame({**columns, "weight": weight, "effective": effective})


def _compute_folded_mean(centre: float, spread: float) -> float:
    """Return E|X| for X normal (Leone, Nelson and Nottingham, 1961)."""
    ratio = centre / max(spread, EPSILON)
    return spread * math.sqrt(2 / math.pi) * math.exp(-(ratio**2) / 2) + centre * math.erf(ratio / math.sqrt(2))


def _compute_wilson(rate: FloatArray, n: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return Wilson's (1927) score interval, which stays inside [0, 1] and never has length zero."""
    scale = 1 + Z_95**2 / n
    centre = (rate + Z_95**2 / (2 * n)) / scale
    half = Z_95 * np.sqrt(rate * (1 - rate) / n + Z_95**2 / (4 * n**2)) / scale
    return np.maximum(centre - half, 0), np.minimum(centre + half, 1)


def _index_groups(groups: Array | None, n: int) -> npt.NDArray[np.int64]:
    codes, _ = pd.factorize(np.arange(n) if groups is None else np.asarray(groups))
    if len(codes) != n or (codes < 0).any():
        raise MalformedPredictions(f"Groups need one value for each of the {n} rows, and none missing.")
    return codes.astype(np.int64)


def _bootstrap_interval(
    against: FloatArray, w: FloatArray, group: npt.NDArray[np.int64], seed: int, repeats: int
) -> tuple[FloatArray, FloatArray]:
    sums = np.column_stack([np.bincount(group, w), *(np.bincount(group, w * d) for d in against.T)])
    sums = sums[np.lexsort(sums.T)]  # the draw is by position: sorting keeps the rows' order out of it
    rng, size = np.random.default_rng(seed), len(sums)
    counts = (np.bincount(rng.integers(0, size, size), minlength=size) for _ in range(repeats))
    drawn = np.stack([count @ sums for count in counts])
    lower, upper = np.quantile(drawn[:, 1:] / drawn[:, [0]], (0.025, 0.975), axis=0)
    return lower, upper
