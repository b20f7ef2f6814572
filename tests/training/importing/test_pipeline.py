"""The whole import: from files to a history, with or without a recipe."""

import gzip

import numpy as np
import pandas as pd

from features.contract import FIRMOGRAPHICS, Column, LeadSchema
from features.tables import LeadTable
from tests.training.importing.exports import EVENTS, LEADS, RECIPE, WITH_EVENTS, bring_in, with_section
from training.importing.pipeline import import_history
from training.recipes.reading import parse_recipe


def test_leads_come_in_by_their_recipe(tmp_path):
    """Roles, times, outcome, value and attributes end up in the history's columns; the rest does not."""
    result = bring_in(tmp_path)
    leads = result.history.leads
    assert leads["lead_id"].tolist() == ["a", "b", "c", "d"]
    assert leads["outcome"].tolist() == ["won", "lost", "open", "open"]
    assert leads["outcome_at"].iloc[0] == pd.Timestamp("2026-02-01T23:59:59.999999Z")
    assert leads["created_at"].iloc[0] == pd.Timestamp("2026-01-01", tz="UTC")
    assert leads["value"].iloc[0] == 1000
    assert leads["employees"].iloc[:2].tolist() == [30, 75]
    assert result.history.about.attributes == ("employees", "source")
    assert set(leads.columns).isdisjoint({"tags", "state", "size"})
    assert result.history.about.base_rate == 0.5
    uses = {note.column: note.use for note in result.report.columns}
    assert uses == {
        "id": "id",
        "firm": "account",
        "day": "created_at",
        "state": "outcome",
        "closed": "outcome_at",
        "rep": "owner",
        "worth": "value",
        "size": "number",
        "source": "text",
        "tags": "excluded",
    }


def test_columns_can_be_excluded_on_request(tmp_path):
    """An excluded column is neither a feature nor in the table."""
    result = bring_in(tmp_path, exclude=["source"])
    assert result.history.about.attributes == ("employees",)
    assert "source" not in result.history.leads


def test_attribute_may_not_take_the_history_s_own_names(tmp_path):
    """Columns called like columns of the history are renamed, not mixed up with them."""
    text = "id,state,order,value,as_of,events,employees\n" + "".join(
        f"{n},{'won' if n % 2 else 'lost'},{n % 3},{n % 5},{n % 4},{n % 6},{n % 7}\n" for n in range(30)
    )
    recipe = {"leads": {"id": "id"}, "outcome": {"column": "state", "won": "won", "lost": "lost"}}
    history = bring_in(tmp_path, text, recipe).history
    assert history.about.attributes == (
        "order (column)",
        "value (column)",
        "as_of (column)",
        "events (column)",
        "employees",
    )
    assert history.leads["value"].isna().all()


def test_zone_of_the_recipe_counts_for_zoneless_times(tmp_path):
    """A bare date is the morning of that day where the company is."""
    history = bring_in(tmp_path, recipe=with_section(time={"zone": "Europe/Helsinki"})).history
    assert history.leads["created_at"].iloc[0] == pd.Timestamp("2025-12-31T22:00Z")
    assert history.leads["outcome_at"].iloc[0] == pd.Timestamp("2026-02-01T21:59:59.999999Z")


def test_same_content_has_the_same_fingerprint_in_any_format_and_order(tmp_path):
    """CSV, gzip and Parquet, in any order of rows, give the same history."""
    frame = pd.DataFrame(
        {
            "id": [f"L{n}" for n in range(40)],
            "state": ["won", "lost"] * 20,
            "visits": np.arange(40) % 7 / 2,
            "called": [True, False] * 20,
            "source": ["web", None, "fair", "ad"] * 10,
        }
    )
    recipe = parse_recipe({"leads": {"id": "id"}, "outcome": {"column": "state", "won": "won", "lost": "lost"}})
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.sample(frac=1, random_state=1).to_parquet(tmp_path / "b.parquet")
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(frame.to_csv(index=False, sep=";").encode("utf-16")))
    abouts = [import_history(tmp_path / n, recipe=recipe).history.about for n in ("a.csv", "b.parquet", "c.csv.gz")]
    assert len({about.fingerprint for about in abouts}) == 1
    assert len({about.schema.columns for about in abouts}) == 1


def test_warnings_say_what_will_hurt(tmp_path):
    """No win, too few wins, a date far ahead and an absent event file are told."""

    def told(result):
        return " ".join(result.history.about.warnings)

    assert "no lead is won" in told(bring_in(tmp_path, recipe=with_section(outcome={"won": "sold"})))
    assert "only 1 leads are won" in told(bring_in(tmp_path))
    assert "a date may be wrong" in told(bring_in(tmp_path, LEADS.replace("2026-02-01", "2126-02-01")))
    assert "pass it with --events" in told(bring_in(tmp_path, recipe=WITH_EVENTS))


def test_leads_to_score_are_read_as_the_model_knows_them(tmp_path):
    """A single lead without outcome keeps every attribute of the model, in its kinds and its order."""
    schema = LeadSchema(
        (Column(name="gone", kind="text"), FIRMOGRAPHICS["employees"], Column(name="source", kind="text"))
    )
    text = "id,firm,day,rep,worth,size,source,extra\nz,A,2026-05-01,Ann,,10-50,7,x\n"
    recipe = parse_recipe(RECIPE)
    path = tmp_path / "new.csv"
    path.write_text(text)
    history = import_history(path, recipe=recipe, schema=schema).history
    assert history.leads["outcome"].tolist() == ["open"]
    assert history.about.schema == schema
    assert history.leads[["employees", "source"]].to_numpy().tolist() == [[30.0, "7"]]
    assert list(history.leads.columns[-3:]) == ["gone", "employees", "source"]
    assert history.leads["gone"].isna().all()
    assert history.about.suspects == ()
    LeadTable.from_frame(history.leads, schema)


def test_progress_rises_to_the_end(tmp_path):
    """Progress is told in steps, never backwards, up to the whole."""
    shares = []
    bring_in(tmp_path, recipe=WITH_EVENTS, events=EVENTS, progress=lambda _, share: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_import_without_recipe_guesses_and_keeps_the_recipe(tmp_path):
    """Guesses come with the result, and the history keeps the recipe they made."""
    path = tmp_path / "leads.csv"
    path.write_text(LEADS)
    result = import_history(path)
    assert {guess.key for guess in result.guesses} >= {"leads.id", "outcome.column"}
    assert import_history(path, recipe=result.history.about.recipe).history.about.fingerprint == (
        result.history.about.fingerprint
    )
