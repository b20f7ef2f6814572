import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.contract import Column, LeadSchema
from training.history import (
    EVENT_COLUMNS,
    LEAD_COLUMNS,
    DamagedHistory,
    History,
    MissingHistory,
    Suspect,
    read_history,
    write_history,
)
from training.importing.describing import describe_history
from training.recipes.recipe import TimeRecipe

SCHEMA = LeadSchema((Column(name="visits", kind="number"), Column(name="source", kind="text")))
MOMENTS = st.integers(10**9, 2 * 10**9).map(lambda second: datetime.fromtimestamp(second, UTC))
TEXTS = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)


def make_history(rows, events=(), time=None):
    """Return a history of (outcome, created_at, visits, source) rows and (type, occurred_at) events."""
    leads = pd.DataFrame(rows, columns=["outcome", "created_at", "visits", "source"])
    leads["lead_id"] = [f"L{position}" for position in range(len(rows))]
    leads["created_at"] = pd.to_datetime(leads["created_at"], utc=True)
    leads["visits"] = leads["visits"].astype("float64")
    leads["source"] = leads["source"].astype("str").where(leads["source"].notna())
    log = pd.DataFrame(list(events), columns=["type", "occurred_at"])
    log["lead_id"] = "L0"
    log["occurred_at"] = pd.to_datetime(log["occurred_at"], utc=True)
    log["recorded_at"] = log["occurred_at"]
    return describe_history(leads, log, schema=SCHEMA, time=time)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["won", "lost", "open"]),
        st.none() | MOMENTS,
        st.none() | st.floats(-1e9, 1e9),
        TEXTS,
    ),
    min_size=1,
    max_size=12,
)
EVENTS = st.lists(st.tuples(st.sampled_from(["visit", "call"]), MOMENTS), max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, events=EVENTS)
def test_what_is_written_is_read_back(rows, events, tmp_path):
    """A history that was written and read again has the same rows, types and facts."""
    history = make_history(rows, events).with_about(
        warnings=("a remark",),
        suspects=(Suspect(column="a", kind="b", evidence="c", severity="low"),),
        rejected={"no_id": 3},
    )
    write_history(history, tmp_path / "history")
    again = read_history(tmp_path / "history")
    pd.testing.assert_frame_equal(again.leads, history.leads)
    pd.testing.assert_frame_equal(again.events, history.events)
    assert again.about == history.about


@settings(max_examples=25, deadline=None)
@given(rows=ROWS, events=EVENTS, seed=st.integers(0, 99))
def test_fingerprint_does_not_see_the_order_of_rows(rows, events, seed):
    """Rows and columns in another order give the same fingerprint."""
    history = make_history(rows, events)
    leads = history.leads.sample(frac=1, random_state=seed).iloc[:, ::-1]
    log = history.events.sample(frac=1, random_state=seed)
    assert describe_history(leads, log, schema=SCHEMA).about.fingerprint == history.about.fingerprint


def test_fingerprint_sees_every_change_of_content():
    """Another number, text, time or type of event gives another fingerprint."""
    base = make_history([("won", "2026-01-01", 1.0, "web")], [("visit", "2026-01-02")])
    others = [
        make_history([("lost", "2026-01-01", 1.0, "web")], [("visit", "2026-01-02")]),
        make_history([("won", "2026-01-01", 2.0, "web")], [("visit", "2026-01-02")]),
        make_history([("won", "2026-01-01", 1.0, None)], [("visit", "2026-01-02")]),
        make_history([("won", "2026-01-01", 1.0, "web")], [("visit", "2026-01-03")]),
        make_history([("won", "2026-01-01", 1.0, "web")], [("call", "2026-01-02")]),
        make_history([("won", "2026-01-01", 1.0, "web")]),
    ]
    prints = {history.about.fingerprint for history in [base, *others]}
    assert len(prints) == len(others) + 1


def test_tables_have_all_their_columns_in_their_types():
    """Leads and events always have the agreed columns first, even where nothing fills them."""
    history = make_history([("open", None, None, None)])
    assert tuple(history.leads.columns[: len(LEAD_COLUMNS)]) == LEAD_COLUMNS
    assert tuple(history.events.columns) == EVENT_COLUMNS
    assert str(history.leads["outcome_at"].dtype) == "datetime64[us, UTC]"
    assert str(history.events["recorded_at"].dtype) == "datetime64[us, UTC]"
    assert history.leads["value"].dtype == np.float64


def test_time_basis_follows_what_is_known():
    """Dates make leads dated, an order alone makes them ordered, neither makes them undated."""
    dated = make_history([("won", "2026-01-01", 1, "a")])
    undated = make_history([("won", None, 1, "a")])
    ordered = describe_history(undated.leads.assign(order=1.0), undated.events, schema=SCHEMA)
    assert [history.about.time_basis for history in (dated, undated, ordered)] == ["dated", "undated", "ordered"]


def test_base_rate_without_a_horizon_counts_decided_leads():
    """One won, one lost and one open lead give a base rate of a half."""
    rows = [("won", "2026-01-01", 1, "a"), ("lost", "2026-01-01", 1, "a"), ("open", "2026-01-01", 1, "a")]
    assert make_history(rows).about.base_rate == 0.5
    assert make_history(rows[2:]).about.base_rate is None


def test_base_rate_with_a_horizon_counts_leads_whose_horizon_is_over():
    """A win after the horizon is none, an open lead past it is no win, and a young win does not count yet."""
    rows = [
        ("won", "2026-01-01", 1, "in time"),
        ("won", "2026-01-01", 1, "late"),
        ("open", "2026-01-01", 1, "never"),
        ("won", "2026-05-01", 1, "young"),
    ]
    leads = make_history(rows).leads
    leads["outcome_at"] = pd.to_datetime(["2026-01-10", "2026-03-01", None, "2026-05-02"], utc=True)
    time = TimeRecipe(horizon_days=30, observed_until=datetime(2026, 5, 10, tzinfo=UTC))
    history = describe_history(leads, make_history(rows).events, schema=SCHEMA, time=time)
    assert history.about.base_rate == pytest.approx(1 / 3)


def test_accounts_are_told_from_leads_or_from_events():
    """Two leads of one account, or events that know no lead, mean there are accounts."""
    alone = make_history([("won", "2026-01-01", 1, "a"), ("won", "2026-01-01", 1, "a")])
    shared = describe_history(alone.leads.assign(account_id="A"), alone.events, schema=SCHEMA)
    log = pd.DataFrame({"account_id": ["A"], "type": ["visit"], "occurred_at": pd.to_datetime(["2026"], utc=True)})
    of_account = describe_history(alone.leads, log.assign(recorded_at=log["occurred_at"]), schema=SCHEMA)
    assert [history.about.has_accounts for history in (alone, shared, of_account)] == [False, True, True]


def test_missing_history_names_the_command(tmp_path: Path):
    """Reading a folder without a history says how to make one."""
    with pytest.raises(MissingHistory, match="hotlead import"):
        read_history(tmp_path)


@pytest.mark.parametrize("damage", ["truncate", "delete", "other version", "no json"])
def test_damaged_history_is_refused(tmp_path: Path, damage: str):
    """A history with a broken file is refused in one line, not half read."""
    folder = tmp_path / "history"
    write_history(make_history([("won", "2026-01-01", 1, "a")]), folder)
    about = folder / "history.json"
    if damage == "truncate":
        leads = folder / "leads.parquet"
        leads.write_bytes(leads.read_bytes()[:50])
    elif damage == "delete":
        (folder / "events.parquet").unlink()
    elif damage == "other version":
        about.write_text(json.dumps({**json.loads(about.read_text()), "version": 99}))
    else:
        about.write_text("{")
    with pytest.raises(DamagedHistory, match="import the leads again"):
        read_history(folder)


def test_writing_again_replaces_the_whole_folder(tmp_path: Path):
    """A second history takes the place of the first, and nothing is left lying beside it."""
    folder = tmp_path / "home" / "history"
    write_history(make_history([("won", "2026-01-01", 1, "a")]), folder)
    (folder / "stray").write_text("old")
    second = make_history([("lost", "2026-01-01", 1, "b"), ("won", "2026-01-02", 1, "b")])
    write_history(second, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["events.parquet", "history.json", "leads.parquet"]
    assert [path.name for path in folder.parent.iterdir()] == ["history"]
    assert read_history(folder).about == second.about


def test_failed_writing_leaves_the_old_history(tmp_path: Path):
    """Where writing fails half-way, the history of before is still whole."""
    folder = tmp_path / "history"
    first = make_history([("won", "2026-01-01", 1, "a")])
    write_history(first, folder)
    broken = History(leads=first.leads, events=first.events.assign(x=[object()] * 0), about=object())
    with pytest.raises(AttributeError):
        write_history(broken, folder)
    assert read_history(folder).about == first.about
    assert [path.name for path in tmp_path.iterdir()] == ["history"]


def test_unknown_fact_about_a_history_is_refused():
    """A misspelt field does not vanish."""
    history = make_history([("won", "2026-01-01", 1, "a")])
    with pytest.raises(TypeError, match="no field warning"):
        describe_history(history.leads, history.events, schema=SCHEMA, warning=("x",))
