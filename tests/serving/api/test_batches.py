"""Batches: stages and contacts of many leads in one request, each taken or refused by itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from serving.api.batches import MOST_FACTS
from serving.store.database import Database
from serving.store.tables import contacts, stage_changes
from tests.serving.api.desks import Desk, list_problems, open_desk

WON = {"id": "s-1", "lead_id": "L-1", "stage": "customer", "value": 900.5, "occurred_at": "2026-02-03T08:00:00Z"}
CALL = {"id": "c-1", "lead_id": "L-1", "kind": "call", "outcome": "reached", "occurred_at": "2026-02-02T08:00:00Z"}


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Iterator[Desk]:
    """A desk with two leads, over SQLite and over PostgreSQL."""
    with open_desk(database.engine.url.render_as_string(hide_password=False), tmp_path) as opened:
        for lead_id in ("L-1", "L-2"):
            assert opened.ask("PUT", f"/v1/leads/{lead_id}", {})[0] == 200
        yield opened


def read_rows(desk: Desk, table: Any) -> list[Any]:
    """Read a table in the order of leads and moments."""
    with desk.service.database.reading() as connection:
        return list(connection.execute(select(table).order_by(table.c.lead_id, table.c.occurred_at)))


def test_stages_of_many_leads_are_told_at_once(desk: Desk) -> None:
    """Each lead stands where its own item says, and what was told once is a duplicate, also lead by lead."""
    put_aside = {"lead_id": "L-2", "stage": "recycled", "reason": "not_now", "until": "2027-01-15T08:00:00Z"}
    status, answer = desk.ask("POST", "/v1/stages", [WON, put_aside])
    assert (status, answer["accepted"]) == (200, 2)
    first, second = read_rows(desk, stage_changes)
    assert (first.stage, first.value) == ("customer", 900.5)
    assert (second.stage, second.reason) == ("recycled", "not_now")
    assert desk.ask("GET", "/v1/leads/L-1")[1]["stage"]["stage"] == "customer"
    again = {name: value for name, value in WON.items() if name != "lead_id"}
    assert desk.ask("POST", "/v1/stages", WON)[1]["status"] == "duplicate"
    assert desk.ask("POST", "/v1/leads/L-1/stage", again)[1]["status"] == "duplicate"


def test_acts_in_a_batch_are_those_of_the_single_routes(desk: Desk) -> None:
    """What sales did decides the stage; a refusal takes it from the reason."""
    told = [
        {"lead_id": "L-1", "act": "accepted", "by": "anna"},
        {"lead_id": "L-2", "act": "rejected", "reason": "no_budget", "by": "otto"},
    ]
    assert desk.ask("POST", "/v1/stages", told)[1]["accepted"] == 2
    rows = [(row.act, row.stage, row.reason, row.told_by) for row in read_rows(desk, stage_changes)]
    assert rows == [("accepted", "sql", None, "anna"), ("rejected", "lost", "no_budget", "otto")]


def test_each_item_is_refused_by_itself(desk: Desk) -> None:
    """What cannot be read keeps nothing else out, and says where it was."""
    told = [
        WON,
        {"lead_id": "L-1", "stage": "nearly"},
        {"stage": "lost"},
        {"lead_id": "L-1", "act": "handed_over"},
        {"lead_id": "L-1", "act": "rejected", "reason": "rain"},
        7,
    ]
    answer = desk.ask("POST", "/v1/stages", told)[1]
    assert (answer["accepted"], answer["rejected"]) == (1, 5)
    refused = [(item["code"], item["path"]) for item in answer["items"] if item["status"] == "rejected"]
    assert refused == [
        ("unknown_stage", "/1/stage"),
        ("missing", "/2/lead_id"),
        ("unknown_act", "/3/act"),
        ("unknown_reason", "/4/reason"),
        ("not_an_object", "/5"),
    ]
    kept = desk.ask("GET", "/v1/rejections")[1]["items"]
    assert len(kept) == 5


def test_contacts_of_many_leads_are_told_at_once(desk: Desk) -> None:
    """Attempts are stored each once; those of leads that nobody told of wait for them."""
    told = [CALL, {"lead_id": "L-9", "kind": "email"}, {"lead_id": "L-2", "kind": "smoke"}]
    answer = desk.ask("POST", "/v1/contacts", told)[1]
    assert [item["status"] for item in answer["items"]] == ["accepted", "parked", "rejected"]
    assert desk.ask("POST", "/v1/contacts", [CALL])[1]["duplicate"] == 1
    assert [(row.lead_id, row.kind) for row in read_rows(desk, contacts)] == [("L-1", "call"), ("L-9", "email")]


@pytest.mark.parametrize("path", ["/v1/stages", "/v1/contacts"])
@pytest.mark.parametrize("size", [0, MOST_FACTS + 1])
def test_an_array_of_no_size_is_refused_whole(desk: Desk, path: str, size: int) -> None:
    """Neither nothing nor too much is taken."""
    assert list_problems(desk.ask("POST", path, [WON] * size)) == (422, "too_many_facts", "")


def test_a_single_mistake_is_a_problem(desk: Desk) -> None:
    """Without an array the answer to a mistake is that of every route."""
    assert list_problems(desk.ask("POST", "/v1/stages", {"lead_id": "L-1"})) == (422, "missing", "/stage")
    assert list_problems(desk.ask("POST", "/v1/contacts", {"kind": "call"})) == (422, "missing", "/lead_id")


def test_what_was_refused_can_be_sent_again(desk: Desk) -> None:
    """An item that was refused is read by itself when it is replayed, in the name of the replay."""
    told = [{**WON, "stage": "nearly"}, {**CALL, "kind": "smoke"}]
    desk.ask("POST", "/v1/stages", told[:1])
    desk.ask("POST", "/v1/contacts", told[1:])
    status, answer = desk.ask("POST", "/v1/rejections/replay", {})
    assert status == 200
    assert answer["refused"] == {"unknown_stage": 1, "unknown_kind": 1}


def test_an_import_has_a_name(desk: Desk) -> None:
    """Stages may be part of an import; a name that no import can have is refused."""
    assert desk.ask("POST", "/v1/stages?import=history", [WON])[1]["accepted"] == 1
    assert desk.ask("POST", "/v1/stages?import=%00", [WON])[0] == 422
