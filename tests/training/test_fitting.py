"""Fitting: honest with the test period, the same for the same seed, and within what sales can answer."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.engine import compute_features
from features.event_kinds import EventFeature
from features.times import DAY, micros_of, times_of
from models.artifact import save_scorer
from models.buckets import compute_shares
from models.estimator import TrainableScorer
from models.log_odds import to_probability
from training.fitting import BASE_RATE, LOGISTIC, OURS, SCORECARD, fit_history
from training.thresholds import list_live_snapshots


def read_artifact(fitted, folder):
    """Save a scorer with golden rows it was fitted on, and return every file's bytes."""
    examples = fitted.table.take(fitted.split.development[:16])
    save_scorer(fitted.scorer, folder, examples=examples)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="session")
def files(fitted, tmp_path_factory):
    """The artifact of the fitted history, file by file."""
    return read_artifact(fitted, tmp_path_factory.mktemp("fitted") / "scorer")


def last_look(fitted):
    """Return the moment of the last snapshot that was learned from, and that of the first tested on."""
    as_of = fitted.rows.snapshots.as_of
    return as_of[fitted.split.development].max(), as_of[fitted.split.test].min()


def test_outcomes_of_the_test_period_change_nothing(history, quick, fitted, files, tmp_path):
    """Turning every win and loss after the start of the test around gives the same artifact, to the byte."""
    _, start = last_look(fitted)
    late = micros_of(history.leads["outcome_at"]) >= start
    turned = history.leads["outcome"].map({"won": "lost", "lost": "won", "open": "open"})
    outcome = history.leads["outcome"].where(~late, turned)
    other = fit_history(replace(history, leads=history.leads.assign(outcome=outcome)), quick)
    assert (other.test_labels != fitted.test_labels).any()
    assert read_artifact(other, tmp_path / "scorer") == files


def test_events_that_were_recorded_later_change_nothing(history, quick, fitted, files, tmp_path):
    """Events unknown at the last snapshot learned from, old and new types alike, give the same artifact."""
    last, _ = last_look(fitted)
    known = history.events[micros_of(history.events["recorded_at"]) <= last]
    rng = np.random.default_rng(0)
    invented = history.events.sample(4_000, replace=True, random_state=0).assign(
        type=rng.choice(["visit", "phone_call"], 4_000),
        recorded_at=times_of(np.array([last]))[0] + pd.Timedelta("1us"),
    )
    other = fit_history(replace(history, events=pd.concat([known, invented], ignore_index=True)), quick)
    assert not np.array_equal(other.test_table.numbers, fitted.test_table.numbers, equal_nan=True)
    assert read_artifact(other, tmp_path / "scorer") == files


def test_attributes_of_leads_that_were_only_tested_on_change_nothing(history, quick, fitted, files, tmp_path):
    """What is known of a lead that came in the test period is not learned from."""
    _, start = last_look(fitted)
    late = micros_of(history.leads["created_at"]) >= start
    leads = history.leads.assign(industry=history.leads["industry"].where(~late, "a new industry"))
    other = fit_history(replace(history, leads=leads), quick)
    assert read_artifact(other, tmp_path / "scorer") == files


def test_a_label_that_was_learned_from_changes_the_artifact(history, quick, fitted, files, tmp_path):
    """The comparisons above can fail: one outcome of the development period makes another model."""
    first = int(fitted.rows.snapshots.lead[fitted.split.development[0]])
    outcome = history.leads["outcome"].copy()
    outcome.iloc[first] = "lost" if outcome.iloc[first] == "won" else "won"
    at = history.leads["outcome_at"].copy()
    at.iloc[first] = history.leads["created_at"].iloc[first] + pd.Timedelta(days=1)
    leads = history.leads.assign(outcome=outcome, outcome_at=at)
    other = fit_history(replace(history, leads=leads), quick)
    assert read_artifact(other, tmp_path / "scorer") != files


@pytest.mark.parametrize("workers", [1, 2])
def test_the_same_seed_gives_the_same_artifact_on_any_number_of_threads(history, quick, files, tmp_path, workers):
    """Fitting again, alone or with two workers, gives the same bytes."""
    again = fit_history(history, replace(quick, workers=workers))
    assert read_artifact(again, tmp_path / "scorer") == files


def test_every_model_is_tested_on_the_same_rows(fitted):
    """Ours and the three opponents predict each test row once, as probabilities."""
    assert list(fitted.test_probabilities) == [OURS, BASE_RATE, LOGISTIC, SCORECARD]
    assert fitted.comparison["model"].tolist() == list(fitted.test_probabilities)
    for probability in fitted.test_probabilities.values():
        assert probability.shape == fitted.test_labels.shape
        assert ((probability >= 0) & (probability <= 1)).all()
    rate = fitted.rows.labels[fitted.split.development].mean()
    assert np.allclose(fitted.test_probabilities[BASE_RATE], rate, atol=1e-3)


def test_behaviour_that_tells_beats_the_base_rate(fitted):
    """On a history with signal the scorer is surely better than the rate."""
    loss = fitted.comparison.set_index("model")["log_loss"]
    assert loss[OURS] < loss[BASE_RATE] - 0.02
    assert fitted.warnings == ()


def look_at_latest_window(fitted):
    """Return a scorer fitted before the latest window, and the first and last moment of that window."""
    fold, dev = fitted.split.folds[-1], fitted.split.development
    train, labels = fitted.table.take(dev[fold.train]), fitted.rows.labels[dev[fold.train]]
    before = TrainableScorer(fitted.table.feature_set, fitted.settings, fitted.additive).fit(train, labels)
    as_of = fitted.rows.snapshots.as_of[dev[fold.valid]]
    return before, as_of.min(), as_of.max()


@pytest.mark.parametrize("capacity", [0.0, 1.5, 8.0])
def test_no_more_leads_turn_hot_than_sales_can_answer(make_history, quick, capacity):
    """In the latest window, scored after each event, hot leads a week stay within capacity, and nearly use it."""
    fitted = fit_history(make_history(n=900), replace(quick, hot_per_week=capacity))
    before, first, last = look_at_latest_window(fitted)
    looks = list_live_snapshots(fitted.rows, first, last + 1)
    table = compute_features(fitted.rows.leads, fitted.rows.events, looks, feature_set=fitted.table.feature_set)
    probability = to_probability(fitted.scorer.calibrator_.apply(before.predict_raw_log_odds(table)))
    hot = len(np.unique(looks.lead[probability >= fitted.scorer.thresholds_.hot]))
    weeks = (last - first) / (7 * DAY)
    assert hot / weeks <= capacity
    assert hot / weeks > 0.5 * capacity - 1 / weeks


def test_shares_decide_where_no_capacity_is_given(fitted, quick):
    """Without a word from sales, at most the asked shares of the latest window are hot and warm."""
    before, _, _ = look_at_latest_window(fitted)
    latest = fitted.table.take(fitted.split.development[fitted.split.folds[-1].valid])
    probability = to_probability(fitted.scorer.calibrator_.apply(before.predict_raw_log_odds(latest)))
    shares = compute_shares(probability, fitted.scorer.thresholds_)
    assert 0.5 * quick.hot_share < shares["hot"] <= quick.hot_share
    assert shares["hot"] + shares["warm"] <= quick.hot_share + quick.warm_share


def test_ordered_leads_learn_from_attributes_alone(make_history, quick):
    """Without dates there is no horizon and no window of time, but an order to split by."""
    fitted = fit_history(make_history(basis="ordered"), quick)
    assert fitted.split.kind == "time"
    assert fitted.rows.horizon_days is None
    assert not fitted.table.feature_set.needs_as_of


def test_events_of_undated_leads_are_passed_over(make_history, quick):
    """Features of events need a moment to look; without one they are left out, not learned as empty."""
    undated = make_history(basis="undated")
    events = pd.DataFrame({"lead_id": ["lead-0"], "type": ["visit"]})
    events["occurred_at"] = events["recorded_at"] = pd.to_datetime(["2025-03-01T00:00:00Z"])
    about = replace(undated.about, event_types=(("visit", 1),))
    fitted = fit_history(replace(undated, events=events, about=about), quick)
    assert not any(isinstance(feature, EventFeature) for feature in fitted.table.feature_set.features)
    assert fitted.split.kind == "random"
    assert "expect less on later leads" in fitted.warnings[0]


def test_without_a_forward_window_the_base_rate_is_published(make_history, quick):
    """Where nothing can be measured before the test, no trees are grown, and the user is told."""
    fitted = fit_history(make_history(n=130, basis="ordered"), replace(quick, test_share=0.4))
    assert fitted.split.folds == ()
    assert fitted.gate is None
    assert fitted.scorer.members_ == ()
    assert any("No forward window" in warning for warning in fitted.warnings)


def test_what_the_dates_did_not_allow_is_told(history, quick):
    """The notes on leads without a date reach the warnings of the training."""
    won = history.leads.index[history.leads["outcome"] == "won"][:20]
    leads = history.leads.assign(outcome_at=history.leads["outcome_at"].mask(history.leads.index.isin(won)))
    fitted = fit_history(replace(history, leads=leads), quick)
    assert fitted.warnings[0].startswith("20 won leads were left out")


def test_steps_are_told_in_their_order(make_history, quick):
    """Progress names each step once it begins."""
    told = []
    fit_history(make_history(n=600), quick, lambda name, done, total: told.append(name))
    assert list(dict.fromkeys(told)) == ["snapshots", "features", "tune", "windows", "fit", "test"]
