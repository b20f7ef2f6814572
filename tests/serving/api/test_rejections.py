"""Rejections: shown without what they said, and sent again through the same commit as everything."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from serving.championing import ScorerInForce
from serving.store.database import Database
from serving.store.rejections import insert_rejections
from serving.store.tables import events, leads
from tests.serving.api.desks import Desk, list_problems, open_desk
from tests.serving.usecases.tellers import NOW

_BEFORE = 1_000_000


@pytest.fixture
def desk(database: Database, tmp_path: Path, in_force: ScorerInForce) -> Iterator[Desk]:
    """A desk with a model, over SQLite and over PostgreSQL."""
    url = database.engine.url.render_as_string(hide_password=False)
    with open_desk(url, tmp_path, in_force) as opened:
        yield opened


def refuse(desk: Desk, kind: str, body: Any, code: str = "old_rule") -> None:
    """Keep an item that was refused a second ago, by a rule that is no longer in force."""
    row = {"at": NOW - _BEFORE, "kind": kind, "code": code, "path": "/x", "body": json.dumps(body)}
    with desk.service.database.writing() as connection:
        insert_rejections(connection, [{**row, "digest": f"{kind}{body}".encode()}])


def count(desk: Desk, table: Any) -> int:
    """Count the rows of a table."""
    with desk.service.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


EVENT = {"lead_id": "L", "type": "visit", "occurred_at": "2026-02-27T09:00:00Z", "properties": {"pages": 3}}


def test_what_was_refused_is_shown_by_its_shape_alone(desk: Desk) -> None:
    """Names of fields and types of values are shown, and no value of anybody's."""
    told = [{"lead_id": "L", "type": 5, "properties": {"who": "Ada", "pages": 1, "deep": [1, 2], "is": True}}, 7]
    assert desk.ask("POST", "/v1/events", told)[1]["rejected"] == 2
    answer = desk.ask("GET", "/v1/rejections")[1]
    first, second = sorted(answer["items"], key=lambda item: str(item["shape"]), reverse=True)
    assert first["shape"] == {
        "lead_id": "text",
        "type": "number",
        "properties": {"who": "text", "pages": "number", "deep": "array of 2", "is": "boolean"},
    }
    assert (second["shape"], second["sent_to"]) == ("number", "POST /v1/events")
    assert "Ada" not in json.dumps(answer)
    assert sum(answer["counts"].values()) == 2


def test_refused_items_come_in_pages(desk: Desk) -> None:
    """Pages are in the order of coming, and whole."""
    for number in range(5):
        refuse(desk, "POST /v1/events", {"n": number}, code="a" if number % 2 else "b")
    first = desk.ask("GET", "/v1/rejections?limit=2&code=b")[1]
    rest = desk.ask("GET", f"/v1/rejections?limit=2&code=b&cursor={first['next']}")[1]
    assert len(first["items"] + rest["items"]) == 3
    assert rest["next"] is None
    assert list_problems(desk.ask("GET", f"/v1/rejections?cursor={first['next']}"))[:2] == (422, "bad_parameter")


def test_items_of_every_route_are_taken_in_now(desk: Desk) -> None:
    """Each is read as its route reads it, stored, and no longer among the refused."""
    refuse(desk, "PUT /v1/accounts/a%2Fb", {"industry": "Software"})
    refuse(desk, "PUT /v1/leads/L", {"account_id": "a/b", "employees": 50})
    refuse(desk, "POST /v1/events", EVENT)
    refuse(desk, "POST /v1/events", {**EVENT, "lead_id": "nobody"})
    refuse(desk, "POST /v1/leads/L/stage", {"stage": "sql"})
    refuse(desk, "POST /v1/leads/L/contacts", {"kind": "call"})
    refuse(desk, "POST /v1/leads/L/snooze", {"until": None})
    answer = desk.ask("POST", "/v1/rejections/replay", {})[1]
    assert (sum(answer["taken"].values()), answer["refused"], answer["left"]) == (7, {}, 0)
    assert desk.ask("GET", "/v1/rejections")[1]["items"] == []
    assert (count(desk, events), count(desk, leads)) == (2, 1)
    lead = desk.ask("GET", "/v1/leads/L")[1]
    assert (lead["account"]["id"], lead["stage"]["stage"]) == ("a/b", "sql")
    assert lead["score"]["origin"] == "import"


def test_items_refused_again_stay_with_the_code_of_now(desk: Desk) -> None:
    """They keep their place, with the code and the path of the rule in force."""
    refuse(desk, "POST /v1/events", {**EVENT, "type": 5})
    refuse(desk, "POST /v1/alerts/none/acknowledge", {})
    refuse(desk, "events", {"lead_id": "late"}, code="lead_never_came")
    answer = desk.ask("POST", "/v1/rejections/replay", {})[1]
    assert answer == {"taken": {}, "refused": {"not_text": 1, "unknown_lead": 1}, "skipped": 1, "left": 0}
    kept = [(item["code"], item["path"]) for item in desk.ask("GET", "/v1/rejections")[1]["items"]]
    assert kept == [("not_text", "/type"), ("unknown_lead", ""), ("lead_never_came", "/x")]


def test_an_old_version_does_not_undo_a_newer_one(desk: Desk) -> None:
    """A lead that was told again since its refusal stays as it is now."""
    refuse(desk, "PUT /v1/leads/L", {"employees": 900})
    desk.ask("PUT", "/v1/leads/L", {"employees": 500})
    assert desk.ask("POST", "/v1/rejections/replay", {})[1]["taken"] == {"stale_ignored": 1}
    assert desk.ask("GET", "/v1/leads/L")[1]["attributes"]["employees"] == 500


def test_some_can_be_chosen(desk: Desk) -> None:
    """By code or by number; the others are not touched."""
    refuse(desk, "POST /v1/events", EVENT, code="a")
    refuse(desk, "POST /v1/events", {**EVENT, "type": "form"}, code="b")
    refuse(desk, "POST /v1/events", {**EVENT, "type": "webinar"}, code="b")
    assert desk.ask("POST", "/v1/rejections/replay", {"code": "a"})[1]["taken"] == {"parked": 1}
    one = desk.ask("GET", "/v1/rejections")[1]["items"][0]["id"]
    assert desk.ask("POST", "/v1/rejections/replay", {"ids": [one]})[1]["taken"] == {"parked": 1}
    assert len(desk.ask("GET", "/v1/rejections")[1]["items"]) == 1


def test_sending_again_twice_stores_once(desk: Desk) -> None:
    """A replay that died before it deleted what it took in repeats harmlessly."""
    for _ in range(2):
        refuse(desk, "POST /v1/events", EVENT)
        refuse(desk, "POST /v1/leads/L/stage", {"stage": "sql"})
        desk.ask("POST", "/v1/rejections/replay", {})
    assert count(desk, events) == 1
    desk.ask("PUT", "/v1/leads/L", {})
    assert desk.ask("GET", "/v1/leads/L")[1]["stage"]["stage"] == "sql"
