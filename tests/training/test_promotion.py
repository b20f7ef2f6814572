"""Promotion: a challenger that is surely worse is told from one that is not, on leads neither has seen."""

import copy
from dataclasses import replace

import numpy as np
import pytest

from models.estimator import TrainableScorer
from training.promotion import DifferentHorizons, compare_with_champion, find_unseen_rows
from training.splits import TooFewRows, split_rows


def fit_on(fitted, labels):
    """Fit a scorer on the development rows with these labels."""
    table = fitted.table.take(fitted.split.development)
    return TrainableScorer(fitted.table.feature_set, replace(fitted.settings, rounds=60)).fit(table, labels)


def with_about(scorer, **about):
    """Return a scorer of the same parts that says something else about itself."""
    other = copy.copy(scorer)
    other.about_ = about
    return other


@pytest.fixture(scope="session")
def confused(fitted):
    """A scorer that learned the outcomes the wrong way round."""
    return fit_on(fitted, 1 - fitted.rows.labels[fitted.split.development])


def compare(challenger, champion, fitted, history):
    """Compare on the test rows of the fitted history."""
    return compare_with_champion(challenger, champion, history, fitted.rows, fitted.split.test)


def test_a_model_is_not_worse_than_itself(fitted, history):
    """Two identical models differ by nothing, and the gate lets the challenger pass."""
    decision = compare(fitted.scorer, fitted.scorer, fitted, history)
    assert decision.to_json() == {
        "is_worse": False,
        "difference": 0.0,
        "standard_error": 0.0,
        "n": len(fitted.split.test),
    }
    assert decision.to_sentence().startswith("The challenger is not worse than the champion on the same")


def test_a_clearly_worse_challenger_is_told(fitted, confused, history):
    """The one that learned the wrong way round is worse; the other way about it is better."""
    worse, better = (
        compare(*pair, fitted, history) for pair in ((confused, fitted.scorer), (fitted.scorer, confused))
    )
    assert worse.is_worse
    assert worse.difference == -better.difference > 1.645 * worse.standard_error
    assert not better.is_worse
    assert "is worse than the champion" in worse.to_sentence()


def test_a_difference_within_its_error_is_no_refusal(fitted, history):
    """A challenger that is a little worse, as chance would have it, is not refused."""
    labels = fitted.rows.labels[fitted.split.development]
    half = np.random.default_rng(0).random(len(labels)) < 0.5
    table = fitted.table.take(fitted.split.development[half])
    challenger = TrainableScorer(fitted.table.feature_set, fitted.settings).fit(table, labels[half])
    decision = compare(challenger, fitted.scorer, fitted, history)
    assert decision.is_worse == (decision.difference > 1.645 * decision.standard_error)
    assert decision.standard_error > 0


def test_both_are_compared_on_the_rows_of_the_shorter_test(fitted):
    """Of two tests in time the later one is what neither has learned from."""
    scorers = [with_about(fitted.scorer, test_share=share, seed=0) for share in (0.2, 0.4)]
    unseen = find_unseen_rows(fitted.rows, "dated", scorers)
    assert (unseen == split_rows(fitted.rows, "dated", test_share=0.2, seed=0).test).all()
    assert (unseen == find_unseen_rows(fitted.rows, "dated", scorers[::-1])).all()


def test_random_tests_share_what_both_drew(fitted):
    """Of two random tests only the rows in both are unseen."""
    scorers = [with_about(fitted.scorer, test_share=0.3, seed=seed) for seed in (0, 1)]
    unseen = find_unseen_rows(fitted.rows, "undated", scorers)
    tests = [split_rows(fitted.rows, "undated", test_share=0.3, seed=seed).test for seed in (0, 1)]
    assert set(unseen) == set(tests[0]) & set(tests[1])
    assert 0 < len(unseen) < len(tests[0])


def test_a_column_that_the_new_history_lacks_is_missing_for_every_lead(fitted, history):
    """A champion that knows a column which is gone is still compared, on what is left."""
    without = replace(history, leads=history.leads.drop(columns="industry"))
    decision = compare(fitted.scorer, fitted.scorer, fitted, without)
    assert decision.difference == 0
    assert compare(fitted.scorer, fitted.scorer, fitted, history).n == decision.n


def test_other_horizons_are_not_compared(fitted, history):
    """The loss of a model that predicts ninety days says nothing about one that predicts thirty."""
    scorers = [with_about(fitted.scorer, horizon_days=days) for days in (90, 30)]
    with pytest.raises(DifferentHorizons, match="within 90 days, the champion within 30"):
        compare(*scorers, fitted, history)


def test_nothing_unseen_is_said(fitted, history):
    """Without a row that neither has learned from there is no comparison."""
    with pytest.raises(TooFewRows, match="no lead that neither model has learned from"):
        compare_with_champion(fitted.scorer, fitted.scorer, history, fitted.rows, np.array([], dtype=np.intp))
