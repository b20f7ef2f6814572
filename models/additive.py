"""The additive member: a ridge logistic regression in which every column has its own bent line.

A generalised additive model (Hastie and Tibshirani, 1986) with piecewise linear functions: each column's height is
interpolated between knots at quantiles of its training values, and a missing number has a height of its own.
"""

import json
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, ClassVar, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.rows import Rows, compute_recency_weights
from models.settings import AdditiveSettings

_QUANTILES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
# More rows change the lines no more, and would only cost time; the latest are taken.
_MAX_ROWS = 100_000


@dataclass(frozen=True, eq=False)
class AdditiveMember:
    """One bent line a column.

    Attributes
    ----------
    intercept
        Log-odds where every height is zero.
    starts
        Shape (width + 1,); column j's knots stand at ``knots[starts[j]:starts[j + 1]]``.
    knots, heights
        Ascending within a column; log-odds at each knot, level beyond the outermost.
    missing, means
        Shape (width,): the height of a missing number, and the mean height of the training rows.
    """

    intercept: float
    starts: NDArray[np.int64]
    knots: NDArray[np.float64]
    heights: NDArray[np.float64]
    missing: NDArray[np.float64]
    means: NDArray[np.float64]
    weight: float = 1.0
    kind: ClassVar[str] = "additive"

    def predict_log_odds(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return unweighted log-odds, shape (n,)."""
        return self._compute_heights(matrix).sum(axis=1) + self.intercept

    def compute_contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return each column's height less its mean, and the mean log-odds last; shape (n, width + 1)."""
        rest = np.full((len(matrix), 1), self.intercept + self.means.sum())
        return np.hstack([self._compute_heights(matrix) - self.means, rest])

    def _compute_heights(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        heights = np.empty(matrix.shape)
        _interpolate(matrix, self.starts, self.knots, self.heights, self.missing, heights)
        return heights

    def to_text(self) -> str:
        """Return JSON that `from_text` reads back to the bit."""
        lines = [
            {"knots": self.knots[a:b].tolist(), "heights": self.heights[a:b].tolist()}
            for a, b in pairwise(self.starts)
        ]
        stored = {
            "intercept": self.intercept,
            "lines": lines,
            "missing": self.missing.tolist(),
            "means": self.means.tolist(),
        }
        return json.dumps(stored, indent=1, allow_nan=False)

    @classmethod
    def from_text(cls, text: str, weight: float = 1.0) -> Self:
        """Read what `to_text` wrote.

        Raises
        ------
        ValueError
            If it is something else.
        """
        stored = json.loads(text)
        lines: list[dict[str, Any]] = stored["lines"]
        counts = [len(line["knots"]) for line in lines]
        if counts != [len(line["heights"]) for line in lines] or len(lines) != len(stored["missing"]):
            raise ValueError("an additive member needs as many heights as knots, and a missing height a column")
        return cls(
            intercept=float(stored["intercept"]),
            starts=np.cumsum([0, *counts], dtype=np.int64),
            knots=np.array([knot for line in lines for knot in line["knots"]], dtype=np.float64),
            heights=np.array([height for line in lines for height in line["heights"]], dtype=np.float64),
            missing=np.array(stored["missing"], dtype=np.float64),
            means=np.array(stored["means"], dtype=np.float64),
            weight=weight,
        )

    def warm_up(self) -> None:
        """Load the compiled walk."""
        self.predict_log_odds(np.full((1, len(self.missing)), np.nan))


def fit_additive(rows: Rows, settings: AdditiveSettings) -> AdditiveMember:
    """Fit the lines by penalised maximum likelihood on rows in time order."""
    from sklearn.linear_model import LogisticRegression

    matrix, labels = rows.matrix[-_MAX_ROWS:], rows.labels[-_MAX_ROWS:]
    weights = compute_recency_weights(len(labels), settings.half_life)
    starts, knots = _place_knots(matrix)
    design = _build_design(matrix, starts, knots)
    model = LogisticRegression(C=settings.strength, solver="lbfgs", max_iter=1_000, tol=1e-3)
    # Scaled so that the penalty means the same whatever the weights add up to.
    model.fit(design, labels, sample_weight=weights * (len(weights) / weights.sum()))
    heights, missing = model.coef_[0][: len(knots)], model.coef_[0][len(knots) :]
    member = AdditiveMember(
        intercept=float(model.intercept_[0]),
        starts=starts,
        knots=knots,
        heights=heights,
        missing=missing,
        means=np.zeros(matrix.shape[1]),
        weight=settings.weight,
    )
    return replace(member, means=member.compute_contributions(matrix)[:, :-1].mean(axis=0))


def _place_knots(matrix: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Place knots at the distinct quantiles of each column; a column that never varies gets none."""
    placed = []
    for column in matrix.T:
        present = column[~np.isnan(column)]
        distinct = np.unique(np.quantile(present, _QUANTILES)) if len(present) else present
        placed.append(distinct if len(distinct) > 1 else distinct[:0])
    starts = np.cumsum([0, *(len(knots) for knots in placed)], dtype=np.int64)
    return starts, np.concatenate(placed) if placed else np.empty(0)


def _build_design(matrix: NDArray[np.float64], starts: NDArray[np.int64], knots: NDArray[np.float64]) -> Any:
    """Build the sparse design: how near each value is to the two knots around it, and whether it is missing."""
    from scipy.sparse import csr_array

    n, width = matrix.shape
    columns = np.empty((n, width, 3), dtype=np.int32)
    values = np.zeros((n, width, 3))
    _weigh_knots(matrix, starts, knots, columns, values)
    design = csr_array(
        (values.ravel(), columns.ravel(), np.arange(0, 3 * n * width + 1, 3 * width)),
        shape=(n, len(knots) + width),
    )
    design.eliminate_zeros()
    return design


@njit(cache=True, nogil=True)
def _find_knot(knots, first, last, value):  # type: ignore[no-untyped-def]
    """Return the last knot at or below a value that lies between the outermost knots."""
    at = first
    while at + 2 < last and knots[at + 1] <= value:
        at += 1
    return at


@njit(cache=True, nogil=True)
def _interpolate(matrix, starts, knots, heights, missing, out):  # type: ignore[no-untyped-def]
    for row in range(matrix.shape[0]):
        for column in range(matrix.shape[1]):
            value, first, last = matrix[row, column], starts[column], starts[column + 1]
            if np.isnan(value):
                out[row, column] = missing[column]
            elif first == last:
                out[row, column] = 0.0
            else:
                value = min(max(value, knots[first]), knots[last - 1])
                at = _find_knot(knots, first, last, value)
                share = (value - knots[at]) / (knots[at + 1] - knots[at])
                out[row, column] = (1.0 - share) * heights[at] + share * heights[at + 1]


@njit(cache=True, nogil=True)
def _weigh_knots(matrix, starts, knots, columns, values):  # type: ignore[no-untyped-def]
    for row in range(matrix.shape[0]):
        for column in range(matrix.shape[1]):
            value, first, last = matrix[row, column], starts[column], starts[column + 1]
            columns[row, column, 0], columns[row, column, 1] = first, first
            columns[row, column, 2] = knots.shape[0] + column
            if np.isnan(value):
                values[row, column, 2] = 1.0
            elif first < last:
                value = min(max(value, knots[first]), knots[last - 1])
                at = _find_knot(knots, first, last, value)
                share = (value - knots[at]) / (knots[at + 1] - knots[at])
                columns[row, column, 0], columns[row, column, 1] = at, at + 1
                values[row, column, 0], values[row, column, 1] = 1.0 - share, share
