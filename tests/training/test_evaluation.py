"""Evaluation: the metrics agree with scikit-learn and keep their promises on ties, order and groups."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn import metrics

from training import evaluation as ev

SCALARS = (
    ev.compute_log_loss,
    ev.compute_brier,
    ev.compute_average_precision,
    ev.compute_auc,
    ev.compute_calibration_error,
    ev.compute_calibration_deviation,
    ev.compute_lift,
)


@st.composite
def predictions(draw):
    """Draw labels of both classes, probabilities with many ties, and weights."""
    n = draw(st.integers(2, 60))
    labels = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)), float)
    assume(labels.min() != labels.max())
    grid = st.integers(0, 20).map(lambda step: step / 20)
    probabilities = np.array(draw(st.lists(grid, min_size=n, max_size=n)))
    weights = np.array(draw(st.lists(st.integers(1, 5), min_size=n, max_size=n)), float)
    return labels, probabilities, weights


def make_calibrated(n, seed=3):
    """Draw probabilities and outcomes that follow them exactly."""
    rng = np.random.default_rng(seed)
    probabilities = rng.beta(1, 4, n)
    return (rng.random(n) < probabilities).astype(float), probabilities


@settings(max_examples=60, deadline=None)
@given(predictions())
def test_metrics_agree_with_scikit_learn(rows):
    """Where scikit-learn has the metric, the number is the same, weighted or not."""
    labels, probabilities, weights = rows
    pairs = [
        (ev.compute_log_loss, metrics.log_loss),
        (ev.compute_brier, metrics.brier_score_loss),
        (ev.compute_average_precision, metrics.average_precision_score),
        (ev.compute_auc, metrics.roc_auc_score),
    ]
    for ours, theirs in pairs:
        assert ours(labels, probabilities) == pytest.approx(theirs(labels, probabilities))
        expected = theirs(labels, probabilities, sample_weight=weights)
        assert ours(labels, probabilities, weights) == pytest.approx(expected)


@settings(max_examples=60, deadline=None)
@given(predictions(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, random):
    """Every metric is a function of the set of rows, not of their order."""
    order = random.sample(range(len(rows[0])), len(rows[0]))
    shuffled = [column[order] for column in rows]
    for compute in SCALARS:
        assert compute(*shuffled) == pytest.approx(compute(*rows), abs=1e-12)
    pd.testing.assert_frame_equal(ev.compute_gains(*shuffled), ev.compute_gains(*rows))
    pd.testing.assert_frame_equal(ev.compute_reliability(*shuffled), ev.compute_reliability(*rows))


@settings(max_examples=40, deadline=None)
@given(predictions())
def test_a_whole_weight_is_a_repeated_row(rows):
    """A row of weight 3 counts as three equal rows in every metric."""
    labels, probabilities, weights = rows
    times = weights.astype(int)
    repeated = np.repeat(labels, times), np.repeat(probabilities, times)
    for compute in (*SCALARS[:4], ev.compute_calibration_deviation, ev.compute_lift):
        assert compute(*rows) == pytest.approx(compute(*repeated), abs=1e-12)


@given(st.integers(1, 50), st.integers(0, 50), st.floats(0, 1), st.floats(0.01, 1))
def test_a_constant_model_has_a_lift_of_exactly_one(won, lost, probability, share):
    """Ties are shared fairly: a model that tells no leads apart lifts nothing."""
    labels = np.repeat([1.0, 0.0], [won, lost])
    assert ev.compute_lift(labels, np.full(won + lost, probability), share=share) == 1.0


def test_lift_takes_ties_in_expected_random_order():
    """The expected lift equals the mean over many random orders of the tied leads."""
    rng = np.random.default_rng(0)
    labels = (rng.random(40) < 0.3).astype(float)
    probabilities = rng.integers(0, 3, 40) / 4
    lifts = [ev.compute_lift(labels, probabilities + rng.random(40) / 100, share=0.25) for _ in range(4000)]
    assert ev.compute_lift(labels, probabilities, share=0.25) == pytest.approx(np.mean(lifts), abs=0.02)


def test_a_perfect_order_has_the_largest_lift():
    """With one lead in ten won and ranked first, the top tenth holds ten times the average."""
    labels = np.repeat([1.0, 0.0], [10, 90])
    assert ev.compute_lift(labels, np.linspace(1, 0, 100)) == pytest.approx(10)


def test_a_calibrated_model_has_next_to_no_calibration_error():
    """On a large sample that follows its probabilities the error vanishes; debiasing helps on a small one."""
    assert ev.compute_calibration_error(*make_calibrated(200_000)) < 0.002
    small = [make_calibrated(500, seed) for seed in range(40)]
    plain = [
        np.average(np.abs(table["observed_rate"] - table["mean_predicted"]), weights=table["count"])
        for table in (ev.compute_reliability(*rows) for rows in small)
    ]
    debiased = [ev.compute_calibration_error(*rows) for rows in small]
    assert np.mean(debiased) < 0.7 * np.mean(plain)


def test_a_shifted_model_shows_its_shift_as_calibration_error():
    """Probabilities that are 0.1 too high have an error of 0.1, and no bin deviates less than the mean."""
    labels, probabilities = make_calibrated(200_000)
    shifted = np.minimum(probabilities + 0.1, 1)
    error = ev.compute_calibration_error(labels, shifted)
    assert error == pytest.approx(0.1, abs=0.003)
    assert ev.compute_calibration_deviation(labels, shifted) >= error


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_one_class_gives_nan_where_there_is_nothing_to_rank(label):
    """With a class absent, AUC and average precision are NaN and the losses are still numbers."""
    computed = ev.compute_metrics(np.full(5, label), np.linspace(0.1, 0.9, 5))
    assert np.isnan([computed.auc, computed.average_precision]).all()
    assert np.isfinite([computed.log_loss, computed.brier, computed.calibration_error]).all()
    assert np.isnan(ev.compute_auc_interval(np.full(5, label), np.linspace(0.1, 0.9, 5))).all()


def test_nobody_won_leaves_lift_and_gains_undefined():
    """Without a win there is no share of wins to capture."""
    gains = ev.compute_gains(np.zeros(5), np.linspace(0, 1, 5))
    assert np.isnan(ev.compute_lift(np.zeros(5), np.linspace(0, 1, 5)))
    assert gains["captured"].isna().all()
    assert (gains["won"] == 0).all()


@settings(max_examples=40, deadline=None)
@given(predictions())
def test_gains_rise_from_nothing_to_everything(rows):
    """The captured share never falls, starts at 0, ends at 1, and agrees with the lift."""
    gains = ev.compute_gains(*rows)
    assert gains["captured"].iloc[0] == 0
    assert gains["captured"].iloc[-1] == pytest.approx(1)
    assert (gains["captured"].diff().iloc[1:] >= -1e-12).all()
    assert gains["lift"].iloc[10] == pytest.approx(ev.compute_lift(*rows, share=0.1))
    assert gains["won"].iloc[-1] == pytest.approx((rows[0] * rows[2]).sum())


@settings(max_examples=40, deadline=None)
@given(predictions(), st.integers(1, 12))
def test_reliability_keeps_every_row_once_and_its_rate_inside_the_interval(rows, bins):
    """Bins partition the rows, equal probabilities share a bin, and each interval holds its rate."""
    table = ev.compute_reliability(rows[0], rows[1], bins=bins)
    assert table["count"].sum() == len(rows[0])
    assert len(table) <= min(bins, len(np.unique(rows[1])))
    assert table["mean_predicted"].is_monotonic_increasing
    assert table["observed_rate"].between(table["lower"] - 1e-12, table["upper"] + 1e-12).all()


def test_the_wilson_interval_matches_a_published_value():
    """For 0 of 10 the 95 % Wilson interval is 0 to 0.2775 (Newcombe, 1998)."""
    table = ev.compute_reliability(np.zeros(10), np.full(10, 0.2), bins=1)
    assert table.loc[0, "lower"] == pytest.approx(0, abs=1e-12)
    assert table.loc[0, "upper"] == pytest.approx(0.2775, abs=1e-4)


def test_the_auc_interval_covers_as_often_as_it_says():
    """Over repeated samples about 95 % of the intervals hold the true AUC."""
    rng = np.random.default_rng(1)
    truth, hits = 0.7602, 0  # P(N(1, 1) > N(0, 1)) = Phi(1 / sqrt 2)
    for _ in range(300):
        labels = np.repeat([1.0, 0.0], [80, 120])
        scores = 1 / (1 + np.exp(-(rng.normal(size=200) + labels)))
        lower, upper = ev.compute_auc_interval(labels, scores)
        hits += lower <= truth <= upper
    assert 0.91 <= hits / 300 <= 0.985


def test_repeating_the_rows_of_a_lead_adds_no_certainty():
    """Four copies of every row leave both intervals as they were, once the copies are grouped."""
    labels, probabilities = make_calibrated(400)
    copies = np.tile(labels, 4), np.tile(probabilities, 4)
    groups = np.tile([f"lead {i}" for i in range(400)], 4)
    single = ev.compute_auc_interval(labels, probabilities)
    assert ev.compute_auc_interval(*copies, groups=groups) == pytest.approx(single)
    flat = {"model": probabilities, "flat": np.full(400, 0.2)}
    tiled = {name: np.tile(p, 4) for name, p in flat.items()}
    once = ev.compute_comparison(labels, flat, "flat", seed=0, repeats=400)
    grouped = ev.compute_comparison(copies[0], tiled, "flat", seed=0, repeats=400, groups=groups)
    alone = ev.compute_comparison(copies[0], tiled, "flat", seed=0, repeats=400)
    width = [table["difference_upper"][0] - table["difference_lower"][0] for table in (once, grouped, alone)]
    assert width[1] == pytest.approx(width[0], rel=0.15)
    assert width[2] < 0.7 * width[0]


def test_the_comparison_is_paired_and_the_reference_differs_by_nothing():
    """The reference row is exactly zero; the better model lies below it with its whole interval."""
    labels, probabilities = make_calibrated(3000)
    models = {"good": probabilities, "constant": np.full(3000, 0.2)}
    table = ev.compute_comparison(labels, models, "constant", seed=5, repeats=300).set_index("model")
    assert table.loc["constant", ["difference", "difference_lower", "difference_upper"]].tolist() == [0, 0, 0]
    assert table.loc["good", "difference_lower"] < table.loc["good", "difference"]
    assert table.loc["good", "difference"] < table.loc["good", "difference_upper"] < 0
    gap = table.loc["good", "log_loss"] - table.loc["constant", "log_loss"]
    assert table.loc["good", "difference"] == pytest.approx(gap)
    assert table.loc["good", "auc_lower"] < table.loc["good", "auc"] < table.loc["good", "auc_upper"]


def test_the_comparison_repeats_itself_for_a_seed_in_any_row_order():
    """One seed gives one table, however the rows are sorted; another seed gives other intervals."""
    labels, probabilities = make_calibrated(500)
    models = {"good": probabilities, "constant": np.full(500, 0.2)}
    order = np.random.default_rng(9).permutation(500)
    shuffled = {name: p[order] for name, p in models.items()}
    first = ev.compute_comparison(labels, models, "constant", seed=5, repeats=100)
    again = ev.compute_comparison(labels[order], shuffled, "constant", seed=5, repeats=100)
    other = ev.compute_comparison(labels, models, "constant", seed=6, repeats=100)
    pd.testing.assert_frame_equal(first, again)
    assert not first["difference_lower"].equals(other["difference_lower"])


@pytest.mark.parametrize(
    ("labels", "probabilities", "weights"),
    [
        ([], [], None),
        ([0, 1], [0.5], None),
        ([0, 2], [0.5, 0.5], None),
        ([0, np.nan], [0.5, 0.5], None),
        ([0, 1], [0.5, np.nan], None),
        ([0, 1], [0.5, 1.1], None),
        ([0, 1], [0.5, 0.5], [1, 0]),
        ([0, 1], [0.5, 0.5], [1, np.inf]),
    ],
)
def test_malformed_predictions_are_refused(labels, probabilities, weights):
    """Rows that cannot be evaluated raise instead of giving a number."""
    for compute in (*SCALARS, ev.compute_metrics, ev.compute_gains, ev.compute_reliability):
        with pytest.raises(ev.MalformedPredictions):
            compute(labels, probabilities, weights)


def test_a_wrong_reference_share_bin_count_or_group_is_refused():
    """Arguments out of range raise and say what would be right."""
    with pytest.raises(ev.UnknownReference, match="good"):
        ev.compute_comparison([0, 1], {"good": [0.2, 0.8]}, "best", seed=0)
    with pytest.raises(ValueError, match="share"):
        ev.compute_lift([0, 1], [0.2, 0.8], share=0)
    with pytest.raises(ValueError, match="bins"):
        ev.compute_reliability([0, 1], [0.2, 0.8], bins=0)
    with pytest.raises(ev.MalformedPredictions, match="Groups"):
        ev.compute_auc_interval([0, 1], [0.2, 0.8], groups=["a", None])
