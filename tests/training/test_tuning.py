"""Tuning: the settings and the number of trees with the lowest mean loss over the windows."""

from dataclasses import replace

import numpy as np
import pytest

from features.catalogue import derive_catalogue
from features.contract import Column, LeadSchema
from features.engine import FeatureTable
from models.settings import BoosterSettings
from training import tuning
from training.splits import Fold
from training.tuning import Trial, choose_settings

SCHEMA = LeadSchema((Column(name="size", kind="number"), Column(name="noise", kind="number")))
FEATURES = derive_catalogue(schema=SCHEMA, is_dated=False)
FAST = BoosterSettings(num_leaves=3, learning_rate=0.2)
FOLDS = (
    Fold(train=np.arange(400), valid=np.arange(400, 600)),
    Fold(train=np.arange(600), valid=np.arange(600, 1_000)),
)


def invent_table(n=1_000, seed=0, signal=2.0):
    """Invent rows in which one number tells the outcome and the other nothing."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(n, 2))
    labels = (rng.random(n) < 1 / (1 + np.exp(1 - signal * numbers[:, 0]))).astype(float)
    return FeatureTable(feature_set=FEATURES, numbers=numbers, texts=()), labels


def choose(table, labels, **changes):
    """Choose with few and fast candidates."""
    options = {"candidates": (FAST, replace(FAST, num_leaves=7)), "seed": 0, "workers": 2, **changes}
    return choose_settings(table, labels, FOLDS, **options)


def test_the_chosen_settings_have_the_lowest_mean_loss():
    """The best candidate is taken at the lowest point of its mean curve, in which a row counts as a row."""
    table, labels = invent_table()
    chosen, trials = choose(table, labels)
    best = min(trials, key=lambda trial: trial.loss)
    assert replace(chosen, rounds=0) == replace(best.settings, rounds=0)
    assert chosen.rounds == best.best_rounds
    for trial in trials:
        expected = (200 * trial.fold_curves[0] + 400 * trial.fold_curves[1]) / 600
        assert np.allclose(trial.curve, expected)
        assert trial.loss == trial.curve[trial.best_rounds - 1] == trial.curve.min()


def test_the_number_of_workers_changes_nothing():
    """One thread or two grow the same curves to the bit."""
    table, labels = invent_table()
    alone, together = (choose(table, labels, workers=workers)[1] for workers in (1, 2))
    for one, other in zip(alone, together, strict=True):
        assert (one.curve == other.curve).all()


def test_windows_are_measured_by_trees_that_were_grown_before_them():
    """Changing the labels of a window moves its own losses and no curve of an earlier window."""
    table, labels = invent_table()
    changed = labels.copy()
    changed[600:] = 1 - changed[600:]
    before, after = choose(table, labels)[1][0], choose(table, changed)[1][0]
    assert (before.fold_curves[0] == after.fold_curves[0]).all()
    assert (before.fold_curves[1] != after.fold_curves[1]).any()


def test_noise_is_given_few_trees():
    """Where nothing can be learned, the mean curve is lowest near its start."""
    table, labels = invent_table(signal=0.0)
    assert choose(table, labels)[0].rounds < 30


def test_progress_counts_candidates():
    """Each candidate is announced before it is tried, and the end once more."""
    table, labels = invent_table(200)
    told = []
    folds = (Fold(train=np.arange(100), valid=np.arange(100, 200)),)
    options = {"candidates": (FAST, FAST), "seed": 0, "workers": 1}
    choose_settings(table, labels, folds, on_progress=lambda done, total: told.append((done, total)), **options)
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_of_two_equal_candidates_the_first_is_taken():
    """A tie goes to the candidate that is listed first, the simpler one."""
    table, labels = invent_table(400)
    folds = (Fold(train=np.arange(200), valid=np.arange(200, 400)),)
    _, trials = choose_settings(table, labels, folds, candidates=(FAST, FAST), seed=0, workers=1)
    assert min(trials, key=lambda trial: trial.loss) is trials[0]


@pytest.mark.parametrize(("curve", "rounds"), [([0.5, 0.4, 0.6], 2), ([0.3, 0.3], 1)])
def test_the_earliest_lowest_point_counts(curve, rounds):
    """Of equally good numbers of trees the smaller one is best."""
    trial = Trial(settings=FAST, curve=np.array(curve), fold_curves=())
    assert trial.best_rounds == rounds


def test_the_usual_candidates_grow_no_more_than_the_limit():
    """The candidates go from small trees to larger ones and are all distinct."""
    leaves = [candidate.num_leaves for candidate in tuning.CANDIDATES]
    assert leaves == sorted(leaves)
    assert len(set(tuning.CANDIDATES)) == len(tuning.CANDIDATES)
