"""Drift: nothing where leads are alike, much where they are not, and never a number that is none."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.drift import STRONG, compute_drift, compute_score_drift, compute_stability_index
from models.encoding import Encoding
from models.reference import Reference
from tests.models.examples import make_table

TABLE = make_table(2_000)
ENCODING = Encoding.learn(TABLE)


def learn(probability):
    """Learn a reference with these probabilities, repeated to one a row."""
    return Reference.learn(TABLE, ENCODING, np.resize(np.asarray(probability, dtype=float), len(TABLE)))


def test_the_index_follows_its_formula():
    """With many leads the smoothing is nothing: 0.1 · ln(0.6 / 0.5) + 0.1 · ln(0.5 / 0.4)."""
    index = compute_stability_index(np.array([0.5, 0.5]), np.array([600_000.0, 400_000.0]))
    assert index == pytest.approx(0.1 * np.log(1.2) + 0.1 * np.log(1.25), rel=1e-4)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 10_000)), min_size=1, max_size=12))
def test_the_index_is_a_number_and_not_negative(classes):
    """Empty classes on either side make it large, never infinite."""
    expected = np.array([share for share, _ in classes]) + 1e-12
    index = compute_stability_index(expected, np.array([count for _, count in classes], dtype=float))
    assert 0 <= index < np.inf


def test_the_same_leads_do_not_drift():
    """Leads like those learned from have a small index in every family, and so do equal probabilities."""
    reference = learn(np.linspace(0, 1, 500))
    drifts = compute_drift(reference, ENCODING, make_table(2_000, seed=9))
    assert {drift.name for drift in drifts} >= {"industry", "visit"}
    assert drifts[0].index == max(drift.index for drift in drifts) < STRONG
    assert compute_score_drift(reference, np.linspace(0, 1, 700)) < 0.01


def test_another_crowd_drifts_where_it_differs():
    """Where all industries are one that nobody knew, that family comes first; likelier leads drift in score."""
    table = make_table(2_000, seed=9)
    place = [feature.family for feature in table.feature_set.texts].index("industry")
    texts = list(table.texts)
    texts[place] = np.full(len(table), "Space travel", dtype=object)
    reference = learn(np.linspace(0, 1, 500))
    drifts = compute_drift(reference, ENCODING, replace(table, texts=tuple(texts)))
    assert drifts[0].name == "industry"
    assert drifts[0].index > STRONG
    assert compute_score_drift(reference, np.linspace(0.6, 1, 500)) > STRONG


def test_values_that_tie_are_one_class():
    """Where nearly all reference leads have the same number, leads with that number do not drift."""
    reference = learn([0.0] * 95 + [0.5] * 5)
    assert compute_score_drift(reference, np.resize([0.0] * 95 + [0.5] * 5, 1_000)) < 0.01
    assert compute_score_drift(reference, np.full(1_000, 0.5)) > STRONG
