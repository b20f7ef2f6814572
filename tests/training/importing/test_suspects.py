from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.importing.columns import type_column
from training.importing.leaving_out import find_unfit
from training.importing.pipeline import import_history
from training.importing.suspect_names import find_name_rule
from training.importing.suspect_statistics import compute_column_statistics, compute_gain
from training.importing.suspects import find_suspects
from training.recipes.recipe import LeadsRecipe, OutcomeRecipe, Recipe

DATA = Path(__file__).parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the public data sets are not beside the repository")


def invent(n=2000, seed=0):
    """Return outcomes of n decided leads with a base rate of 30 %, and the generator."""
    rng = np.random.default_rng(seed)
    return pd.Series(np.where(rng.random(n) < 0.3, "won", "lost"), dtype="str"), rng


def suspects_of(attributes, outcome):
    """Return column → suspect."""
    return {suspect.column: suspect for suspect in find_suspects(attributes, outcome)}


def import_suspects(path, outcome, **leads):
    """Import a public file with nothing excluded; return column → suspect that is still in the schema, and all."""
    recipe = Recipe(leads=LeadsRecipe(**leads), outcome=outcome)
    about = import_history(DATA / path, recipe=recipe).history.about
    kept = {suspect.column: suspect for suspect in about.suspects if not suspect.is_left_out}
    return kept, {suspect.column: suspect for suspect in about.suspects}


@needs_data
@pytest.mark.parametrize("missing", [("Select",), ()])
def test_leaks_of_x_education_are_named_and_honest_columns_are_not(missing):
    """Everything sales or another scorer wrote is suspect; what the visitor did and said is not."""
    kept, everything = import_suspects(
        "xeducation/leads.csv.gz",
        OutcomeRecipe(column="Converted", won=("1",), lost=("0",)),
        id=("Prospect ID",),
        missing=missing,
    )
    assert set(kept) == {
        "Tags",
        "Lead Quality",
        "Lead Profile",
        "Last Activity",
        "Last Notable Activity",
        "Asymmetrique Activity Index",
        "Asymmetrique Profile Index",
        "Asymmetrique Activity Score",
        "Asymmetrique Profile Score",
    }
    assert {kept["Tags"].severity, kept["Lead Quality"].severity} == {"high"}
    assert "56%" in kept["Tags"].evidence
    assert {everything["Lead Number"].kind, everything["Magazine"].kind} == {"identifier", "constant"}


@needs_data
@pytest.mark.parametrize("file", ["bank-full", "bank-additional-full"])
def test_only_the_length_of_the_call_is_suspect_in_the_bank(file):
    """The duration is suspect by name and by figures; age, job, economy and earlier campaigns are not."""
    outcome = OutcomeRecipe(column="y", won=("yes",), lost=("no",))
    kept, _ = import_suspects(f"bank_marketing/{file}.csv.gz", outcome, id=("row",))
    assert list(kept) == ["duration"]
    assert kept["duration"].severity == "high"


@needs_data
def test_what_closes_with_the_deal_is_suspect_in_maven():
    """Value and account, filled in at the close, are suspect; the date of closing is out as a date."""
    outcome = OutcomeRecipe(column="deal_stage", won=("Won",), lost=("Lost",))
    kept, everything = import_suspects("maven_crm/sales_pipeline.csv.gz", outcome, id=("opportunity_id",))
    assert list(kept) == ["close_value", "account"]
    assert kept["close_value"].kind == "filled_in_late"
    assert everything["close_date"].is_left_out
    assert "how the lead ended" in everything["close_date"].evidence


def test_column_that_explains_the_outcome_is_suspect_under_any_name():
    """A column that nearly repeats the outcome is damning without a telling name."""
    outcome, rng = invent()
    copy = outcome.mask(pd.Series(rng.random(len(outcome)) < 0.05), "lost")
    found = suspects_of({"colour": copy, "noise": pd.Series(rng.normal(size=len(outcome)))}, outcome)
    assert set(found) == {"colour"}
    assert (found["colour"].kind, found["colour"].severity) == ("explains_outcome", "high")


def test_value_that_is_zero_for_lost_leads_is_suspect():
    """An amount that only won leads have above zero is told by its figures."""
    outcome, rng = invent()
    amount = pd.Series(np.where(outcome == "won", rng.lognormal(6, 1, len(outcome)), 0.0))
    assert suspects_of({"volume": amount}, outcome)["volume"].severity == "high"


def test_missingness_that_follows_the_outcome_is_suspect():
    """A column filled in for won leads and blank for most lost ones is suspect, whatever stands in it."""
    outcome, rng = invent()
    filled = (outcome == "won") | (pd.Series(rng.random(len(outcome))) < 0.2)
    values = pd.Series(rng.choice(["a", "b", "c"], len(outcome)), dtype="str").where(filled)
    assert "won where it is filled in" in suspects_of({"branch": values}, outcome)["branch"].evidence


def test_value_of_one_outcome_needs_support():
    """A value that only lost leads have is suspect when it is frequent, and chance when it is rare."""
    outcome, rng = invent()
    lost = (outcome == "lost").to_numpy()
    plain = rng.choice(["a", "b"], len(outcome)).astype(object)
    frequent, rare = plain.copy(), plain.copy()
    frequent[np.flatnonzero(lost)[:300]] = "never"
    rare[np.flatnonzero(lost)[:20]] = "never"
    found = suspects_of({"f": pd.Series(frequent, dtype="str"), "r": pd.Series(rare, dtype="str")}, outcome)
    assert set(found) == {"f"}
    assert "'never' with 0.0% won" in found["f"].evidence


def test_column_that_open_leads_lack_is_suspect():
    """What is filled in only once a lead is decided was filled in with the outcome."""
    outcome, _ = invent(400)
    with_open = pd.concat([outcome, pd.Series(["open"] * 200, dtype="str")], ignore_index=True)
    values = pd.Series(["x", "y"] * 300, dtype="str").where(with_open != "open")
    assert suspects_of({"room": values}, with_open)["room"].kind == "filled_in_late"


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), strength=st.floats(0, 1.2))
def test_honest_predictors_are_not_suspect(seed, strength):
    """Noise, and a normal predictor of usual strength, raise no alarm in any sample."""
    rng = np.random.default_rng(seed)
    signal = rng.normal(size=1500)
    won = rng.random(1500) < 1 / (1 + np.exp(-(strength * signal - 1)))
    outcome = pd.Series(np.where(won, "won", "lost"), dtype="str")
    attributes = {
        "visits": pd.Series(signal),
        "noise": pd.Series(rng.normal(size=1500)),
        "source": pd.Series(rng.choice(list("abcdef"), 1500), dtype="str"),
        "many": pd.Series(rng.integers(0, 400, 1500).astype(str), dtype="str"),
    }
    assert find_suspects(attributes, outcome) == ()


def test_few_decided_leads_prove_nothing():
    """With a handful of decided leads only names can raise a doubt."""
    outcome = pd.Series(["won", "lost"] * 10, dtype="str")
    found = suspects_of({"copy": outcome, "lead_status": outcome}, outcome)
    assert set(found) == {"lead_status"}
    assert found["lead_status"].severity == "medium"


def test_gain_of_noise_is_not_above_zero_and_of_a_copy_nearly_one():
    """The cross-fitted gain punishes many groups without information and finds a copy of the outcome."""
    outcome, rng = invent()
    won = (outcome == "won").to_numpy()
    assert compute_gain(rng.integers(0, 300, len(won)), won) < 0
    assert compute_gain(won.astype(np.int64), won) > 0.95


def test_statistics_name_the_group():
    """The most frequent one-sided value is told by name, and for numbers by its range."""
    outcome, _ = invent(6000)
    won = (outcome == "won").to_numpy(copy=True)
    numbers = pd.Series(np.arange(len(won), dtype=float))
    won[:600] = False
    statistics = compute_column_statistics(numbers, won)
    assert statistics.one_sided_rate == 0.0
    assert " to " in statistics.one_sided_value


@pytest.mark.parametrize(
    "name",
    [
        "Lead Status",
        "deal_stage",
        "Tags",
        "Lost Reason",
        "IsConverted",
        "Last Notable Activity",
        "LastModifiedDate",
        "Lead Score",
        "duration",
        "close_date",
        "Verlustgrund",
        "Motif de perte",
        "Abschlussdatum",
        "num_contacted_notes",
    ],
)
def test_telling_names_are_recognised(name):
    """Names of stages, verdicts, reasons, last activities and closings break a rule, in several languages."""
    assert find_name_rule(name) is not None


@pytest.mark.parametrize(
    "name",
    [
        "marital_status",
        "Employment Status",
        "credit_score",
        "funding_stage",
        "poutcome",
        "country",
        "Industry",
        "Total Time Spent on Website",
        "cons.price.idx",
        "previous",
        "campaign",
        "Lead Origin",
        "Tagesgeschäft",
    ],
)
def test_harmless_names_are_left_alone(name):
    """Names that only resemble such words break no rule."""
    assert find_name_rule(name) is None


ROWS = 60


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("a", [None] * ROWS, "empty"),
        ("a", ["No"] * ROWS, "constant"),
        ("a", [f"x{number}" for number in range(ROWS)], "identifier"),
        ("Lead Number", [str(660_000 - 7 * number) for number in range(ROWS)], "identifier"),
        ("customer_no", [str(number * 7919 % 100_003) for number in range(ROWS)], "identifier"),
        (
            "a",
            ["a very long remark about what the customer said on the phone"] * 30 + ["b c d e f g h i j k"] * 30,
            "free_text",
        ),
        ("a", ["2026-01-01", "2026-02-01", None] * 20, "date"),
        ("First Name", ["Ann", "Bo", "Cy"] * 20, "personal"),
    ],
)
def test_columns_that_cannot_be_features_are_left_out(name, values, kind):
    """Empty, constant, identifying, long, dated and personal columns are left out, each with its reason."""
    raw = pd.Series(values, dtype="str")
    unfit = find_unfit(name, raw, type_column(raw))
    assert unfit is not None
    assert (unfit.kind, unfit.is_left_out) == (kind, True)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("source", ["web", "fair", None] * 20),
        ("answered", ["yes", None, None] * 20),
        ("balance", [str(number * 7919 % 100_003) for number in range(ROWS)]),
        ("email", [f"a{number}@x.com" for number in range(ROWS)]),
        ("role", [f"Head of {number}" for number in range(ROWS)]),
        ("note", ["x", "y", "z"]),
    ],
)
def test_columns_that_can_be_features_are_kept(name, values):
    """Shared texts, amounts, and the firmographics that nobody shares stay."""
    raw = pd.Series(values, dtype="str")
    assert find_unfit(name, raw, type_column(raw)) is None
