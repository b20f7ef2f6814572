"""Public data, from file to verdict: honest figures where there is something to learn, and a plain no where not."""

from pathlib import Path

import pytest

from training.fitting import BASE_RATE, OURS, TrainingOptions, fit_history
from training.importing.pipeline import import_history
from training.recipes.reading import read_recipe
from training.recipes.recipe import find_recipe_file
from training.report import compute_verdict
from training.tuning import CANDIDATES

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the public data sets are not beside the repository")
SMALL, MIDDLE = CANDIDATES[0], CANDIDATES[2]


def learn(file, recipe, candidate, **options):
    """Import a file by a bundled recipe, and fit with a single candidate on all but the latest 30 %."""
    history = import_history(DATA / file, recipe=read_recipe(find_recipe_file(recipe))).history
    return fit_history(history, TrainingOptions(test_share=0.3, candidates=(candidate,), **options))


def read_row(fitted, model):
    """Return what was measured of a model on the test."""
    return fitted.comparison.set_index("model").loc[model]


def beats_base_rate(fitted):
    """Tell whether a model is shown to be a tenth better than a constant."""
    is_lift = compute_verdict(fitted.comparison).kind == "lift"
    return is_lift and read_row(fitted, OURS)["log_loss"] < 0.9 * read_row(fitted, BASE_RATE)["log_loss"]


def test_x_education_is_predicted_as_well_as_by_the_best_of_its_kind():
    """Leaks removed, tested on the latest 30 % by Lead Number: log loss and AUC are those of tuned learners."""
    fitted = learn("xeducation/leads.csv.gz", "xeducation", MIDDLE)
    ours = read_row(fitted, OURS)
    assert fitted.split.kind == "time"
    assert len(fitted.split.test) == 2_772
    assert ours["log_loss"] <= 0.415
    assert ours["auc"] >= 0.88
    assert compute_verdict(fitted.comparison).kind == "lift"


def test_a_drifting_set_beats_the_base_rate():
    """Without the leaks there is something left to learn of the bank's calls."""
    assert beats_base_rate(learn("bank_marketing/bank-full.csv.gz", "bank_marketing", SMALL))


def test_what_is_known_of_households_stops_at_the_campaign():
    """In The Complete Journey every label learned from was known before the test began, and that is enough."""
    fitted = learn("completejourney/campaigns.parquet", "completejourney", MIDDLE, hot_per_week=20.0)
    assert beats_base_rate(fitted)
    rows, split = fitted.rows, fitted.split
    assert rows.horizon_days == 60
    assert split.n_embargoed > 0
    assert rows.known_at[split.development].max() <= rows.order[split.test].min()


def test_nothing_is_found_where_nothing_is_to_be_found():
    """The Maven CRM is invented without a signal: no trees, and the report says not to rank by it."""
    fitted = learn("maven_crm/sales_pipeline.csv.gz", "maven_crm", SMALL)
    assert fitted.scorer.members_ == ()
    assert compute_verdict(fitted.comparison).kind != "lift"
    assert read_row(fitted, OURS)["log_loss"] <= read_row(fitted, BASE_RATE)["log_loss"] + 1e-3
