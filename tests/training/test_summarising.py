"""Summarising: the report says what was measured, and a probability that is off is withheld."""

import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from training.fitting import OURS, fit_history
from training.summarising import CALIBRATION_BOUND, build_report, compute_importance, describe_scorer, draw_figures

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def report(fitted, history):
    """The report of the fitted history."""
    return build_report(fitted, history, name="a model", now=NOW)


def test_the_report_counts_what_was_fitted(report, fitted, history):
    """Rows, wins, the fingerprint, the settings and the thresholds are those of the training."""
    assert (report.model, report.created_at) == ("a model", NOW)
    assert report.data.rows == len(fitted.rows)
    assert report.data.positives == fitted.rows.labels.sum()
    assert report.data.fingerprint == history.about.fingerprint
    assert report.settings["rounds"] == fitted.settings.rounds
    assert report.settings["embargoed rows"] == fitted.split.n_embargoed > 0
    assert report.settings["censored snapshots"] == fitted.rows.n_censored > 0
    assert report.thresholds["hot"] == fitted.scorer.thresholds_.hot


def test_periods_follow_each_other_and_count_their_rows(report, fitted):
    """Development, forward windows and test stand in order, each with its span."""
    names = [period.name for period in report.periods]
    assert names == ["development", *(f"forward window {n}" for n in (1, 2, 3)), "test"]
    assert report.periods[0].rows + fitted.split.n_embargoed + report.periods[-1].rows == len(fitted.rows)
    development, *windows, test = report.periods
    assert development.end < test.start
    assert all(earlier.end < later.start for earlier, later in itertools.pairwise(windows))
    assert windows[-1].end == development.end


def test_a_scorer_describes_itself_in_plain_data(fitted, history, quick):
    """The description is JSON, names its history and horizon, and lets probabilities through that are close."""
    described = describe_scorer(fitted, history, quick, now=NOW)
    assert json.loads(json.dumps(described, allow_nan=False)) == described
    assert described["horizon_days"] == 30
    assert described["history_fingerprint"] == history.about.fingerprint
    assert described["test"]["calibration_error"] <= CALIBRATION_BOUND
    assert described["publishes_probability"] is True
    assert "probability_withheld" not in described


def test_a_probability_that_is_off_is_withheld(fitted, history, quick):
    """Where probabilities miss by more than the bound, the scorer says why it gives none."""
    off = np.clip(fitted.test_probabilities[OURS] + 0.3, 0, 1)
    drifted = replace(fitted, test_probabilities={**fitted.test_probabilities, OURS: off})
    described = describe_scorer(drifted, history, quick, now=NOW)
    assert described["publishes_probability"] is False
    assert described["probability_withheld"].startswith("on the test period probabilities were off by 0.")


def test_importance_lists_families_from_the_largest(fitted):
    """Each family comes once, at least 0, and what drives the outcome comes before what does not."""
    importance = compute_importance(fitted)
    assert importance["importance"].is_monotonic_decreasing
    assert (importance["importance"] >= 0).all()
    assert importance["feature"].is_unique
    place = {name.lower(): row for row, name in enumerate(importance["feature"])}
    assert place["source"] < place["employees"]


def test_figures_have_captions_and_the_chosen_curve(fitted):
    """Every figure is there; the learning curve only where trees were tried."""
    figures = draw_figures(fitted)
    assert {"Reliability", "Gains", "Lift", "Score distribution", "Importance", "Learning curve"} == set(figures)
    assert "Learning curve" not in draw_figures(replace(fitted, trials=()))


def test_random_folds_are_not_called_windows(make_history, quick):
    """A report on leads without dates names folds, gives no span, and says that the test is random."""
    history = make_history(n=600, basis="undated")
    report = build_report(fit_history(history, quick), history, name="a model", now=NOW)
    assert report.periods[1].name == "fold 1"
    assert all(period.start is None and period.end is None for period in report.periods)
    assert "drawn at random" in report.periods[-1].purpose
