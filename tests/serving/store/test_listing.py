"""Listing: pages bring every lead once, in one order, on both databases, and move along an index."""

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from serving.store.database import Database
from serving.store.leads import LeadRecord
from serving.store.listing import LeadFilter, find_keys, follow_text, list_leads
from serving.store.tables import leads
from tests.serving.usecases.tellers import clear

_IDS = st.text(st.sampled_from("ab/ZÄ\ud7ff\ue000\U0010ffff"), min_size=1, max_size=3)
_ROWS = st.dictionaries(
    _IDS,
    st.fixed_dictionaries(
        {
            "score": st.sampled_from((None, 0, 50, 50, 99)),
            "scored_at": st.sampled_from((None, 1, 2)),
            "is_open": st.booleans(),
            "episode_is_open": st.booleans(),
            "owner_id": st.sampled_from((None, "anna")),
            "stage": st.sampled_from(("lead", "mql")),
        }
    ),
    max_size=12,
)
_FILTERS: tuple[tuple[LeadFilter, Any], ...] = (
    (LeadFilter(), lambda _: True),
    (LeadFilter(is_open=True), lambda row: row["is_open"]),
    (LeadFilter(is_open=False, stage="mql"), lambda row: not row["is_open"] and row["stage"] == "mql"),
    (LeadFilter(is_hot=True), lambda row: row["episode_is_open"]),
    (LeadFilter(owner_id="anna"), lambda row: row["owner_id"] == "anna"),
    (LeadFilter(min_score=50), lambda row: (row["score"] or 0) >= 50),
    (LeadFilter(id_prefix="a"), lambda row: row["id"].startswith("a")),
    (LeadFilter(id_prefix="\U0010ffff"), lambda row: row["id"].startswith("\U0010ffff")),
    (LeadFilter(id_prefix="\ud7ff"), lambda row: row["id"].startswith("\ud7ff")),
)


def _fill(database: Database, rows: dict[str, Any]) -> list[dict[str, Any]]:
    clear(database)
    whole = [{**asdict(LeadRecord(id=lead_id, version=0)), **row} for lead_id, row in rows.items()]
    if whole:
        with database.writing() as connection:
            connection.execute(leads.insert(), whole)
    return whole


def _turn(database: Database, chosen: LeadFilter, by: str, is_rising: bool, most: int) -> list[str]:
    found, after = [], None
    with database.reading() as connection:
        while page := list_leads(connection, chosen, by=by, is_rising=is_rising, most=most, after=after):
            found += [row.id for row in page]
            after = find_keys(page[-1], by)
    return found


def _sort(rows: list[dict[str, Any]], by: str, is_rising: bool) -> list[str]:
    known = [row for row in rows if row[by] is not None]
    unknown = [row for row in rows if row[by] is None]
    ordered = sorted(known, key=lambda row: (row[by], row["id"]), reverse=not is_rising)
    return [row["id"] for row in ordered + sorted(unknown, key=lambda row: row["id"], reverse=not is_rising)]


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    rows=_ROWS,
    chosen=st.sampled_from(_FILTERS),
    by=st.sampled_from(("score", "scored_at", "id")),
    is_rising=st.booleans(),
    most=st.integers(1, 5),
)
def test_pages_are_the_sorted_list_cut_into_pieces(database, rows, chosen, by, is_rising, most):
    """Whatever is filtered and sorted by, turning pages brings what sorting in memory brings, each lead once."""
    whole = _fill(database, rows)
    wanted = [row for row in whole if chosen[1](row)]
    assert _turn(database, chosen[0], by, is_rising, most) == _sort(wanted, by, is_rising)


def test_a_page_stands_where_it_stood_while_others_move(database):
    """Leads that come, rise or sink while pages are turned hide none of those that stay, and repeat none."""
    whole = _fill(database, {f"L{number}": {"score": 10 * number, "scored_at": 1} for number in range(8)})
    with database.reading() as connection:
        first = list_leads(connection, LeadFilter(), by="score", is_rising=False, most=3)
    with database.writing() as connection:
        connection.execute(leads.update().where(leads.c.id == "L7").values(score=1))
        connection.execute(leads.insert(), {**whole[0], "id": "new", "score": 100})
    with database.reading() as connection:
        rest = list_leads(
            connection, LeadFilter(), by="score", is_rising=False, most=9, after=find_keys(first[-1], "score")
        )
    assert [row.id for row in first] == ["L7", "L6", "L5"]
    assert [row.id for row in rest] == ["L4", "L3", "L2", "L1", "L7", "L0"]


@pytest.mark.parametrize("prefix", ["", "\U0010ffff", "\U0010ffff\U0010ffff"])
def test_nothing_lies_behind_the_last_text(prefix):
    """A prefix that no text can follow has no end to look for."""
    assert follow_text(prefix) is None


def test_the_open_leads_are_read_along_an_index(sqlite_url):
    """The open leads by score are neither scanned nor sorted, on the first page and on the next."""
    database = Database(sqlite_url)
    told: list[tuple[str, Any]] = []
    with database.reading() as connection:
        event.listen(
            connection, "before_cursor_execute", lambda _c, _k, text, values, *_: told.append((text, values))
        )
        for after in (None, (50, "x")):
            list_leads(connection, LeadFilter(is_open=True), by="score", is_rising=False, most=5, after=after)
        plans = [
            [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
            for text, values in told[::2]
        ]
    database.close()
    assert len(plans) == 2
    for plan in plans:
        assert "ix_leads_score_id" in plan[0]
        assert not any("B-TREE" in step for step in plan)
