"""The gate: what beats the base rate on later windows passes, noise does not."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calibration import Window
from models.log_odds import to_log_odds
from models.settings import BoosterSettings
from training.fitting import TrainingOptions, fit_history
from training.gate import decide
from training.report import compute_verdict

QUICK = TrainingOptions(candidates=(BoosterSettings(num_leaves=3, learning_rate=0.1),), workers=1)


def invent_windows(signal, n=400, seed=0, rate=0.3):
    """Invent two windows in which predictions carry a signal."""
    rng = np.random.default_rng(seed)
    windows = []
    for _ in range(2):
        truth = to_log_odds(rate) + signal * rng.normal(size=n)
        windows.append(Window(log_odds=truth, labels=(rng.random(n) < 1 / (1 + np.exp(-truth))).astype(float)))
    return windows


def decide_alone(windows, rate=0.3):
    """Decide with every row a lead of its own."""
    sizes = np.cumsum([0, *(len(window.labels) for window in windows)])
    groups = [np.arange(start, end, dtype=np.int32) for start, end in itertools.pairwise(sizes)]
    return decide(windows, [rate] * len(windows), groups)


def test_predictions_that_know_something_pass():
    """A clear gain on later windows opens the gate, and the sentence says so."""
    decision = decide_alone(invent_windows(1.5))
    assert decision.passed
    assert decision.gain > 2 * decision.standard_error
    assert "the trees beat the base rate" in decision.to_sentence()


def test_the_base_rate_itself_does_not_pass():
    """No gain is no reason to publish trees."""
    windows = [Window(log_odds=np.full(300, to_log_odds(0.3)), labels=np.tile([0.0, 0.0, 1.0], 100))]
    decision = decide_alone(windows)
    assert not decision.passed
    assert decision.gain == pytest.approx(0, abs=1e-12)
    assert "published instead" in decision.to_sentence()


def test_predictions_that_are_worse_do_not_pass():
    """A confident model without knowledge loses against the rate."""
    rng = np.random.default_rng(0)
    windows = [Window(log_odds=2 * rng.normal(size=400), labels=(rng.random(400) < 0.3).astype(float))]
    assert decide_alone(windows).gain < 0
    assert not decide_alone(windows).passed


def test_rows_of_one_lead_count_as_one():
    """Repeating every row as another row of the same lead changes neither the gain nor its error."""
    windows = invent_windows(0.4, n=150)
    twice = [Window(log_odds=np.tile(w.log_odds, 2), labels=np.tile(w.labels, 2)) for w in windows]
    leads = [np.arange(150, dtype=np.int32), np.arange(150, 300, dtype=np.int32)]
    once = decide(windows, [0.3, 0.3], leads)
    repeated = decide(twice, [0.3, 0.3], [np.tile(lead, 2) for lead in leads])
    assert repeated.gain == pytest.approx(once.gain)
    assert repeated.standard_error == pytest.approx(once.standard_error)
    careless = decide(twice, [0.3, 0.3], [np.arange(300, dtype=np.int32), np.arange(300, 600, dtype=np.int32)])
    assert careless.standard_error == pytest.approx(once.standard_error / np.sqrt(2))


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 2), st.integers(0, 1_000), st.integers(20, 300))
def test_the_gate_wants_two_standard_errors(signal, seed, n):
    """Whatever the windows, passing and a gain above two standard errors are the same thing."""
    decision = decide_alone(invent_windows(signal, n=n, seed=seed))
    assert decision.passed == (decision.gain > 2 * decision.standard_error)
    assert decision.n == 2 * n


def test_noise_is_answered_with_the_base_rate(make_history):
    """Of twenty histories without signal next to none gets trees, and the report promises no lift."""
    passed = 0
    for seed in range(20):
        fitted = fit_history(make_history(n=400, seed=seed, signal=0.0, snapshots="created"), QUICK)
        assert compute_verdict(fitted.comparison).kind != "lift"
        if not fitted.scorer.members_:
            assert any("base rate" in warning for warning in fitted.warnings)
            assert np.ptp(fitted.test_probabilities["hotlead"]) == 0
        passed += bool(fitted.scorer.members_)
    assert passed <= 2


def test_behaviour_that_tells_opens_the_gate(make_history):
    """Of three histories with signal every one gets a model."""
    for seed in range(3):
        fitted = fit_history(make_history(n=900, seed=seed), QUICK)
        assert fitted.gate is not None
        assert fitted.gate.passed
        assert fitted.scorer.members_
