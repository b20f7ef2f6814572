import gzip

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.contract import FIRMOGRAPHICS, Column, LeadSchema
from features.engine import compute_features
from features.event_kinds import EventCount
from features.feature_set import FeatureSet
from features.tables import EventLog, LeadTable, SnapshotTable
from training.importing.joining import RecipeMismatch
from training.importing.pipeline import UnusableLeads, import_history
from training.recipes.reading import parse_recipe

LEADS = """id,firm,day,state,closed,rep,worth,size,source,tags
a,A,2026-01-01,won,2026-02-01,Ann,"1,000",10-50,web,hot
b,A,2026-01-02,lost,2026-01-20,Bo,,50-100,fair,cold
c,,2026-01-03,new,,Bo,,,web,
d,B,,new,,Ann,,5,fair,
"""
RECIPE = {
    "leads": {
        "id": "id",
        "account": "firm",
        "created_at": "day",
        "owner": "rep",
        "value": "worth",
        "exclude": {"tags": "written late"},
        "firmographics": {"employees": "size"},
        "ranges": {"size": "middle"},
    },
    "outcome": {"column": "state", "won": "won", "lost": "lost", "at": "closed"},
}


def bring_in(tmp_path, leads=LEADS, recipe=RECIPE, **options):
    """Write leads (and files named by `accounts`, `events`) and import them by a recipe."""
    path = tmp_path / "leads.csv"
    path.write_text(leads, newline="")
    for name in ("accounts", "events"):
        if name in options:
            file = tmp_path / f"{name}.csv"
            file.write_text(options[name], newline="")
            options[name] = file
    return import_history(path, recipe=parse_recipe(recipe), **options)


def with_section(**sections):
    """Return the recipe with further keys in its sections."""
    return {**RECIPE, **{name: {**RECIPE.get(name, {}), **keys} for name, keys in sections.items()}}


def codes(result):
    """Return (line, code) of the rejected rows."""
    return list(zip(result.rejected["line"], result.rejected["code"], strict=True))


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


def test_rows_that_cannot_be_used_are_kept_aside_as_they_were(tmp_path):
    """No identifier, a second one, an unreadable date and an unlisted outcome are rejected with line and text."""
    more = ',A,2026-01-01,won,,,,,,\na,A,2026-01-01,won,,,,,,\ne,A,soon,won,,,,,,\n"f ",A,2026-01-01,stolen,,,,,,\n'
    recipe = with_section(outcome={"open": ["new"]})
    result = bring_in(tmp_path, LEADS + more, recipe)
    assert codes(result) == [(6, "no_id"), (7, "duplicate_id"), (8, "unreadable_date"), (9, "unknown_outcome")]
    assert result.rejected["raw"].iloc[3] == "f ,A,2026-01-01,stolen,,,,,,"
    assert result.history.about.rejected == {
        "no_id": 1,
        "duplicate_id": 1,
        "unreadable_date": 1,
        "unknown_outcome": 1,
    }
    (file,) = result.report.files
    assert (file.read, file.kept, file.rejected) == (8, 4, 4)


def test_file_without_a_usable_lead_is_refused_with_the_reasons(tmp_path):
    """Where every row is rejected, or there is none, one line says why."""
    with pytest.raises(UnusableLeads, match="no_id 1"):
        bring_in(tmp_path, LEADS.splitlines()[0] + "\n,A,,,,,,,,\n")
    with pytest.raises(UnusableLeads, match="a header and no rows"):
        bring_in(tmp_path, LEADS.splitlines()[0] + "\n")


def test_missing_column_is_told_with_the_nearest_name(tmp_path):
    """A recipe that needs a column the file lacks is refused, and the nearest header is proposed."""
    with pytest.raises(RecipeMismatch, match=r"no column 'stage'.*outcome\.column"):
        bring_in(tmp_path, recipe=with_section(outcome={"column": "stage"}))
    with pytest.raises(RecipeMismatch, match="did you mean 'closed'"):
        bring_in(tmp_path, recipe=with_section(outcome={"lost_after": "close"}))
    with pytest.raises(RecipeMismatch, match="no column 'tag' to exclude"):
        bring_in(tmp_path, exclude=["tag"])


def test_optional_column_that_is_absent_is_a_warning(tmp_path):
    """An owner or a firmographic that the file lacks costs a warning, an absent leak nothing."""
    recipe = with_section(leads={"owner": "boss", "exclude": ["tags", "nowhere"]})
    result = bring_in(tmp_path, recipe=recipe)
    assert any("boss" in warning for warning in result.history.about.warnings)
    assert not any("nowhere" in warning for warning in result.history.about.warnings)
    assert result.history.leads["owner"].isna().all()


def test_columns_can_be_excluded_on_request(tmp_path):
    """An excluded column is neither a feature nor in the table."""
    result = bring_in(tmp_path, exclude=["source"])
    assert result.history.about.attributes == ("employees",)
    assert "source" not in result.history.leads


def test_headers_are_found_by_alias_and_in_any_case(tmp_path):
    """A recipe written for labels reads the same export with internal names or another case."""
    text = LEADS.replace("id,firm,day,state", "hs_id,firm,DAY,State", 1)
    result = bring_in(tmp_path, text, with_section(leads={"aliases": {"id": ["HS_ID"]}}))
    assert result.history.leads["lead_id"].tolist() == ["a", "b", "c", "d"]


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


def test_lead_may_have_a_name_of_several_columns(tmp_path):
    """Parts that contain the separator do not make two leads one."""
    text = "a,b,state\nx:,y,won\nx,:y,lost\nx,y,lost\n"
    recipe = {"leads": {"id": ["a", "b"]}, "outcome": {"column": "state", "won": "won", "lost": "lost"}}
    history = bring_in(tmp_path, text, recipe).history
    assert history.leads["lead_id"].tolist() == ["x%3A:y", "x:%3Ay", "x:y"]


def test_rows_are_named_and_ordered_by_their_number(tmp_path):
    """Without identifier and date a lead is the row it stands on, in that order."""
    recipe = {"leads": {"id": "row", "order": "row"}, "outcome": {"column": "y", "won": 1, "lost": 0}}
    history = bring_in(tmp_path, "x,y\n5,1\n6,0\n", recipe).history
    assert history.leads["lead_id"].tolist() == ["2", "3"]
    assert history.leads["order"].tolist() == [2.0, 3.0]
    assert history.about.time_basis == "ordered"


def test_order_may_be_a_column_of_dates(tmp_path):
    """An order column of dates counts in their sequence; a row without a place is rejected."""
    recipe = {"leads": {"id": "id", "order": "when"}, "outcome": {"column": "y", "won": 1, "lost": 0}}
    result = bring_in(tmp_path, "id,when,y\na,2026-02-01,1\nb,2026-01-01,0\nc,,0\n", recipe)
    assert result.history.leads.sort_values("order")["lead_id"].tolist() == ["b", "a"]
    assert codes(result) == [(4, "unreadable_order")]


def test_outcome_may_be_a_date_and_an_offer_may_expire(tmp_path):
    """Who has a date is won; who has none is lost when the offer is over, and open until then."""
    recipe = {
        "leads": {"id": "id", "created_at": "start"},
        "outcome": {"at": "redeemed", "lost_after": "end"},
        "time": {"observed_until": "2026-03-01"},
    }
    rows = ("a,2026-01-01,2026-02-01,2026-01-05", "b,2026-01-01,2026-02-01,", "c,2026-02-01,2026-04-01,")
    text = "\n".join(["id,start,end,redeemed", *rows])
    leads = bring_in(tmp_path, text, recipe).history.leads
    assert leads["outcome"].tolist() == ["won", "lost", "open"]
    assert leads["outcome_at"].iloc[1] == pd.Timestamp("2026-02-01T23:59:59.999999Z")


def test_second_column_may_say_lost(tmp_path):
    """A lead that is not won is lost where another column says so."""
    recipe = with_section(outcome={"lost_where": {"source": ["fair"]}})
    assert bring_in(tmp_path, recipe=recipe).history.leads["outcome"].tolist() == ["won", "lost", "open", "lost"]


def test_accounts_fill_what_a_lead_lacks(tmp_path):
    """A lead's own value wins, its account's fills in what is missing, and unknown accounts are told."""
    accounts = "name,staff,sector\nA,500,x\nB,7,y\nB,8,z\n,1,x\n"
    recipe = {**RECIPE, "accounts": {"id": "name", "firmographics": {"employees": "staff", "industry": "sector"}}}
    text = LEADS.replace("b,A,2026-01-02,lost,2026-01-20,Bo,,50-100", "b,A,2026-01-02,lost,2026-01-20,Bo,,")
    result = bring_in(tmp_path, text, recipe, accounts=accounts)
    leads = result.history.leads
    assert leads["employees"].tolist()[:2] == [30, 500]
    assert leads["industry"].iloc[[0, 1, 3]].tolist() == ["x", "x", "y"]
    assert codes(result) == [(4, "duplicate_id"), (5, "no_id")]
    assert result.history.about.has_accounts


def test_look_up_files_add_columns(tmp_path):
    """A look-up beside the leads adds its columns, the first row by a column wins, no match is missing."""
    (tmp_path / "reps.csv").write_text("rep,team,since\nAnn,late,2025\nAnn,early,2024\nCy,none,2020\n")
    recipe = with_section(
        leads={"join": [{"file": "reps.csv", "on": "rep", "columns": ["team"], "first_by": "since"}]}
    )
    leads = bring_in(tmp_path, recipe=recipe).history.leads
    assert leads["team"].iloc[[0, 3]].tolist() == ["early", "early"]
    missing = with_section(leads={"join": [{"file": "no.csv", "on": "rep"}]})
    with pytest.raises(RecipeMismatch, match=r"no\.csv, which is not beside leads\.csv"):
        bring_in(tmp_path, recipe=missing)


EVENTS = """who,what,when,noted,pages
a,visit,2026-01-05T10:00:00Z,2026-01-05T11:00:00Z,3
a,visit,2026-01-06,,4
,visit,2026-01-07T10:00:00Z,,1
zz,visit,2026-01-07T10:00:00Z,,1
b,,2026-01-07T10:00:00Z,,1
b,call,,,1
b,call,whenever,,1
c,call,2026-01-09T10:00:00Z,2026-01-08T10:00:00Z,x
"""
WITH_EVENTS = {
    **RECIPE,
    "events": [
        {"lead": "who", "type": "what", "occurred_at": "when", "recorded_at": "noted", "properties": ["pages"]}
    ],
}


def test_events_carry_two_times(tmp_path):
    """An event is known when it was recorded, a bare date when its day is over, nothing before it occurred."""
    result = bring_in(tmp_path, recipe=WITH_EVENTS, events=EVENTS)
    events = result.history.events
    assert [moment.isoformat() for moment in events["recorded_at"]] == [
        "2026-01-05T11:00:00+00:00",
        "2026-01-06T23:59:59.999999+00:00",
        "2026-01-09T10:00:00+00:00",
    ]
    assert events["pages"].tolist()[:2] == [3, 4]
    assert np.isnan(events["pages"].iloc[2])
    assert result.history.about.event_types == (("visit", 2), ("call", 1))
    assert result.history.about.quantities == ("pages",)


def test_events_of_nobody_or_of_no_time_are_rejected(tmp_path):
    """Each useless event is told with its line, its reason and its text."""
    result = bring_in(tmp_path, recipe=WITH_EVENTS, events=EVENTS)
    assert codes(result) == [
        (4, "no_lead_or_account"),
        (5, "unknown_lead"),
        (6, "no_type"),
        (7, "no_time"),
        (8, "unreadable_date"),
    ]
    assert result.rejected["raw"].iloc[4] == "b,call,whenever,,1"
    leads, events = result.report.files
    assert (events.read, events.kept, events.rejected) == (8, 3, 5)
    assert result.history.about.rows_read == leads.read + events.read


def test_rows_of_one_order_are_one_event(tmp_path):
    """Rows that share a key become one event; amounts are added up, and it is known when its last row is."""
    rows = (
        "A,1,2026-01-05T10:00Z,2",
        "A,1,2026-01-05T10:05Z,3",
        "A,2,2026-01-06T10:00Z,",
        "A,,2026-01-07T10:00Z,1",
    )
    text = "\n".join(["firm,basket,at,sum", *rows])
    section = {"account": "firm", "name": "order", "occurred_at": "at", "one_per": "basket", "properties": ["sum"]}
    result = bring_in(tmp_path, recipe={**RECIPE, "events": [section]}, events=text)
    events = result.history.events
    assert events["sum"].fillna(-1).tolist() == [5, -1, 1]
    assert events["recorded_at"].iloc[0] == pd.Timestamp("2026-01-05T10:05:00Z")
    assert result.report.files[1].kept == 4


def test_bare_date_of_the_same_day_is_not_yet_known(tmp_path):
    """A lead seen on a morning does not know what that day will bring, and knows it the next morning."""
    text = LEADS.replace("2026-01-01,won", "2026-01-06,won")
    history = bring_in(tmp_path, text, WITH_EVENTS, events=EVENTS).history
    leads = LeadTable.from_frame(history.leads, history.about.schema)
    log = EventLog.from_frame(history.events, leads)
    feature_set = FeatureSet(history.about.schema, (EventCount("visit", 30),))
    moments = pd.to_datetime(["2026-01-06T00:00Z", "2026-01-06T23:00Z", "2026-01-07T00:00Z"], utc=True)
    snapshots = SnapshotTable.from_frame(pd.DataFrame({"lead_id": "a", "as_of": moments}), leads)
    features = compute_features(leads, log, snapshots, feature_set=feature_set)
    assert features.column("visit_count_30d").tolist() == [1, 1, 2]


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


CELLS = st.sampled_from(
    ["", "a", "b", "won", "lost", "2026-01-01", "31.12.2025", "x", "1", "1e999", '"', '"a', ",", "\0"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=5), min_size=1, max_size=8))
def test_every_row_is_kept_or_rejected(rows, tmp_path):
    """Whatever stands in a file, rows kept and rows rejected are the rows read."""
    text = "id,day,state,size\n" + "\n".join(",".join(row) for row in rows) + "\n"
    recipe = {
        "leads": {"id": "id", "created_at": "day"},
        "outcome": {"column": "state", "won": "won", "lost": "lost", "open": "x"},
    }
    try:
        result = bring_in(tmp_path, text, recipe)
    except UnusableLeads:
        return
    (file,) = result.report.files
    assert file.read == file.kept + file.rejected
    assert len(result.history.leads) == file.kept
    assert len(result.rejected) == file.rejected == result.history.about.rows_rejected
    assert result.history.leads["lead_id"].is_unique
