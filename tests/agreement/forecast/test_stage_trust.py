"""Stage trust: the model is believed as far as its past wins say, and totals are met whatever the chances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.forecast.stage_trust import StageSums, choose_targets, scale_to_targets
from agreement.forecast.tracks import STAGES
from agreement.stages import Stage

SQL = STAGES.index(Stage.SQL)


def make_sums(scored, measured, won=0.0):
    """Make sums over a hundred SQLs."""
    sums = {name: np.zeros(len(STAGES)) for name in ("scored", "measured", "won", "leads")}
    for name, value in (("scored", scored), ("measured", measured), ("won", won), ("leads", 100.0)):
        sums[name][SQL] = value
    return StageSums(**sums)


def choose(now, past):
    """Choose the target of SQLs for four weeks, with a weight of thirty wins."""
    return choose_targets(now, past, weeks=4, weight=30.0)[SQL]


def test_without_a_past_the_stage_says_how_many():
    """The model expects two and the measured share eight; where nothing is measured, the model is believed."""
    assert choose(make_sums(2.0, 8.0), StageSums.empty()) == pytest.approx(8)
    assert choose(make_sums(2.0, np.nan), StageSums.empty()) == pytest.approx(2)
    assert choose(make_sums(0.0, 8.0), StageSums.empty()) == 0


def test_a_long_past_says_how_far_to_trust_the_model():
    """Three wins came for each that it expected: six of two, whatever the share says; a short past weighs less."""
    now = make_sums(2.0, 20.0)
    assert choose(now, make_sums(40_000.0, 0.0, 120_000.0)) == pytest.approx(6, rel=0.01)
    assert choose(now, make_sums(120.0, 0.0, 360.0)) == pytest.approx((90 + 300) / 60 * 2)
    assert choose(make_sums(60.0, 99.0), make_sums(40_000.0, 0.0, 120_000.0)) == pytest.approx(98)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.001, 0.999), st.integers(0, len(STAGES) - 1)), min_size=1, max_size=40),
    st.lists(st.floats(0, 0.98), min_size=len(STAGES), max_size=len(STAGES)),
)
def test_totals_are_met_and_the_order_is_kept(leads, parts):
    """Each stage sums up to its target; of two leads of a stage the likelier one stays the likelier."""
    chances = np.array([chance for chance, _ in leads])
    stages = np.array([stage for _, stage in leads])
    counts = np.bincount(stages, minlength=len(STAGES))
    targets = np.array(parts) * counts
    scaled = scale_to_targets(chances, stages, targets)
    np.testing.assert_allclose(np.bincount(stages, scaled, len(STAGES)), targets, rtol=1e-3, atol=1e-6)
    assert np.all((scaled >= 0) & (scaled <= 1))
    for stage in set(stages.tolist()):
        its = stages == stage
        assert np.all(np.diff(scaled[its][np.argsort(chances[its])]) >= -1e-12)
