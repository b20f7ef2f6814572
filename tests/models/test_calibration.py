"""Calibration: it finds a known correction, leaves noise alone, and survives windows without wins."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calibration import Calibrator, Window, choose_calibrator, fit_calibrator
from models.log_odds import compute_losses, to_log_odds, to_probability


def draw_window(rng, n, *, slope=1.0, shift=0.0):
    """Draw predictions, and outcomes that follow them after a correction."""
    log_odds = rng.normal(-1.5, 1.2, n)
    labels = (rng.random(n) < to_probability(slope * log_odds + shift)).astype(float)
    return Window(log_odds=log_odds, labels=labels)


def test_a_known_shift_is_found():
    """Where later periods win more throughout, the shift is found and chosen."""
    rng = np.random.default_rng(1)
    calibrator, evidence = choose_calibrator([draw_window(rng, 4_000, shift=0.8) for _ in range(3)])
    assert calibrator.method == "shift"
    assert calibrator.shift == pytest.approx(0.8, abs=0.1)
    assert calibrator.slope == 1.0
    assert all(found.gain > 0 and found.n == 8_000 for found in evidence)


def test_a_known_slope_is_found():
    """Where predictions were twice too sure, slope and shift are found and chosen."""
    rng = np.random.default_rng(2)
    calibrator, _ = choose_calibrator([draw_window(rng, 4_000, slope=0.5, shift=-0.4) for _ in range(3)])
    assert calibrator.method == "platt"
    assert calibrator.slope == pytest.approx(0.5, abs=0.06)
    assert calibrator.shift == pytest.approx(-0.4, abs=0.12)


@pytest.mark.parametrize(("n", "n_windows"), [(50, 2), (50, 4), (400, 3)])
def test_noise_is_seldom_corrected(n, n_windows):
    """Where nothing is wrong, a correction is chosen no more often than one standard error lets through."""
    rng = np.random.default_rng(3)
    chosen = [choose_calibrator([draw_window(rng, n) for _ in range(n_windows)])[0].method for _ in range(200)]
    # One normal deviate in six exceeds one standard error; 0.25 leaves room for two methods and for chance.
    assert chosen.count("none") >= 0.75 * len(chosen)


def test_windows_that_disagree_shift_little():
    """Shifts up and down that cancel out leave next to no correction."""
    rng = np.random.default_rng(4)
    fitted = fit_calibrator("shift", [draw_window(rng, 2_000, shift=shift) for shift in (1.0, -1.0, 1.0, -1.0)])
    assert abs(fitted.shift) < 0.05


@pytest.mark.parametrize("method", ["shift", "platt"])
@pytest.mark.parametrize("label", [0.0, 1.0])
def test_windows_of_one_outcome_bend_little(method, label):
    """A few dozen leads without a win, or with nothing else, move log-odds by a few steps and not for ever."""
    window = Window(log_odds=np.linspace(-4, 0, 30), labels=np.full(30, label))
    fitted = fit_calibrator(method, [window])
    moved = fitted.apply(window.log_odds) - window.log_odds
    assert np.isfinite(moved).all()
    assert (np.abs(moved) < 7).all()
    assert np.sign(moved.mean()) == (1 if label else -1)


def test_more_rows_without_a_win_say_more():
    """The more leads go by without a win, the lower the shift."""
    shifts = [
        fit_calibrator("shift", [Window(log_odds=np.full(n, -3.0), labels=np.zeros(n))]).shift for n in (5, 50, 500)
    ]
    assert 0 > shifts[0] > shifts[1] > shifts[2] > -4


@pytest.mark.parametrize("n_windows", [0, 1])
def test_fewer_than_two_windows_are_no_evidence(n_windows):
    """Nothing is corrected on the word of one window, or of none."""
    rng = np.random.default_rng(5)
    calibrator, evidence = choose_calibrator([draw_window(rng, 500, shift=2.0) for _ in range(n_windows)])
    assert calibrator == Calibrator()
    assert evidence == ()


def test_empty_windows_are_no_evidence():
    """Windows without rows correct nothing, alone or beside others."""
    empty = Window(log_odds=np.empty(0), labels=np.empty(0))
    assert choose_calibrator([empty, empty])[0] == Calibrator()
    full = draw_window(np.random.default_rng(6), 200)
    for windows in ([empty, full], [full, empty], [empty, full, empty, full]):
        assert np.isfinite(choose_calibrator(windows)[0].shift)


def test_the_order_of_leads_is_never_turned_over():
    """Even where the likely leads are those that fail, no correction ranks them the other way round."""
    rng = np.random.default_rng(7)
    calibrator, _ = choose_calibrator([draw_window(rng, 2_000, slope=-1.0) for _ in range(3)])
    assert calibrator.slope > 0


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(("none", "shift", "platt")), st.floats(0.1, 3), st.floats(-5, 5))
def test_calibrators_come_back_from_json(method, slope, shift):
    """A correction written as JSON reads back equal."""
    calibrator = Calibrator(method=method, slope=slope, shift=shift)
    assert Calibrator.from_json(json.loads(json.dumps(calibrator.to_json()))) == calibrator


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 1))
def test_log_odds_come_back_as_probabilities(probability):
    """Probabilities, 0 and 1 among them, have finite log-odds that lead back to them."""
    log_odds = to_log_odds(probability)
    assert np.isfinite(log_odds)
    assert to_probability(log_odds) == pytest.approx(probability, abs=2e-9)


@pytest.mark.parametrize("log_odds", [-1e308, -800.0, -1.0, 0.0, 1.0, 800.0, 1e308])
def test_extreme_log_odds_do_not_overflow(log_odds):
    """Probabilities lie in [0, 1] and losses are what they should be, however sure the prediction."""
    x = np.array([log_odds])
    assert 0 <= to_probability(x)[0] <= 1
    assert compute_losses(x, np.array([0.0]))[0] == pytest.approx(np.logaddexp(0, log_odds))
    assert compute_losses(x, np.array([1.0]))[0] >= 0
