"""The verdict: what follows from the numbers, and what does not."""

import re

import numpy as np
import pytest

from tests.training.reports import make_comparison
from training import report as rp
from training.baselines import BaseRate
from training.evaluation import compute_comparison


@pytest.mark.parametrize("reference", ["hotlead", "base rate"])
def test_a_model_that_tells_leads_apart_has_lift(reference):
    """The verdict names the gain with its interval, whichever of the two is the reference."""
    comparison = make_comparison(reference=reference).set_index("model")
    verdict = rp.compute_verdict(comparison.reset_index())
    gain = comparison.loc["base rate", "log_loss"] - comparison.loc["hotlead", "log_loss"]
    assert verdict.kind == "lift"
    assert verdict.sentences[0].startswith(
        f"Hotlead beats the base rate of the training period by {gain:.3f} ± 0.0"
    )
    assert "times as often as the average lead" in verdict.sentences[1]


def test_the_reference_does_not_change_the_gain():
    """The same rows give the same first sentence from either side of the difference, to a bootstrap's breath."""
    spans = []
    for reference in ("hotlead", "base rate"):
        sentence = rp.compute_verdict(make_comparison(reference=reference)).sentences[0]
        spans.append([float(number) for number in re.findall(r"0\.\d+", sentence)])
    assert spans[0] == pytest.approx(spans[1], abs=0.004)


@pytest.mark.parametrize("seed", range(5))
def test_a_model_of_noise_has_no_lift(seed):
    """A model that knows nothing is called what it is, and sales is told not to rank by it."""
    verdict = rp.compute_verdict(make_comparison(slope=0.0, seed=seed))
    assert verdict.kind == "no_lift"
    assert verdict.sentences[0].startswith("No lift: on the test period the model is no better than the base rate")
    assert "95 % interval" in verdict.sentences[0]
    assert "Do not rank leads by it." in verdict.sentences[0]


def test_a_model_that_ranks_upside_down_has_no_lift():
    """An inverted order is worse than none."""
    assert rp.compute_verdict(make_comparison(slope=-1.0)).kind == "no_lift"


def test_a_constant_equal_to_the_base_rate_has_no_lift():
    """A gain that is surely negligible is no gain."""
    labels = np.tile([1.0, 0, 0, 0], 500)
    models = {"hotlead": np.full(2000, 0.2501), "base rate": np.full(2000, 0.2503)}
    verdict = rp.compute_verdict(compute_comparison(labels, models, "hotlead", seed=0, repeats=200))
    assert verdict.kind == "no_lift"


def test_a_gain_in_level_alone_is_no_reason_to_rank():
    """A flat model that merely knows the new rate beats the old base rate and still orders nothing."""
    labels = np.tile([1.0, 0], 500)
    old = BaseRate().fit(np.empty((1000, 0)), np.repeat([1, 0], [100, 900])).predict_proba(labels)[:, 1]
    models = {"hotlead": np.full(1000, 0.45), "base rate": old}
    verdict = rp.compute_verdict(compute_comparison(labels, models, "hotlead", seed=0, repeats=200))
    assert verdict.kind == "unclear"
    assert "only in level" in verdict.sentences[0]
    assert "Do not rank leads by it." in verdict.sentences[0]


def test_a_good_order_with_wrong_probabilities_is_said_to_be_that():
    """A model far off in level loses to the base rate but its order is not thrown away."""
    verdict = rp.compute_verdict(make_comparison(shift=4.0))
    assert verdict.kind == "unclear"
    assert "Use the order, not the probability." in verdict.sentences[0]


@pytest.mark.parametrize(("won", "lost"), [(0, 500), (9, 500), (500, 9), (500, 0)])
def test_too_few_outcomes_give_no_verdict(won, lost):
    """Fewer than ten leads of one outcome cannot carry an interval, however good the numbers look."""
    labels = np.repeat([1.0, 0.0], [won, lost])
    models = {"hotlead": 0.8 * labels + 0.1, "base rate": np.full(won + lost, 0.4)}
    verdict = rp.compute_verdict(compute_comparison(labels, models, "hotlead", seed=0, repeats=50))
    assert verdict.kind == "unclear"
    assert f"only {min(won, lost)} leads of one outcome" in verdict.sentences[0]


def test_a_small_test_period_brings_a_caution():
    """Between ten and a hundred outcomes the verdict stands with a warning; above it stands alone."""
    small, large = make_comparison(n=200), make_comparison()
    assert "take it with care" in rp.compute_verdict(small).sentences[-1]
    assert "take it with care" not in " ".join(rp.compute_verdict(large).sentences)


def test_a_simpler_model_that_does_as_well_is_named():
    """A rival the model does not clearly beat is said so; a beaten one is listed."""
    told = " ".join(rp.compute_verdict(make_comparison()).sentences)
    rows = {row.model: row for row in rp.list_rows(make_comparison())}
    assert rows["points scorecard"].difference_lower > 0
    assert "also beats the" in told
    equal = make_comparison().copy()
    logistic = equal["model"] == "logistic regression"
    equal.loc[logistic, ["difference_lower", "difference_upper"]] = [-0.001, 0.001]
    assert "not clearly better than the logistic regression" in " ".join(rp.compute_verdict(equal).sentences)
    equal.loc[logistic, ["difference_lower", "difference_upper"]] = [-0.003, -0.001]
    assert "is worse than the logistic regression" in " ".join(rp.compute_verdict(equal).sentences)


def test_the_base_rate_of_the_training_period_is_the_opponent():
    """When the rate has moved, the opponent keeps the old rate and is easier to beat than the test's own."""
    old, own = make_comparison(rate=0.1), make_comparison()
    loss = [table.set_index("model").loc["base rate", "log_loss"] for table in (old, own)]
    assert loss[0] > loss[1]
    assert "base rate of the training period" in rp.compute_verdict(old).sentences[0]


@pytest.mark.parametrize("reference", ["logistic regression", "points scorecard"])
def test_a_comparison_without_the_paired_difference_is_refused(reference):
    """Against a third model there is no interval for the verdict to rest on."""
    with pytest.raises(rp.UnpairedComparison, match="reference"):
        rp.compute_verdict(make_comparison(reference=reference))
    with pytest.raises(rp.UnpairedComparison):
        rp.compute_verdict(make_comparison().query("model != 'base rate'"))
