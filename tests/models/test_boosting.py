"""Boosting: recency weights, members equal to LightGBM, and a loss curve that stays level once it has turned."""

from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pytest

from models.boosting import compute_loss_curve, fit_booster
from models.log_odds import compute_losses
from models.rows import Rows, compute_recency_weights
from models.settings import BoosterSettings

SETTINGS = BoosterSettings(rounds=30, num_leaves=4, min_data_in_leaf=5)


def draw_rows(n, seed=0, signal=2.0):
    """Draw rows in which the first column decides, as strongly as told."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, 4))
    matrix[rng.random((n, 4)) < 0.1] = np.nan
    pull = signal * np.nan_to_num(matrix[:, 0]) - 0.5
    return Rows(matrix=matrix, labels=(rng.random(n) < 1 / (1 + np.exp(-pull))).astype(float))


def test_the_last_row_weighs_one_and_halves_go_back():
    """A row one half-life before the last weighs half of it."""
    weights = compute_recency_weights(101, 0.1)
    assert weights[-1] == 1.0
    assert weights[-1 - 101 // 10] == pytest.approx(0.5, rel=0.01)
    assert (np.diff(weights) > 0).all()


def test_without_a_half_life_all_rows_weigh_alike():
    """None weighs all alike; no rows have no weights."""
    assert compute_recency_weights(3, None).tolist() == [1, 1, 1]
    assert compute_recency_weights(0, 0.3).tolist() == []


def test_recent_rows_decide_when_behaviour_turns():
    """Where the sign of a column turns late, only a scorer with a short half-life follows."""
    old, new = draw_rows(1_500, seed=1, signal=2.0), draw_rows(500, seed=2, signal=-2.0)
    rows = Rows(matrix=np.vstack([old.matrix, new.matrix]), labels=np.concatenate([old.labels, new.labels]))
    later = draw_rows(500, seed=3, signal=-2.0)
    names = [f"c{i}" for i in range(4)]
    losses = [
        compute_losses(
            fit_booster(rows, replace(SETTINGS, half_life=half_life), names=names, threads=1).predict_log_odds(
                later.matrix
            ),
            later.labels,
        ).mean()
        for half_life in (None, 0.1)
    ]
    assert losses[1] < losses[0] - 0.1


def test_members_predict_what_lightgbm_predicts():
    """The member's log-odds are LightGBM's raw scores, to the bit, and its parts add up to them."""
    rows = draw_rows(400)
    member = fit_booster(rows, SETTINGS, names=[f"c{i}" for i in range(4)], threads=1)
    native = lgb.Booster(model_str=member.to_text())
    assert native.num_trees() == SETTINGS.rounds
    log_odds = member.predict_log_odds(rows.matrix)
    np.testing.assert_array_equal(log_odds, native.predict(rows.matrix, raw_score=True))
    contributions = member.compute_contributions(rows.matrix)
    np.testing.assert_allclose(contributions.sum(axis=1), log_odds, rtol=0, atol=1e-9)


def test_threads_and_repeats_change_nothing():
    """The same rows and seed give the same text, with one thread or two; another seed gives another."""
    rows, names = draw_rows(400), [f"c{i}" for i in range(4)]
    text = fit_booster(rows, SETTINGS, names=names, threads=1).to_text()
    assert fit_booster(rows, SETTINGS, names=names, threads=2).to_text() == text
    assert fit_booster(rows, replace(SETTINGS, seed=1), names=names, threads=1).to_text() != text


def test_the_curve_is_the_loss_after_each_tree():
    """The last point of a curve that has not turned is the member's loss on the later rows."""
    train, valid = draw_rows(600, seed=4), draw_rows(400, seed=5)
    curve, member = compute_loss_curve(train, valid, SETTINGS, threads=1)
    assert curve.shape == (SETTINGS.rounds,)
    assert curve[-1] == pytest.approx(compute_losses(member.predict_log_odds(valid.matrix), valid.labels).mean())
    assert curve[-1] < curve[0]


def test_the_curve_stays_level_after_it_has_turned():
    """On noise the curve turns; once it has long not improved, growing stops, and the curve goes on level."""
    train, valid = draw_rows(200, seed=6, signal=0.0), draw_rows(200, seed=7, signal=0.0)
    settings = BoosterSettings(rounds=2_000, num_leaves=7, min_data_in_leaf=3, learning_rate=0.2, lambda_l2=0.0)
    curve, member = compute_loss_curve(train, valid, settings, threads=1)
    grown = member.forest.n_trees
    assert curve.shape == (2_000,)
    assert grown < 400
    assert np.argmin(curve) < grown - 100
    assert (curve[grown - 1 :] == curve[grown - 1]).all()
    assert curve[grown - 1] == pytest.approx(
        compute_losses(member.predict_log_odds(valid.matrix), valid.labels).mean()
    )
