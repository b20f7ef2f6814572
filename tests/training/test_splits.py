"""Splits: nothing is learned from whose outcome was not known by the time that is measured."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from training.splits import TooFewRows, split_at_random, split_by_time, split_rows


@st.composite
def dated_rows(draw):
    """Draw rows in time order, with ties, a horizon and mixed labels."""
    n, moments = draw(st.integers(550, 900)), draw(st.integers(3, 1_000))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    order = np.sort(rng.integers(0, moments, n)).astype(float)
    horizon = moments * draw(st.sampled_from([0.0, 0.01, 0.1, 0.3]))
    labels = (rng.random(n) < draw(st.sampled_from([0.25, 0.4, 0.75]))).astype(float)
    return order, order + horizon, labels


def split_or_pass(order, known_at, labels, share):
    """Split, or leave the example if too little remains."""
    try:
        return split_by_time(order, known_at, labels, test_share=share)
    except TooFewRows:
        assume(False)


SHARES = st.sampled_from([0.1, 0.2, 0.3, 0.5])


@settings(max_examples=150, deadline=None)
@given(dated_rows(), SHARES)
def test_everything_learned_from_was_known_before_what_it_is_measured_on(rows, share):
    """At the start of the test, and of each forward window, every label that was learned from was known."""
    order, known_at, labels = rows
    split = split_or_pass(order, known_at, labels, share)
    dev = split.development
    assert known_at[dev].max() <= order[split.test].min()
    assert order[dev].max() < order[split.test].min()
    for fold in split.folds:
        assert known_at[dev][fold.train].max() <= order[dev][fold.valid].min()
        assert order[dev][fold.train].max() < order[dev][fold.valid].min()


@settings(max_examples=150, deadline=None)
@given(dated_rows(), SHARES)
def test_the_test_is_the_latest_share_and_ties_stand_together(rows, share):
    """The test takes the latest rows, about as many as asked, and never half of a moment."""
    order, known_at, labels = rows
    split = split_or_pass(order, known_at, labels, share)
    start = order[split.test].min()
    assert (split.test == np.flatnonzero(order >= start)).all()
    assert len(split.test) >= int(len(order) * share)
    assert (order[split.test] > start).sum() <= len(order) * share
    for fold in split.folds:
        valid = order[split.development][fold.valid]
        inside = (order[split.development] >= valid.min()) & (order[split.development] <= valid.max())
        assert inside.sum() == len(valid)


@settings(max_examples=150, deadline=None)
@given(dated_rows(), SHARES)
def test_nothing_overlaps_and_the_embargo_adds_up(rows, share):
    """Each row is learned from, embargoed or tested on, and the windows follow each other."""
    order, known_at, labels = rows
    split = split_or_pass(order, known_at, labels, share)
    assert len(np.intersect1d(split.development, split.test)) == 0
    assert len(split.development) + len(split.test) + split.n_embargoed == len(order)
    embargoed = (order < order[split.test].min()) & (known_at > order[split.test].min())
    assert split.n_embargoed == embargoed.sum()
    for fold in split.folds:
        assert len(np.intersect1d(fold.train, fold.valid)) == 0
    for earlier, later in itertools.pairwise(split.folds):
        assert earlier.valid.max() < later.valid.min()
        assert len(earlier.train) <= len(later.train)


@settings(max_examples=60, deadline=None)
@given(dated_rows(), SHARES)
def test_labels_do_not_move_the_edges(rows, share):
    """Where the test begins depends on time alone."""
    order, known_at, labels = rows
    split = split_or_pass(order, known_at, labels, share)
    other = split_or_pass(order, known_at, 1.0 - labels, share)
    assert (split.test == other.test).all()
    assert (split.development == other.development).all()


def test_three_windows_where_there_is_enough():
    """A thousand rows give three forward windows that reach to the end of the development rows."""
    order = np.arange(1_000.0)
    split = split_by_time(order, order + 10, np.tile([0.0, 1.0], 500), test_share=0.2)
    assert len(split.folds) == 3
    assert split.folds[-1].valid[-1] == len(split.development) - 1
    assert split.n_embargoed == 9


@pytest.mark.parametrize(
    ("n", "wins", "said"),
    [
        (60, 30, "to learn from|to test on"),
        (1_000, 3, "wins are too few"),
        (1_000, 1, "wins are too few"),
        (1_000, 997, "wins are too few"),
    ],
)
def test_too_few_rows_say_what_is_needed(n, wins, said):
    """Whoever has too little reads how many rows, wins and losses are needed, by time and at random."""
    labels = np.zeros(n)
    labels[np.linspace(0, n - 1, wins).astype(int)] = 1.0
    order = np.arange(float(n))
    for split in (
        lambda: split_by_time(order, order, labels, test_share=0.2),
        lambda: split_at_random(labels, test_share=0.2, seed=0),
    ):
        with pytest.raises(TooFewRows, match=f"{said}.*at least 50 rows and 5 wins and losses are needed"):
            split()


@settings(max_examples=40, deadline=None)
@given(st.integers(300, 600), st.sampled_from([0.2, 0.5, 0.8]), st.sampled_from([0.2, 0.3]), st.integers(0, 9))
def test_random_splits_are_stratified_and_repeat_with_their_seed(n, rate, share, seed):
    """The test has the rate of the whole, folds cover every development row twice, and the seed decides."""
    labels = (np.random.default_rng(seed).random(n) < rate).astype(float)
    split, again = (split_at_random(labels, test_share=share, seed=seed) for _ in range(2))
    assert (split.test == again.test).all()
    assert len(np.intersect1d(split.development, split.test)) == 0
    assert len(split.development) + len(split.test) == n
    assert labels[split.test].mean() == pytest.approx(labels.mean(), abs=1.5 / len(split.test))
    seen = np.concatenate([fold.valid for fold in split.folds])
    assert (np.bincount(seen, minlength=len(split.development)) == 2).all()
    for fold in split.folds:
        assert len(np.intersect1d(fold.train, fold.valid)) == 0


@pytest.mark.parametrize(("basis", "kind"), [("dated", "time"), ("ordered", "time"), ("undated", "random")])
def test_only_undated_rows_are_split_at_random(make_history, basis, kind):
    """What carries a date or an order is split by it."""
    from training.snapshots import build_training_rows

    rows = build_training_rows(make_history(basis=basis), horizon_days=30, seed=0)
    assert split_rows(rows, basis, test_share=0.2, seed=0).kind == kind
