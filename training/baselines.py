"""The three models to beat: the base rate, a fair logistic regression, and an integer points table.

Each has scikit-learn's `fit(X, y)` and `predict_proba(X)`. `X` is a DataFrame of raw features, one row a
lead, oldest first: numbers with NaN where missing, categories as text with None. `y` (n,) holds 0 and 1.
Where there is nothing to learn (one class only, no usable column) they all predict the base rate.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from training.evaluation import compute_log_loss

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MISSING = "(missing)"
OTHER = "(other)"

C_GRID = (0.001, 0.01, 0.1, 1.0, 10.0)
POINTS_TO_DOUBLE_ODDS = 5  # 20 points, the largest entry, then stand for odds sixteen times the average
MIN_BIN_SHARE = 0.05  # Siddiqi's advice: a bin holds at least 5 % of the rows
MIN_INFORMATION_VALUE = 0.02  # below this Siddiqi calls a column unpredictive
TABLE = {"column": "object", "bin": "str", "count": "int64", "win_rate": "float64"}
TABLE |= {"weight_of_evidence": "float64", "points": "int64", "information_value": "float64"}


class BaseRate(ClassifierMixin, BaseEstimator):
    """Predict the win rate of the rows it was fitted on, for every row.

    The rate is (wins + 1/2) / (n + 1) (Krichevsky and Trofimov, 1981): never 0 or 1, so its log loss stays
    finite when training rows of one class meet test rows of the other.
    """

    def fit(self, X: Any, y: npt.ArrayLike) -> Self:
        """Fit the rate; `X` is not looked at."""
        labels = np.asarray(y, dtype=np.float64)
        self.classes_ = np.array([0, 1])
        self.rate_ = float((labels.sum() + 0.5) / (len(labels) + 1))
        return self

    def predict_proba(self, X: Any) -> FloatArray:
        """Predict the same pair (lost, won) for each row: (n, 2)."""
        return np.tile([1 - self.rate_, self.rate_], (len(X), 1))


class LatestSliceLogistic(ClassifierMixin, BaseEstimator):
    """L2 logistic regression whose strength is chosen by log loss on the last rows, then refitted on all.

    Rows come oldest first: a shuffled cross-validation would let the future choose for the past.
    """

    def __init__(self, holdout: float = 0.2, max_iter: int = 5000) -> None:
        self.holdout = holdout
        self.max_iter = max_iter

    def fit(self, X: Any, y: npt.ArrayLike) -> Self:
        """Fit on a numeric matrix (n, k), oldest row first; sets `C_` (NaN: the base rate was kept)."""
        labels = np.asarray(y, dtype=np.int64)
        self.classes_, self.C_ = np.array([0, 1]), math.nan
        self.model_: Any = BaseRate().fit(X, labels)
        if X.shape[1] and labels.min() != labels.max():
            self.C_ = self._choose_strength(X, labels)
            self.model_ = LogisticRegression(C=self.C_, max_iter=self.max_iter).fit(X, labels)
        return self

    def predict_proba(self, X: Any) -> FloatArray:
        """Predict (lost, won) for each row: (n, 2)."""
        # A plain array has a length; a sparse matrix has not.
        return self.model_.predict_proba(X if math.isfinite(self.C_) else np.empty(X.shape[0]))

    def _choose_strength(self, X: Any, labels: IntArray) -> float:
        cut = round(len(labels) * (1 - self.holdout))
        past, latest = labels[:cut], labels[cut:]
        if not len(latest) or not len(past) or past.min() == past.max():
            return min(C_GRID)
        model, losses = LogisticRegression(max_iter=self.max_iter, warm_start=True), []
        for c in C_GRID:
            model.set_params(C=c).fit(X[:cut], past)
            losses.append(compute_log_loss(latest, model.predict_proba(X[cut:])[:, 1]))
        return C_GRID[int(np.argmin(losses))]


class RankScaler(TransformerMixin, BaseEstimator):
    """Replace each number by the share of training rows below it, ties half: (n, k) in [0, 1], NaN kept."""

    def fit(self, X: pd.DataFrame, y: object = None) -> Self:
        """Fit one curve of at most 200 corners a column."""
        self.curves_ = [_fit_ranks(column[~np.isnan(column)]) for column in _to_numbers(X).T]
        return self

    def transform(self, X: pd.DataFrame) -> FloatArray:
        """Transform numbers to ranks."""
        numbers = _to_numbers(X)
        ranked = [np.interp(x, *curve) for x, curve in zip(numbers.T, self.curves_, strict=True)]
        # On a curve of one corner np.interp gives a missing number a rank.
        return np.where(np.isnan(numbers), np.nan, np.column_stack(ranked))


def build_logistic() -> Pipeline:
    """Build the logistic regression a careful analyst would: unfitted, for a raw DataFrame.

    Numbers: ranks (raw values and logarithms each fail on some tables), the median where missing plus an
    indicator, standardised. Categories: one-hot, at most 50 levels of at least 10 rows, the rest pooled.
    """
    numbers = make_pipeline(
        RankScaler(),  # QuantileTransformer does the same but warns on few or no values
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
    )
    categories = make_pipeline(
        FunctionTransformer(_name_levels),
        OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=10, max_categories=50),
    )
    columns = [("numbers", numbers, _list_numbers), ("categories", categories, _list_categories)]
    return Pipeline([("columns", ColumnTransformer(columns)), ("logistic", LatestSliceLogistic())])


class PointsScorecard(ClassifierMixin, BaseEstimator):
    """The integer points table of teams without machine learning, built as well as such a table can be.

    Every column is binned; a bin's points are its scaled weight of evidence, rounded and cut at
    `max_points`; the `columns` of highest information value are kept; a logistic curve turns the sum into a
    probability. Source: Siddiqi, "Credit Risk Scorecards" (2006), chapter 6.

    Attributes
    ----------
    table_ : DataFrame
        One row a bin, most informative column first: `column`, `bin`, `count`, `win_rate`,
        `weight_of_evidence` (log-odds against the average), `points` (int), `information_value`.
    """

    def __init__(self, columns: int = 10, bins: int = 5, max_points: int = 20) -> None:
        self.columns = columns
        self.bins = bins
        self.max_points = max_points

    def fit(self, X: pd.DataFrame, y: npt.ArrayLike) -> Self:
        """Fit bins, points and the curve on raw rows `X` (n, k) with labels `y` (n,)."""
        labels = np.asarray(y, dtype=np.int64)
        self.classes_, self.base_rate_ = np.array([0, 1]), BaseRate().fit(X, labels)
        columns = X.columns if 0 < labels.sum() < len(labels) else ()
        cards = [self._build_card(X[name], labels) for name in columns]
        telling = [card for card in cards if card.information_value >= MIN_INFORMATION_VALUE]
        self.cards_ = sorted(telling, key=lambda card: -card.information_value)[: self.columns]
        rows = [row for card in self.cards_ for row in card.list_rows()]
        self.table_ = pd.DataFrame(rows, columns=list(TABLE)).astype(TABLE)
        self.curve_: Any = self.base_rate_
        if self.cards_:
            self.curve_ = LogisticRegression().fit(self._compute_log_odds(X), labels)
        return self

    def score_points(self, X: pd.DataFrame) -> IntArray:
        """Score the sum of points of each row: (n,) of int64; a bin not seen in training gives 0."""
        total = np.zeros(len(X), dtype=np.int64)
        for card in self.cards_:
            total += card.points[card.binning.encode(X[card.column])]
        return total

    def predict_proba(self, X: pd.DataFrame) -> FloatArray:
        """Predict (lost, won) for each row from its points: (n, 2)."""
        return self.curve_.predict_proba(self._compute_log_odds(X))

    def _compute_log_odds(self, X: pd.DataFrame) -> FloatArray:
        return (self.score_points(X) * math.log(2) / POINTS_TO_DOUBLE_ODDS)[:, None]

    def _build_card(self, values: pd.Series, labels: IntArray) -> "_Card":
        binning = _bin_numbers(values, self.bins) if _is_number(values) else _bin_levels(values)
        code, size = binning.encode(values), len(binning.names)
        won, count = (np.bincount(code, weights, size).astype(np.float64) for weights in (labels, None))
        evidence, information = _compute_evidence(won, count - won)
        points = np.rint(evidence * POINTS_TO_DOUBLE_ODDS / math.log(2))
        return _Card(
            column=values.name,
            binning=binning,
            count=count,
            won=won,
            evidence=evidence,
            points=np.clip(points, -self.max_points, self.max_points).astype(np.int64),
            information_value=information,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _NumberBinning:
    """Bins between `edges`, each closed above; the last code is for missing."""

    edges: FloatArray
    names: tuple[str, ...]

    def encode(self, values: pd.Series) -> IntArray:
        numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        code = np.searchsorted(self.edges, numbers, side="left")
        return np.where(np.isnan(numbers), len(self.names) - 1, code).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _LevelBinning:
    """One bin a frequent level, then one for every other level, then missing."""

    names: tuple[str, ...]

    def encode(self, values: pd.Series) -> IntArray:
        code = pd.Index(self.names[:-2]).get_indexer(pd.Index(values.astype(object)).map(str))
        known = np.where(code < 0, len(self.names) - 2, code)
        return np.where(values.isna(), len(self.names) - 1, known).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    column: Any
    binning: _NumberBinning | _LevelBinning
    count: FloatArray
    won: FloatArray
    evidence: FloatArray
    points: IntArray
    information_value: float

    def list_rows(self) -> list[tuple[Any, ...]]:
        rate = self.won / np.maximum(self.count, 1)
        bins = zip(self.binning.names, self.count, rate, self.evidence, self.points, strict=True)
        return [(self.column, *row, self.information_value) for row in bins if row[1]]


def _compute_evidence(won: FloatArray, lost: FloatArray) -> tuple[FloatArray, float]:
    """Return each bin's weight of evidence (empty bins: 0) and the column's information value.

    Half a lead is added to each bin and class, so that a bin of one class stays finite.
    """
    filled = won + lost > 0
    share_won = (won + 0.5) / (won[filled] + 0.5).sum()
    share_lost = (lost + 0.5) / (lost[filled] + 0.5).sum()
    evidence = np.where(filled, np.log(share_won / share_lost), 0.0)
    return evidence, float(np.sum((share_won - share_lost) * evidence))


def _bin_numbers(values: pd.Series, bins: int) -> _NumberBinning:
    known = pd.to_numeric(values, errors="coerce").dropna().to_numpy(dtype=np.float64)
    if not len(known):
        return _NumberBinning(edges=np.empty(0), names=("any", MISSING))
    # An observed value, not an interpolated one: "up to 3 visits", never "up to 3.4".
    edges = np.unique(np.quantile(known, np.arange(1, bins) / bins, method="inverted_cdf"))
    edges = edges[edges < known.max()]
    return _NumberBinning(edges=edges, names=(*_name_intervals([f"{edge:.6g}" for edge in edges]), MISSING))


def _name_intervals(edges: list[str]) -> list[str]:
    if not edges:
        return ["any"]
    middle = [f"over {low}, up to {high}" for low, high in pairwise(edges)]
    return [f"up to {edges[0]}", *middle, f"over {edges[-1]}"]


def _bin_levels(values: pd.Series) -> _LevelBinning:
    shares = values.dropna().astype(object).map(str).value_counts() / max(len(values), 1)
    return _LevelBinning(names=(*sorted(shares.index[shares >= MIN_BIN_SHARE]), OTHER, MISSING))


def _is_number(values: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(values.dtype))


def _list_numbers(X: pd.DataFrame) -> list[Any]:
    return [name for name in X.columns if _is_number(X[name])]


def _list_categories(X: pd.DataFrame) -> list[Any]:
    return [name for name in X.columns if not _is_number(X[name])]


def _to_numbers(X: pd.DataFrame) -> FloatArray:
    numbers = X.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _fit_ranks(known: FloatArray) -> tuple[FloatArray, FloatArray]:
    if not len(known):
        return np.zeros(1), np.zeros(1)
    values, counts = np.unique(known, return_counts=True)
    ranks = (np.cumsum(counts) - counts / 2) / len(known)
    kept = np.unique(np.searchsorted(ranks, np.linspace(0, ranks[-1], 200)))
    return values[kept], ranks[kept]


def _name_levels(X: pd.DataFrame) -> npt.NDArray[Any]:
    texts = [X[name].astype(object).map(str).where(X[name].notna(), MISSING) for name in X.columns]
    return np.column_stack([text.to_numpy(dtype=object) for text in texts])
