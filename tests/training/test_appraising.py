"""Appraising: the curves of an appraisal are those of the evaluation, point for point."""

import itertools
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.times import DAY
from training.appraising import appraise, compute_distribution, compute_turning_points
from training.evaluation import compute_gains
from training.fitting import OURS
from training.summarising import build_report

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def appraisal(fitted, history):
    """The appraisal of the fitted history."""
    return appraise(fitted, history, build_report(fitted, history, name="a model", now=NOW))


def test_every_row_of_the_test_is_counted_once(appraisal, fitted):
    """Bins of reliability and of the distribution hold all test rows, and all their wins."""
    n, won = len(fitted.split.test), int(fitted.test_labels.sum())
    assert sum(each.count for each in appraisal.reliability) == n
    assert round(sum(each.count * each.seen for each in appraisal.reliability)) == won
    assert sum(each.won + each.lost for each in appraisal.distribution) == n
    assert sum(each.won for each in appraisal.distribution) == won
    assert all(each.lower <= each.seen <= each.upper for each in appraisal.reliability)


def test_models_and_curves_are_those_of_the_comparison(appraisal, fitted):
    """Each model of the comparison has its figures and its gains."""
    assert [row.model for row in appraisal.measured] == list(fitted.comparison["model"])
    assert [curve.model for curve in appraisal.gains] == list(fitted.test_probabilities)
    ours = next(curve for curve in appraisal.gains if curve.model == OURS)
    wanted = compute_gains(fitted.test_labels, fitted.test_probabilities[OURS])["captured"]
    assert ours.captured == tuple(wanted)
    assert appraisal.drivers[0].importance == max(each.importance for each in appraisal.drivers) > 0


def test_a_higher_threshold_turns_fewer_leads_hot(appraisal):
    """Thresholds rise and leads fall; each lead is counted in one week at most."""
    points = appraisal.turning_points
    assert len(points) > 50
    assert all(low.threshold < high.threshold for low, high in itertools.pairwise(points))
    assert all(low.leads >= high.leads for low, high in itertools.pairwise(points))
    assert all(0 <= point.won <= point.leads for point in points)
    assert all(sum(point.weeks) <= point.leads and point.weeks for point in points)
    assert points[-1].leads > 0


def test_a_lead_counts_when_it_first_reaches_a_threshold():
    """The label is that of the first moment at or above the threshold, and so is the week."""
    probability = np.array([0.2, 0.6, 0.9, 0.6])
    labels, lead = np.array([0.0, 0.0, 1.0, 1.0]), np.array([1, 1, 1, 2], np.int32)
    as_of = np.array([0, 8, 15, 1]) * DAY
    points = compute_turning_points(probability, labels, lead, as_of, start=0, end=15 * DAY)
    assert [(point.threshold, point.leads, point.won, point.weeks) for point in points] == [
        (0.6, 2, 1, (1, 1)),
        (0.9, 1, 1, (0, 0)),
    ]


def test_without_dates_no_week_is_counted():
    """Leads and wins are counted all the same."""
    points = compute_turning_points(
        np.array([0.1, 0.4]), np.array([0.0, 1.0]), np.arange(2, dtype=np.int32), np.zeros(2, np.int64)
    )
    assert [(point.leads, point.won, point.weeks) for point in points] == [(2, 1, ()), (1, 1, ())]
    nothing = np.empty(0)
    assert compute_turning_points(nothing, nothing, nothing.astype(np.int32), nothing.astype(np.int64)) == ()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40))
def test_the_distribution_loses_nobody(told):
    """Whatever the probabilities, 0 and 1 among them, each row lies in one bin."""
    probability = np.array([p for p, _ in told], dtype=np.float64)
    labels = np.array([won for _, won in told], dtype=np.float64)
    bins = compute_distribution(probability, labels)
    assert sum(each.won for each in bins) == labels.sum()
    assert sum(each.won + each.lost for each in bins) == len(told)
    inside = [p for p in probability if bins[0].begins <= p < bins[-1].ends]
    for p in inside:
        assert any(each.begins <= p * (1 + 1e-9) and p * (1 - 1e-9) < each.ends for each in bins)
