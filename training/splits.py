"""Splits: which rows to learn from, to choose by, and to look at once. Dated rows are never split at random."""

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedShuffleSplit

from training.snapshots import TrainingRows

Rows = NDArray[np.intp]
# Where forward windows start and end, as shares of the development rows.
_WINDOW_EDGES = (0.4, 0.6, 0.8, 1.0)
_MIN_ROWS, _MIN_POSITIVES = 50, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Rows to fit on, and rows to measure on that in dated data lie later."""

    train: Rows
    valid: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The development rows, folds within them, and the test rows.

    Attributes
    ----------
    kind
        "time": the test lies after everything else, and every row learned from had its label by then.
        "random": the data carry no time; stratified at random.
    n_embargoed
        Rows left out because their label was not yet known when the test period began.
    """

    kind: Literal["time", "random"]
    development: Rows
    folds: tuple[Fold, ...]
    test: Rows
    n_embargoed: int


class TooFewRows(ValueError):
    """A part of the split would be too small to mean anything."""


def split_by_time(
    order: NDArray[np.float64], known_at: NDArray[np.float64], labels: NDArray[np.float64], *, test_share: float
) -> Split:
    """Split rows in time order: the latest `test_share` is the test, forward windows lie before it.

    Between what is learned from and what is measured on lies an embargo: a row is learned from only if its label
    was known when the measured period began.

    Parameters
    ----------
    order
        Shape (n,), ascending.
    known_at
        Shape (n,), when each label was known, on the same scale.
    labels
        Shape (n,).

    Raises
    ------
    TooFewRows
        If fewer than 50 rows or 5 positives would remain to learn from.
    """
    start = order[_start_of_share(order, test_share)]
    test = np.flatnonzero(order >= start)
    development = np.flatnonzero((order < start) & (known_at <= start))
    _check(labels[development], "to learn from")
    _check(labels[test], "to test on")
    return Split(
        kind="time",
        development=development,
        folds=tuple(_list_windows(order[development], known_at[development], labels[development])),
        test=test,
        n_embargoed=len(order) - len(test) - len(development),
    )


def split_at_random(labels: NDArray[np.float64], *, test_share: float, seed: int) -> Split:
    """Split rows that carry no time: a stratified test, and twice-repeated stratified folds in the rest.

    Raises
    ------
    TooFewRows
        If fewer than 50 rows or 5 positives would remain to learn from.
    """
    _check(labels, "to learn from")
    draw = StratifiedShuffleSplit(1, test_size=test_share, random_state=seed)
    development, test = next(iter(draw.split(labels, labels)))
    development = np.sort(development)
    _check(labels[development], "to learn from")
    _check(labels[test], "to test on")
    folds = RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=seed)
    return Split(
        kind="random",
        development=development,
        folds=tuple(
            Fold(train=train, valid=valid) for train, valid in folds.split(development, labels[development])
        ),
        test=np.sort(test),
        n_embargoed=0,
    )


def split_rows(rows: TrainingRows, time_basis: str, *, test_share: float, seed: int) -> Split:
    """Split as the data allow: by time where they carry dates or an order, else at random."""
    if time_basis == "undated":
        return split_at_random(rows.labels, test_share=test_share, seed=seed)
    return split_by_time(rows.order, rows.known_at, rows.labels, test_share=test_share)


def _start_of_share(order: NDArray[np.float64], share: float) -> int:
    return min(len(order) - 1, int(np.ceil(len(order) * (1 - share))))


def _list_windows(
    order: NDArray[np.float64], known_at: NDArray[np.float64], labels: NDArray[np.float64]
) -> list[Fold]:
    """List forward windows over the development rows; those with too little to learn from are left out."""
    edges = [order[min(int(len(order) * edge), len(order) - 1)] for edge in _WINDOW_EDGES]
    edges[-1] = np.inf
    folds = []
    for start, end in itertools.pairwise(edges):
        train = np.flatnonzero((order < start) & (known_at <= start))
        valid = np.flatnonzero((order >= start) & (order < end))
        if _is_enough(labels[train]) and _is_enough(labels[valid]):
            folds.append(Fold(train=train, valid=valid))
    return folds


def _is_enough(labels: NDArray[np.float64]) -> bool:
    positives = int(labels.sum())
    return len(labels) >= _MIN_ROWS and min(positives, len(labels) - positives) >= _MIN_POSITIVES


def _check(labels: NDArray[np.float64], purpose: str) -> None:
    if not _is_enough(labels):
        raise TooFewRows(
            f"{len(labels)} rows with {int(labels.sum())} wins are too few {purpose}: "
            f"at least {_MIN_ROWS} rows and {_MIN_POSITIVES} wins and losses are needed"
        )
