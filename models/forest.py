"""A trained forest as flat tables: log-odds and exact contributions without native LightGBM."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models import forest_kernels
from models.forest_kernels import RightTurns
from models.forest_paths import Explanation, build_explanation
from models.forest_text import DamagedForest, UnsupportedForest, parse_forest
from models.forest_trees import TreeTable
from models.forest_turns import build_leaf_turns

__all__ = ["DamagedForest", "Forest", "UnsupportedForest"]

# One bit a leaf: larger trees are walked, which is then also as fast.
_MOST_MARKED_LEAVES = 64


# Not slotted: a cached property needs the dictionary.
@dataclass(frozen=True, kw_only=True, eq=False)
class Forest:
    """A binary classifier of LightGBM, read from its text.

    Attributes
    ----------
    feature_names
        In the order of the columns.
    trees
        Splits and leaves.
    """

    feature_names: tuple[str, ...]
    trees: TreeTable

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read the text of ``Booster.model_to_string()``.

        Raises
        ------
        DamagedForest
            The text was cut off or edited.
        UnsupportedForest
            Categorical splits, linear trees, several classes, an objective other than binary.
        """
        feature_names, trees = parse_forest(text)
        return cls(feature_names=feature_names, trees=trees)

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return len(self.feature_names)

    @property
    def n_trees(self) -> int:
        """Number of trees."""
        return len(self.trees.leaf_starts) - 1

    @cached_property
    def _leaf_turns(self) -> RightTurns | None:
        if np.diff(self.trees.leaf_starts).max(initial=0) > _MOST_MARKED_LEAVES:
            return None
        return build_leaf_turns(self.trees, self.n_features)

    @cached_property
    def _roots(self) -> NDArray[np.int64]:
        starts, is_leaf = self.trees.split_starts, np.diff(self.trees.split_starts) == 0
        return np.where(is_leaf, ~self.trees.leaf_starts[:-1], starts[:-1])

    @cached_property
    def _explanation(self) -> Explanation:
        return build_explanation(self.trees, self.n_features)

    def predict_log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Predict the log-odds of rows, to the bit what ``Booster.predict(X, raw_score=True)`` gives.

        Parameters
        ----------
        X
            Shape (n, n_features), C-contiguous; NaN is missing.

        Returns
        -------
        Shape (n,), log-odds.

        Raises
        ------
        ValueError
            X is of another shape, dtype or layout.
        """
        self._check_matrix(X)
        log_odds = np.empty(len(X))
        trees, turns = self.trees, self._leaf_turns
        if turns is not None:
            forest_kernels.sum_marked_leaves(X, *turns, trees.leaf_starts, trees.leaf_value, log_odds)
        else:
            forest_kernels.sum_walked_leaves(
                X,
                self._roots,
                trees.feature,
                trees.threshold,
                trees.zero_right,
                trees.nan_right,
                trees.left,
                trees.right,
                trees.leaf_value,
                log_odds,
            )
        return log_odds

    def compute_contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Compute what each feature adds to each row's log-odds: exact path-dependent Shapley values.

        The first call builds the tables (see `warm_up`). Source: Lundberg et al. 2018, "Consistent
        Individualized Feature Attribution for Tree Ensembles", whose algorithm 2 gives the same numbers.

        Parameters
        ----------
        X
            Shape (n, n_features), C-contiguous; NaN is missing.

        Returns
        -------
        Shape (n, n_features + 1), log-odds; the last column is the expected value, each row sums to its log-odds.

        Raises
        ------
        ValueError
            X is of another shape, dtype or layout.
        """
        self._check_matrix(X)
        explanation = self._explanation
        contributions = np.zeros((len(X), self.n_features + 1))
        contributions[:, -1] = explanation.expected_value
        forest_kernels.add_contributions(
            X, explanation.n_keys, explanation.turns, explanation.tables, explanation.branches, contributions
        )
        return contributions

    def warm_up(self) -> None:
        """Compile or load the kernels and build the tables, so that no request waits for them."""
        row = np.zeros((1, self.n_features))
        frozen_row = row.copy()
        frozen_row.setflags(write=False)
        # numba compiles once more for read-only arrays, and those are what pandas hands out.
        for X in (row, frozen_row):
            self.predict_log_odds(X)
            self.compute_contributions(X)

    def _check_matrix(self, X: NDArray[np.float64]) -> None:
        if X.ndim != 2 or X.shape[1] != self.n_features or X.dtype != np.float64 or not X.flags.c_contiguous:
            raise ValueError(
                f"X must be a C-contiguous float64 array of shape (n, {self.n_features}): "
                f"it is {X.dtype} of shape {X.shape}; np.ascontiguousarray mends the layout."
            )
