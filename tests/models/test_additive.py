"""The additive member: bent lines that add up, survive storage and stay level beyond what was seen."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.additive import AdditiveMember, fit_additive
from models.log_odds import to_probability
from models.rows import Rows
from models.settings import AdditiveSettings


def draw_rows(n=2_000, seed=0):
    """Draw rows whose log-odds bend in the first column, jump where the second is missing, and ignore the third."""
    rng = np.random.default_rng(seed)
    matrix = np.column_stack([rng.normal(size=n), rng.exponential(size=n), rng.normal(size=n), np.ones(n)])
    matrix[rng.random(n) < 0.3, 1] = np.nan
    log_odds = np.abs(matrix[:, 0]) * 2 - 2 + 1.5 * np.isnan(matrix[:, 1])
    return Rows(matrix=matrix, labels=(rng.random(n) < to_probability(log_odds)).astype(float))


@pytest.fixture(scope="module")
def member():
    """A member fitted on such rows."""
    return fit_additive(draw_rows(), AdditiveSettings(strength=1.0))


def test_a_bend_and_a_missing_value_are_learned(member):
    """A column that matters at both ends does, a missing value has its own height, noise has next to none."""
    rows = np.array([[-2.0, 1, 0, 1], [0.0, 1, 0, 1], [2.0, 1, 0, 1], [0.0, np.nan, 0, 1]])
    low, middle, high, missing = member.predict_log_odds(rows)
    assert min(low, high) > middle + 1.5
    assert missing > middle + 0.8


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(-1e12, 1e12)), min_size=4, max_size=4))
def test_contributions_add_up_whatever_the_row(member, row):
    """Parts and the mean add up to the log-odds, finite for any numbers and for none."""
    matrix = np.array([[np.nan if value is None else value for value in row]])
    log_odds = member.predict_log_odds(matrix)
    assert np.isfinite(log_odds).all()
    assert member.compute_contributions(matrix).sum(axis=1) == pytest.approx(log_odds, abs=1e-9)


def test_the_mean_part_of_a_column_is_zero(member):
    """Over the rows it was fitted on each column's parts average to nothing, so the rest is the average lead."""
    parts = member.compute_contributions(draw_rows().matrix)[:, :-1]
    assert np.abs(parts.mean(axis=0)).max() < 1e-9


def test_the_lines_are_level_beyond_what_was_seen(member):
    """A value ten times the largest counts as the largest."""
    rows = np.array([[5e3, 1, 0, 1], [1e9, 1, 0, 1]])
    assert np.ptp(member.predict_log_odds(rows)) == 0


def test_a_stored_member_is_the_same_to_the_bit(member):
    """What is read back predicts exactly what was written."""
    read = AdditiveMember.from_text(member.to_text(), weight=member.weight)
    matrix = draw_rows(seed=1).matrix
    assert (read.predict_log_odds(matrix) == member.predict_log_odds(matrix)).all()
    assert (read.compute_contributions(matrix) == member.compute_contributions(matrix)).all()


def test_a_damaged_text_is_refused(member):
    """A line that lost a height, and a text that is none, raise."""
    stored = json.loads(member.to_text())
    stored["lines"][0]["heights"].pop()
    for text in (json.dumps(stored), "no JSON", "{}"):
        with pytest.raises((ValueError, KeyError)):
            AdditiveMember.from_text(text)


def test_rows_without_any_column_to_learn_from_predict_their_rate():
    """Constant and empty columns get no line; the intercept carries the rate."""
    matrix = np.column_stack([np.ones(400), np.full(400, np.nan)])
    labels = np.tile([1.0, 0.0, 0.0, 0.0], 100)
    member = fit_additive(Rows(matrix=matrix, labels=labels), AdditiveSettings(strength=0.1))
    assert to_probability(member.predict_log_odds(matrix[:1])) == pytest.approx(0.25, abs=0.01)
