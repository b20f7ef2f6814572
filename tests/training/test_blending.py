"""Blending: lines join the trees where later rows say that they help."""

import numpy as np

from models.calibration import Window
from models.log_odds import to_probability
from models.rows import Rows
from training.blending import choose_additive


def draw_window(n=1_500, seed=0):
    """Draw rows to fit on and rows to measure on, whose log-odds are a line of the first column."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(2 * n, 4))
    labels = (rng.random(2 * n) < to_probability(1.5 * matrix[:, 0] - 1)).astype(float)
    return Rows(matrix=matrix[:n], labels=labels[:n]), Rows(matrix=matrix[n:], labels=labels[n:])


def test_lines_are_taken_where_trees_know_nothing():
    """Beside a constant the lines win, with most of the sum, and every way tried is told."""
    encoded = [draw_window(seed=seed) for seed in (0, 1)]
    trees = [Window(log_odds=np.full(len(valid.labels), -1.0), labels=valid.labels) for _, valid in encoded]
    additive, trials = choose_additive(encoded, trees, workers=1)
    assert additive is not None
    assert additive.weight == 0.75
    assert min(trials, key=lambda trial: trial.loss).additive == additive
    assert len({(trial.additive, trial.loss) for trial in trials}) == len(trials) == 13


def test_trees_that_know_everything_stay_alone():
    """Beside the true log-odds no share of fitted lines does better."""
    encoded = [draw_window(n=300, seed=seed) for seed in (0, 1)]
    trees = [Window(log_odds=8.0 * (2 * valid.labels - 1), labels=valid.labels) for _, valid in encoded]
    additive, _ = choose_additive(encoded, trees, workers=1)
    assert additive is None
