"""The scorer: a scikit-learn classifier over features, and scores with reasons over raw leads."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from features.contract import SchemaMismatch
from features.engine import FeatureTable
from features.feature_set import FeatureSet
from features.tables import EventLog, LeadTable, SnapshotTable
from models.buckets import BUCKETS
from models.estimator import TrainableScorer, UnusableLabels
from models.scorer import NotFitted
from tests.models.examples import (
    AS_OF,
    FEATURE_SET,
    SCHEMA,
    SETTINGS,
    make_labels,
    make_leads,
    make_scorer,
    make_table,
)

TABLE = make_table()
LABELS = make_labels(TABLE)


@pytest.fixture(scope="module")
def scorer():
    """Return a fitted scorer."""
    return make_scorer()


def test_it_is_a_classifier_to_scikit_learn():
    """Cloning, parameters and cross-validation on a frame work, and find the signal."""
    scorer = TrainableScorer(FEATURE_SET, SETTINGS)
    assert set(scorer.get_params()) == {"feature_set", "settings", "additive", "max_levels", "threads"}
    copy = clone(scorer.set_params(max_levels=7))
    assert copy is not scorer
    assert copy.max_levels == 7
    assert copy.feature_set == FEATURE_SET
    scores = cross_val_score(copy, TABLE.to_frame(), LABELS, cv=3, scoring="roc_auc")
    assert scores.mean() > 0.65


def test_probabilities_are_probabilities(scorer):
    """Rows sum to one, classes follow the likelier side, and training leads are told apart."""
    proba = scorer.predict_proba(TABLE)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0, rtol=0, atol=1e-15)
    assert ((proba >= 0) & (proba <= 1)).all()
    assert scorer.classes_.tolist() == [0, 1]
    assert (scorer.predict(TABLE) == (proba[:, 1] > 0.5)).all()
    assert proba[LABELS == 1, 1].mean() > proba[LABELS == 0, 1].mean() + 0.1


def test_the_order_of_columns_does_not_matter(scorer):
    """A frame with its columns turned round, and more of them, gets the same probabilities to the bit."""
    frame = TABLE.to_frame()
    turned = frame[frame.columns[::-1]].assign(beyond=1.0)
    assert scorer.predict_proba(turned).tobytes() == scorer.predict_proba(TABLE).tobytes()


def test_missing_columns_are_refused(scorer):
    """A frame without one of the features is no frame of features; the message names it."""
    with pytest.raises(SchemaMismatch, match="industry"):
        scorer.predict_proba(TABLE.to_frame().drop(columns="industry"))


@pytest.mark.parametrize("text", ["never seen before", "", "\u200b", "=other", None])
def test_unseen_categories_are_scored(scorer, text):
    """A text that training never saw, and no text at all, have a finite probability."""
    frame = TABLE.to_frame().head(3)
    frame["industry"] = pd.Series([text] * 3, dtype=object)
    assert np.isfinite(scorer.predict_log_odds(frame)).all()


def test_a_lead_of_which_nothing_is_known_is_scored_with_doubt(scorer):
    """A lead without attributes, account, creation or events has a finite score, low confidence and no error."""
    leads = LeadTable.from_records([{"lead_id": "stranger"}], SCHEMA)
    scores = scorer.score_snapshots(leads, EventLog.empty(), SnapshotTable.at(leads, AS_OF))
    assert np.isfinite(scores.log_odds).all()
    assert 0 < scores.probability[0] < 1
    assert scores.low_confidence[0]
    assert scores.bucket_name(0) in BUCKETS


def test_raw_leads_and_computed_features_score_alike(scorer):
    """Scoring leads is scoring their features, and one lead alone scores as in the batch, to the bit."""
    leads, events = make_leads(400, seed=0)
    snapshots = SnapshotTable.at(leads, AS_OF)
    together = scorer.score_snapshots(leads, events, snapshots)
    assert together.probability.tobytes() == scorer.score_features(TABLE).probability.tobytes()
    for row in (0, 17, 399):
        alone = scorer.score_snapshots(leads, events, snapshots.take(np.array([row])))
        assert alone.probability[0] == together.probability[row]
        assert (alone.score[0], alone.bucket[0]) == (together.score[row], together.bucket[row])
        assert alone.reasons[0] == together.reasons[row]


def test_scores_fit_together(scorer):
    """Score, bucket and probability tell the same order; reasons come only where asked for."""
    scores = scorer.score_features(TABLE)
    order = np.argsort(scores.probability)
    assert (np.diff(scores.score[order]) >= 0).all()
    assert (np.diff(scores.bucket[order]) >= 0).all()
    assert (scores.bucket == 2).mean() <= 0.11
    assert all(len(reasons) <= 3 for reasons in scores.reasons)
    assert any(scores.reasons)
    assert scorer.score_features(TABLE, most_reasons=0).reasons == [()] * len(TABLE)


def test_scores_read_as_a_frame(scorer):
    """The frame holds one row a snapshot, with buckets and reasons in words."""
    frame = scorer.score_features(TABLE).to_frame()
    assert list(frame.columns) == ["probability", "score", "bucket", "low_confidence", "reasons"]
    assert set(frame["bucket"]) <= set(BUCKETS)
    assert len(frame) == len(TABLE)


@pytest.mark.parametrize("labels", [np.zeros(400), np.ones(400), None])
def test_no_signal_is_the_base_rate(labels):
    """Without trees, or with one outcome alone, every lead gets the base rate, half a win and half a loss added."""
    settings = None if labels is None else SETTINGS
    known = LABELS if labels is None else labels
    scorer = TrainableScorer(FEATURE_SET, settings).fit(TABLE, known)
    scores = scorer.score_features(TABLE)
    assert scores.probability == pytest.approx((known.sum() + 0.5) / (len(known) + 1))
    assert set(scores.score) == {50}
    assert scores.reasons == [()] * len(TABLE)
    np.testing.assert_allclose(scorer.compute_parts(TABLE).log_odds, scores.log_odds, rtol=0, atol=1e-9)


def test_trees_that_find_no_split_are_fine():
    """Features that never vary leave trees without a split, and every lead with one probability."""
    flat = FeatureTable(
        feature_set=FEATURE_SET,
        numbers=np.ones_like(TABLE.numbers),
        texts=tuple(np.full(len(TABLE), "same", dtype=object) for _ in TABLE.texts),
    )
    probability = TrainableScorer(FEATURE_SET, SETTINGS).fit(flat, LABELS).predict_proba(flat)[:, 1]
    assert len(set(probability)) == 1
    assert probability[0] == pytest.approx(LABELS.mean(), abs=0.02)


def test_a_set_without_features_has_a_base_rate():
    """A scorer that reads nothing predicts the base rate."""
    nothing = FeatureSet(SCHEMA, ())
    table = FeatureTable(feature_set=nothing, numbers=np.empty((400, 0)), texts=())
    scorer = TrainableScorer(nothing, SETTINGS).fit(table, LABELS)
    assert scorer.predict_proba(table)[:, 1] == pytest.approx((LABELS.sum() + 0.5) / 401)


@pytest.mark.parametrize(
    ("labels", "fact"),
    [
        (LABELS[:-1], "one label each"),
        (np.where(LABELS == 1, np.nan, 0), "1 for won"),
        (LABELS + 1, "1 for won"),
        (LABELS[:, None], "one label each"),
    ],
)
def test_labels_that_cannot_be_learned_from_are_refused(labels, fact):
    """Too few labels, open outcomes and other numbers than 0 and 1 are refused before anything is fitted."""
    with pytest.raises(UnusableLabels, match=fact):
        TrainableScorer(FEATURE_SET, SETTINGS).fit(TABLE, labels)


def test_no_rows_cannot_be_learned_from():
    """Fitting needs at least one row."""
    with pytest.raises(UnusableLabels, match="at least one row"):
        TrainableScorer(FEATURE_SET, SETTINGS).fit(TABLE.take(np.array([], dtype=int)), np.empty(0))


def test_scores_need_a_fitted_scorer():
    """A scorer that was neither fitted nor loaded says so."""
    with pytest.raises(NotFitted):
        TrainableScorer(FEATURE_SET, SETTINGS).score_features(TABLE)
    with pytest.raises(NotFitted):
        TrainableScorer(FEATURE_SET, SETTINGS).warm_up()


def test_fitting_again_changes_nothing(scorer):
    """The same rows give the same scorer, to the bit."""
    assert make_scorer().predict_proba(TABLE).tobytes() == scorer.predict_proba(TABLE).tobytes()
