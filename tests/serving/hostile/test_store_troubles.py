"""Troubles of the store: a full disk, a file that is gone, replaced or read-only, a server that hangs up."""

import resource
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from serving.championing import ScorerInForce
from serving.store.database import Database
from tests.serving.api.desks import Desk, open_desk
from tests.serving.hostile.company import Company, check_problem, make_event, open_company
from tests.serving.usecases.tellers import put_in_force

_ENDLESS = resource.RLIM_INFINITY


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Company, Path]]:
    """A company with a home of its own, and its home."""
    home = tmp_path_factory.mktemp("troubled")
    put_in_force(home)
    with open_company(home) as company:
        yield company, home


@contextmanager
def _fill_disk(company: Company) -> Iterator[None]:
    """Let no file of the server's grow: what a full disk does to it."""
    pid = company.server.process.pid
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (4_096, _ENDLESS))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (_ENDLESS, _ENDLESS))


@contextmanager
def _take_file_away(home: Path) -> Iterator[None]:
    path, aside = home / "hotlead.db", home / "aside.db"
    path.rename(aside)
    yield
    aside.rename(path)


@contextmanager
def _replace_file(home: Path) -> Iterator[None]:
    with _take_file_away(home):
        shutil.copyfile(home / "aside.db", home / "hotlead.db")
        yield


def _wait_until(company: Company, path: str, status: int) -> Any:
    deadline = time.monotonic() + 15
    while (reply := company.ask("GET", path)).status != status:
        assert time.monotonic() < deadline, reply.body
        time.sleep(0.1)
    return reply


@pytest.mark.parametrize("trouble", ["full", "gone", "replaced"])
def test_a_store_that_cannot_be_written_says_so_and_recovers(troubled: tuple[Company, Path], trouble: str) -> None:
    """Every fact is 503 with a time to wait, readiness is red, scoring goes on; afterwards all is as before."""
    company, home = troubled
    lead_id, events = company.name(), [make_event("L", id=f"{trouble}-{number}") for number in range(50)]
    assert company.ask("PUT", f"/v1/leads/{lead_id}", {"employees": 1}).status == 200
    before = company.count()
    make: dict[str, Callable[[], Any]] = {
        "full": lambda: _fill_disk(company),
        "gone": lambda: _take_file_away(home),
        "replaced": lambda: _replace_file(home),
    }
    with make[trouble]():
        for method, path, body in (
            ("PUT", f"/v1/leads/{lead_id}", {"employees": 2}),
            ("PUT", "/v1/leads/L-new", {}),
            ("POST", "/v1/events", events),
            ("POST", f"/v1/leads/{lead_id}/stage", {"stage": "sql"}),
            ("PUT", "/v1/owners/O", {"name": "Ada"}),
            ("POST", "/v1/events", {"lead_id": 5}),
        ):
            reply = company.ask(method, path, body)
            check_problem(reply, (503, "store_unavailable", ""))
            assert int(reply.headers["retry-after"]) > 0
        _wait_until(company, "/readyz", 503)
        assert company.ask("GET", "/healthz").status == 200
        company.check_served()
    _wait_until(company, "/readyz", 200)
    assert company.count() == before
    assert company.ask("POST", "/v1/events", events).told["parked"] == 50
    assert company.ask("PUT", f"/v1/leads/{lead_id}", {"employees": 2}).told["status"] == "accepted"
    assert company.read("PRAGMA integrity_check")[0][0] == "ok"


def test_a_store_that_may_only_be_read_says_so_and_recovers(
    sqlite_url: str, tmp_path: Path, in_force: ScorerInForce
) -> None:
    """Where writing is no longer allowed facts are 503 and lookups go on; when it is again, so are they."""
    with open_desk(sqlite_url, tmp_path, in_force) as desk:
        desk.ask("PUT", "/v1/leads/L", {"employees": 1})
        forbid = _forbid_writing(desk)
        assert desk.ask("PUT", "/v1/leads/L", {"employees": 2})[0] == 503
        assert desk.ask("PUT", "/v1/owners/O", {"name": "Ada"})[0] == 503
        assert desk.ask("DELETE", "/v1/leads/L")[0] == 503
        assert desk.ask("GET", "/readyz")[0] == 503
        assert desk.ask("GET", "/v1/leads/L")[1]["attributes"] == {"employees": 1.0}
        forbid["is_on"] = False
        assert desk.ask("PUT", "/v1/leads/L", {"employees": 2})[0] == 200
        assert desk.ask("GET", "/readyz")[0] == 200


def _forbid_writing(desk: Desk) -> dict[str, bool]:
    """Make every connection refuse to write, as one on a file system that is mounted for reading does."""
    state = {"is_on": True}

    @event.listens_for(desk.service.database.engine, "checkout")
    def forbid(connection: Any, *_: Any) -> None:
        connection.execute(f"PRAGMA query_only={'ON' if state['is_on'] else 'OFF'}")

    return state


def test_a_database_that_hangs_up_is_asked_again(
    postgres_url: str, tmp_path: Path, in_force: ScorerInForce
) -> None:
    """Where PostgreSQL drops every connection callers are answered 2xx or 503, and the next ones 2xx."""
    with open_desk(postgres_url, tmp_path, in_force) as desk:
        desk.ask("PUT", "/v1/leads/L", {"employees": 0})
        for number in range(1, 4):
            _hang_up(postgres_url)
            told = {"employees": number}
            answers = [desk.ask("PUT", "/v1/leads/L", told)[0] for _ in range(4)]
            assert set(answers) <= {200, 503}
            assert answers[-1] == 200
            _hang_up(postgres_url)
            reads = [desk.ask("GET", "/v1/leads/L")[0] for _ in range(8)]
            assert set(reads) <= {200, 503}
            assert reads[-1] == 200
        assert desk.ask("GET", "/v1/leads/L")[1]["attributes"] == {"employees": 3.0}
        assert desk.ask("GET", "/readyz")[0] == 200


def _hang_up(url: str) -> None:
    database = Database(url)
    with database.writing() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    database.close()
