"""Baselines: fair opponents that survive any table and never warn."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from training.baselines import MISSING, OTHER, BaseRate, LatestSliceLogistic, PointsScorecard, build_logistic
from training.evaluation import compute_auc, compute_log_loss

MODELS = {"base rate": BaseRate, "logistic": build_logistic, "scorecard": PointsScorecard}


def make_leads(n, seed=0):
    """Draw raw features of every awkward kind and labels that follow two of them."""
    rng = np.random.default_rng(seed)
    visits = rng.poisson(3, n).astype(float)
    source = rng.choice(["ads", "event", "partner"], n)
    log_odds = 0.6 * (visits - 3) + 1.5 * (source == "partner") - 1
    frame = pd.DataFrame(
        {
            "visits": np.where(rng.random(n) < 0.1, np.nan, visits),
            "source": pd.Series(np.where(rng.random(n) < 0.1, None, source), dtype=object),
            "city": [f"city {i}" for i in range(n)],
            "empty_number": np.full(n, np.nan),
            "empty_text": pd.Series([None] * n, dtype=object),
            "same_number": np.full(n, 7.0),
            "same_text": pd.Series(["x"] * n, dtype="str"),
            "huge": rng.lognormal(0, 12, n),
            "infinite": np.where(rng.random(n) < 0.1, np.inf, 1.0),
        }
    )
    return frame, (rng.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float)


def predict_won(model, frame):
    """Predict and check the shape every baseline promises; return the probability of a win."""
    probabilities = model.predict_proba(frame)
    assert probabilities.shape == (len(frame), 2)
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert np.isfinite(probabilities).all()
    return probabilities[:, 1]


def test_the_base_rate_comes_from_the_training_period():
    """Test rows of another rate do not change what the base rate predicts for them."""
    rate = BaseRate().fit(np.empty((1000, 0)), np.repeat([1, 0], [100, 900]))
    later = np.repeat([1.0, 0.0], [50, 50])
    probabilities = rate.predict_proba(np.empty((100, 3)))[:, 1]
    assert probabilities == pytest.approx(0.1, abs=0.001)
    assert compute_log_loss(later, probabilities) > compute_log_loss(later, np.full(100, 0.5)) + 0.4


@pytest.mark.parametrize("build", [build_logistic, PointsScorecard])
def test_a_baseline_learns_what_is_there(build):
    """On later rows it beats the base rate clearly, in loss and in order."""
    frame, labels = make_leads(3000)
    model = build().fit(frame[:2000], labels[:2000])
    won = predict_won(model, frame[2000:])
    base = BaseRate().fit(frame[:2000], labels[:2000]).predict_proba(frame[2000:])[:, 1]
    assert compute_log_loss(labels[2000:], won) < compute_log_loss(labels[2000:], base) - 0.08
    assert compute_auc(labels[2000:], won) > 0.72


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("label", [0.0, 1.0])
def test_labels_of_one_class_give_the_base_rate(name, label):
    """With nothing to tell apart every model predicts the one rate it saw."""
    frame, _ = make_leads(50)
    won = predict_won(MODELS[name]().fit(frame, np.full(50, label)), frame)
    assert won == pytest.approx((50 * label + 0.5) / 51)


@pytest.mark.parametrize("name", MODELS)
def test_labels_may_be_boolean(name):
    """Boolean labels and 0.0/1.0 labels give the same model."""
    frame, labels = make_leads(200)
    one, other = MODELS[name]().fit(frame, labels), MODELS[name]().fit(frame, labels.astype(bool))
    assert predict_won(one, frame) == pytest.approx(predict_won(other, frame))


@pytest.mark.parametrize("name", MODELS)
def test_a_table_without_a_usable_column_gives_the_base_rate(name):
    """Columns without values or variation teach nothing, and hurt nothing."""
    frame, labels = make_leads(400)
    dull = frame[["empty_number", "empty_text", "same_number", "same_text", "city"]]
    expected = (labels.sum() + 0.5) / 401
    assert predict_won(MODELS[name]().fit(dull, labels), dull) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("name", MODELS)
def test_a_table_without_columns_gives_the_base_rate(name):
    """No column at all is a table too."""
    bare, labels = pd.DataFrame(index=range(40)), np.tile([1.0, 0.0], 20)
    assert predict_won(MODELS[name]().fit(bare, labels), bare) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("name", MODELS)
def test_unseen_levels_and_newly_missing_values_are_scored(name):
    """A level, a gap or a magnitude never met in training gets a probability."""
    frame, labels = make_leads(500)
    model = MODELS[name]().fit(frame, labels)
    fresh = frame[:4].copy()
    fresh["source"] = pd.Series(["new", None, 7, "ads"], dtype=object)
    fresh["same_number"] = [np.nan, 1e300, -np.inf, 0]
    fresh["same_text"] = pd.Series([None, "y", "x", "z"], dtype=object)
    fresh["visits"] = pd.Series([None] * 4, dtype=object)
    won = predict_won(model, fresh)
    assert ((won > 0) & (won < 1)).all()


@pytest.mark.parametrize("build", [build_logistic, PointsScorecard])
def test_the_order_and_number_of_later_columns_do_not_matter(build):
    """Columns are found by name: shuffled and added ones change nothing."""
    frame, labels = make_leads(400)
    model = build().fit(frame, labels)
    turned = frame[frame.columns[::-1]].assign(added=1.0)
    assert predict_won(model, turned) == pytest.approx(predict_won(model, frame))


@settings(max_examples=15, deadline=None)
@given(st.data(), st.sampled_from(sorted(MODELS)))
def test_no_table_makes_a_baseline_fail_or_warn(data, name):
    """Any small table of numbers and text can be fitted and predicted without a warning."""
    n = data.draw(st.integers(2, 30))
    numbers = st.one_of(st.just(np.nan), st.floats(allow_nan=True, allow_infinity=True))
    texts = st.one_of(st.none(), st.text(max_size=3))
    frame = pd.DataFrame(
        {
            "number": data.draw(st.lists(numbers, min_size=n, max_size=n)),
            "text": pd.Series(data.draw(st.lists(texts, min_size=n, max_size=n)), dtype=object),
        }
    )
    labels = np.array(data.draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=n, max_size=n)))
    predict_won(MODELS[name]().fit(frame, labels), frame)


def test_the_strength_is_chosen_on_the_latest_rows():
    """A column that stops telling anything in the last slice is shrunk away; one that goes on is not."""
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 2, 1000)
    lasting = (2 * labels - 1 + rng.normal(0, 1, 1000))[:, None]
    stopped = np.where(np.arange(1000)[:, None] < 800, lasting, rng.normal(0, 1, (1000, 1)))
    assert LatestSliceLogistic().fit(lasting, labels).C_ > LatestSliceLogistic().fit(stopped, labels).C_


@pytest.mark.parametrize("build", [build_logistic, PointsScorecard])
def test_missing_itself_can_be_the_signal(build):
    """A column that is either missing or always the same still tells the two kinds of lead apart."""
    labels = np.tile([1, 0, 0, 1, 0], 60)
    frame = pd.DataFrame({"flag": np.where(np.tile([1, 1, 0, 1, 0], 60) == 1, 1.0, np.nan)})
    won = predict_won(build().fit(frame, labels), frame)
    assert won[0] == pytest.approx(2 / 3, abs=0.1)
    assert won[2] < 0.1


def test_separable_rows_converge():
    """Perfectly separated classes neither diverge nor warn."""
    labels = np.tile([0, 1], 100)
    frame = pd.DataFrame({"tell": labels * 1e6, "text": np.where(labels, "a", "b")})
    won = predict_won(build_logistic().fit(frame, labels), frame)
    assert won[1] > 0.95
    assert won[0] < 0.05


def test_scorecard_points_are_small_integers():
    """Every entry is an integer within twenty points, and a lead's score is the sum of its entries."""
    frame, labels = make_leads(1000)
    card = PointsScorecard().fit(frame, labels)
    assert card.table_["points"].dtype == np.int64
    separated = PointsScorecard().fit(frame.assign(source=np.where(labels, "a", "b")), labels)
    assert separated.table_["points"].max() == 20
    assert separated.table_["points"].min() == -20
    row = pd.DataFrame({**frame.iloc[[0]].to_dict("list"), "visits": [np.nan], "source": ["partner"]})
    entries = card.table_.set_index(["column", "bin"])["points"]
    expected = entries["visits", MISSING] + entries["source", "partner"]
    others = [name for name in card.table_["column"].unique() if name not in ("visits", "source")]
    assert others == ["huge"] or not others
    without = card.score_points(row)[0] - expected
    assert without in [0, *entries.loc[others].tolist()]
    assert card.score_points(row).dtype == np.int64


def test_scorecard_evidence_matches_a_hand_count():
    """Two equal bins with 30 and 10 wins of 50 carry the log of their odds against the average."""
    frame = pd.DataFrame({"source": ["a"] * 50 + ["b"] * 50})
    labels = np.concatenate([np.repeat([1, 0], [30, 20]), np.repeat([1, 0], [10, 40])])
    table = PointsScorecard().fit(frame, labels).table_.set_index("bin")
    expected = np.log((30.5 / 41) / (20.5 / 61))
    assert table.loc["a", "weight_of_evidence"] == pytest.approx(expected)
    assert table.loc["a", "points"] == round(expected * 5 / np.log(2))
    assert table["win_rate"].tolist() == pytest.approx([0.6, 0.2])
    assert table["count"].tolist() == [50, 50]


def test_scorecard_keeps_only_the_most_informative_columns():
    """Among many columns the telling ones stay, sorted, and noise is left out."""
    frame, labels = make_leads(2000)
    rng = np.random.default_rng(1)
    noise = pd.DataFrame({f"noise {i}": rng.normal(size=2000) for i in range(15)})
    wide = pd.concat([noise, frame], axis=1)
    table = PointsScorecard(columns=2).fit(wide, labels).table_
    assert list(table["column"].unique()) == ["visits", "source"]
    assert table["information_value"].is_monotonic_decreasing
    assert len(PointsScorecard().fit(wide, labels).table_["column"].unique()) <= 4


def test_scorecard_pools_rare_levels_and_keeps_missing_apart():
    """Levels under one row in twenty share a bin; missing has its own even when it is rare."""
    levels = ["a"] * 60 + ["b"] * 34 + ["c", "d", "e", "f"] + [None] * 2
    labels = np.array([1] * 50 + [0] * 44 + [1, 1, 0, 0, 1, 1])
    frame = pd.DataFrame({"level": pd.Series(levels, dtype=object)})
    table = PointsScorecard().fit(frame, labels).table_.set_index("bin")
    assert table["count"].to_dict() == {"a": 60, "b": 34, OTHER: 4, MISSING: 2}


@pytest.mark.parametrize("name", MODELS)
def test_a_baseline_can_be_cloned(name):
    """A clone fits afresh and predicts the same."""
    frame, labels = make_leads(200)
    model = MODELS[name]().fit(frame, labels)
    assert predict_won(clone(model).fit(frame, labels), frame) == pytest.approx(predict_won(model, frame))
