"""Measuring: the curves of the findings are those of the evaluation, point for point."""

import itertools
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.times import DAY
from training.evaluation import compute_gains
from training.fitting import OURS
from training.measuring import compute_distribution, compute_turning_points, gather_findings
from training.summarising import build_report

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def findings(fitted, history):
    """The findings of the fitted history."""
    return gather_findings(fitted, history, build_report(fitted, history, name="a model", now=NOW))


def test_every_row_of_the_test_is_counted_once(findings, fitted):
    """Bins of reliability and of the distribution hold all test rows, and all their wins."""
    n, won = len(fitted.split.test), int(fitted.test_labels.sum())
    assert sum(each.count for each in findings.reliability) == n
    assert round(sum(each.count * each.seen for each in findings.reliability)) == won
    assert sum(each.won + each.lost for each in findings.distribution) == n
    assert sum(each.won for each in findings.distribution) == won
    assert all(each.lower <= each.seen <= each.upper for each in findings.reliability)


def test_models_and_curves_are_those_of_the_comparison(findings, fitted):
    """Each model of the comparison has its figures and its gains."""
    assert [row.model for row in findings.measured] == list(fitted.comparison["model"])
    assert [curve.model for curve in findings.gains] == list(fitted.test_probabilities)
    ours = next(curve for curve in findings.gains if curve.model == OURS)
    wanted = compute_gains(fitted.test_labels, fitted.test_probabilities[OURS])["captured"]
    assert ours.captured == tuple(wanted)
    assert findings.drivers[0].importance == max(each.importance for each in findings.drivers) > 0


def test_thresholds_rise_and_each_lead_counts_once(findings):
    """Each lead is counted in one week at most, and at the highest threshold few are left."""
    points = findings.turning_points
    assert len(points) > 50
    assert all(low.threshold < high.threshold for low, high in itertools.pairwise(points))
    assert points[-1].leads < points[len(points) // 2].leads
    assert all(0 <= point.won <= point.leads for point in points)
    assert all(sum(point.weeks) <= point.leads and point.weeks for point in points)


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


def test_who_was_hot_before_the_period_does_not_turn_hot_in_it():
    """A lead that reached a threshold earlier counts at higher ones alone."""
    probability, labels = np.array([0.5, 0.8]), np.ones(2)
    points = compute_turning_points(
        probability, labels, np.zeros(2, np.int32), np.array([0, 8]) * DAY, start=7 * DAY, end=14 * DAY
    )
    assert [(point.threshold, point.leads, point.weeks) for point in points] == [(0.8, 1, (1,))]
    both = compute_turning_points(
        np.array([0.5, 0.8, 0.5]),
        np.ones(3),
        np.array([0, 0, 1], np.int32),
        np.array([0, 8, 9]) * DAY,
        start=7 * DAY,
    )
    assert [(point.threshold, point.leads) for point in both] == [(0.5, 1), (0.8, 1)]


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
