"""Committing: a batch is done as a whole, what cannot be done fails alone, repetitions are answered as before."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from agreement.terms import DEFAULT_TERMS
from serving.store.database import Database, sqlite_url
from serving.store.migrating import migrate
from serving.store.tables import batches, leads
from serving.usecases.committing import (
    Done,
    Force,
    KeyReused,
    Request,
    StoreUnavailable,
    commit_requests,
)
from serving.usecases.told import Command, ToldLead

FORCE = Force(now=1_790_000_000_000_000, in_force=None, terms=DEFAULT_TERMS, histories=None)


def make_request(
    lead_id: str, *, name: bytes | None = None, digest: bytes = b"", attributes: str = "{}"
) -> Request:
    """Make a request that tells a lead and is answered with its status."""
    return Request(
        command=Command(items=(ToldLead(id=lead_id, attributes=attributes),)),
        write=lambda answers, _: (200, json.dumps([answer.status for answer in answers]).encode()),
        name=name,
        digest=digest,
    )


def test_many_requests_share_one_commit(database: Database) -> None:
    """A batch of requests is one transaction, and each has its own answer."""
    committed = commit_requests(database, [make_request(f"L{number}") for number in range(20)], FORCE)
    assert committed.results == [Done(status=200, body=b'["accepted"]')] * 20
    assert _count(database, batches) == 1
    assert _count(database, leads) == 20


def test_a_request_that_cannot_be_done_fails_alone(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """One broken request costs the others a transaction of their own, and nothing else."""

    def break_down(*_: Any) -> Any:
        raise ZeroDivisionError

    broken = Request(command=make_request("B").command, write=break_down)
    committed = commit_requests(database, [make_request("A"), broken, make_request("C")], FORCE)
    assert [type(result) for result in committed.results] == [Done, ZeroDivisionError, Done]
    assert _list_leads(database) == ["A", "C"]


def test_a_repetition_gets_the_first_answer(database: Database) -> None:
    """Under the same Idempotency-Key the same request is done once and answered alike."""
    first = commit_requests(database, [make_request("L", name=b"k" * 16, digest=b"d")], FORCE).results
    again = commit_requests(database, [make_request("L", name=b"k" * 16, digest=b"d")], FORCE).results
    assert first == again == [Done(status=200, body=b'["accepted"]')]


def test_a_key_belongs_to_one_request(database: Database) -> None:
    """Another request under a used key is refused, and not done."""
    commit_requests(database, [make_request("L", name=b"k" * 16, digest=b"d")], FORCE)
    (refused,) = commit_requests(database, [make_request("M", name=b"k" * 16, digest=b"e")], FORCE).results
    assert isinstance(refused, KeyReused)
    assert _list_leads(database) == ["L"]


def test_a_store_that_is_full_refuses_all_and_breaks_nothing(tmp_path: Path) -> None:
    """Where nothing can be written every request is refused for now, and it goes on when there is room again."""
    database = Database(sqlite_url(tmp_path))
    migrate(database)
    with database.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count={pages}"))
    long = json.dumps({"note": "x" * 500_000})
    (refused,) = commit_requests(database, [make_request("L", attributes=long)], FORCE).results
    assert isinstance(refused, StoreUnavailable)
    with database.engine.connect() as connection:
        connection.execute(text("PRAGMA max_page_count=1000000"))
    (done,) = commit_requests(database, [make_request("L", attributes=long)], FORCE).results
    assert isinstance(done, Done)
    database.close()


def test_a_database_file_that_was_taken_away_refuses(tmp_path: Path) -> None:
    """Nothing is acknowledged into a file that nobody can open again; when it is put back, it goes on."""
    database = Database(sqlite_url(tmp_path))
    migrate(database)
    commit_requests(database, [make_request("L")], FORCE)
    (tmp_path / "hotlead.db").rename(tmp_path / "elsewhere.db")
    (refused,) = commit_requests(database, [make_request("M")], FORCE).results
    assert isinstance(refused, StoreUnavailable)
    (tmp_path / "elsewhere.db").rename(tmp_path / "hotlead.db")
    (done,) = commit_requests(database, [make_request("M")], FORCE).results
    assert isinstance(done, Done)
    database.close()


def _count(database: Database, table: Any) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _list_leads(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(select(leads.c.id).order_by(leads.c.id)).scalars())
