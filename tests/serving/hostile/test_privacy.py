"""Privacy: whoever was forgotten stays so, under every name, and after an old copy of the store comes back."""

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from serving.championing import ScorerInForce
from serving.store.database import sqlite_url
from serving.store.tables import metadata
from tests.serving.api.desks import Desk, open_desk
from tests.serving.hostile.company import CANARY, Company, make_event

_ADDRESS = f"Ada.{CANARY}@Example.com"
_AGAIN = [_ADDRESS, _ADDRESS.lower(), _ADDRESS.upper(), f"  {_ADDRESS} "]


def _forget(desk: Desk) -> None:
    assert desk.ask("PUT", "/v1/leads/L", {"email": _ADDRESS, "name": CANARY})[0] == 200
    assert desk.ask("POST", "/v1/events", _tell_event("L"))[0] == 200
    assert desk.ask("POST", "/v1/events", {"lead_id": "L", "type": 5, "note": _ADDRESS})[0] == 422
    assert desk.ask("DELETE", "/v1/leads/L")[1]["leads"] == 1


def _tell_event(lead_id: str) -> dict[str, Any]:
    return make_event(lead_id, occurred_at="2026-02-20T09:00:00Z", properties={"note": CANARY})


def _count_forgotten(desk: Desk) -> int:
    with desk.service.database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT sum(refused) FROM forgotten").scalar_one())


def test_who_was_forgotten_is_told_of_in_vain(desk: Desk) -> None:
    """Every kind of fact about them is answered 200, counted, and kept nowhere, not even as refused."""
    _forget(desk)
    before = _count_forgotten(desk)
    for method, path, body in (
        ("PUT", "/v1/leads/L", {"name": CANARY}),
        ("POST", "/v1/events", _tell_event("L")),
        ("POST", "/v1/leads/L/stage", {"stage": "sql", "note": CANARY}),
        ("POST", "/v1/leads/L/contacts", {"kind": "call", "note": CANARY}),
        ("POST", "/v1/leads/L/snooze", {"until": None}),
    ):
        status, told = desk.ask(method, path, body)
        assert (status, told["status"]) == (200, "forgotten")
    assert _count_forgotten(desk) >= before + 5
    desk.ask("PUT", "/v1/leads/L", {"name": CANARY, "employees": "x"})
    assert desk.ask("GET", "/v1/leads/L")[0] == 404
    assert _find_words(desk) == []


@pytest.mark.parametrize("address", _AGAIN)
def test_another_id_with_the_same_address_is_the_same_person(desk: Desk, address: str) -> None:
    """However the address is written, a lead that brings it again is not kept, nor what comes under its id."""
    _forget(desk)
    desk.ask("POST", "/v1/events", _tell_event("L-again"))
    assert desk.ask("PUT", "/v1/leads/L-again", {"email": address, "name": CANARY})[1]["status"] == "forgotten"
    assert desk.ask("POST", "/v1/events", _tell_event("L-again"))[1]["status"] == "forgotten"
    assert desk.ask("PUT", "/v1/leads/L-other", {"email": "ada+x@example.com"})[1]["status"] == "accepted"
    assert _find_words(desk) == []


def _find_words(desk: Desk) -> list[str]:
    """Find the tables that still hold a word of somebody forgotten, whatever the database."""
    with desk.service.database.reading() as connection:
        rows = {table.name: connection.execute(select(table)).all() for table in metadata.sorted_tables}
    return [name for name, held in rows.items() if CANARY.lower() in str(held).lower()]


def test_an_old_copy_brings_nobody_back(sqlite_template: Path, tmp_path: Path, in_force: ScorerInForce) -> None:
    """A backup that is older than an erasure is mended before anybody is served."""
    store, backup = tmp_path / "store", tmp_path / "backup.db"
    shutil.copytree(sqlite_template, store)
    with open_desk(sqlite_url(store), tmp_path, in_force) as desk:
        assert desk.ask("PUT", "/v1/leads/L", {"email": _ADDRESS})[0] == 200
        assert desk.ask("PUT", "/v1/leads/L-stays", {})[0] == 200
    _copy(store / "hotlead.db", backup)
    with open_desk(sqlite_url(store), tmp_path, in_force) as desk:
        assert desk.ask("DELETE", "/v1/leads/L")[1]["leads"] == 1
    for leftover in store.glob("hotlead.db*"):
        leftover.unlink()
    _copy(backup, store / "hotlead.db")
    with open_desk(sqlite_url(store), tmp_path, in_force) as desk:
        assert desk.ask("GET", "/v1/leads/L")[0] == 404
        assert desk.ask("GET", "/v1/leads/L-stays")[0] == 200
        assert desk.ask("PUT", "/v1/leads/L-again", {"email": _ADDRESS})[1]["status"] == "forgotten"
        assert _find_words(desk) == []


def _copy(source: Path, target: Path) -> None:
    with sqlite3.connect(source) as reading, sqlite3.connect(target) as writing:
        reading.backup(writing)
    reading.close()
    writing.close()


def test_a_refused_item_is_shown_without_its_words(company: Company) -> None:
    """The list of what was refused has names of fields and kinds of values, and no value."""
    company.ask("POST", "/v1/events", {"lead_id": CANARY, "type": 5, "properties": {"who": CANARY}})
    reply = company.ask("GET", "/v1/rejections?limit=500")
    assert CANARY not in reply.body.decode()
    assert reply.told["items"]
