"""Admission: who is let in, who is not and with which answer, and that no header whatsoever breaks it."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from serving.errors import TITLES
from serving.store.database import Database
from serving.usecases.admitting import UnknownScope
from tests.serving.doors import Door, check_problem, open_door, show


@pytest.fixture
def door(sqlite_url: str) -> Iterator[Door]:
    """A door whose store has no keys."""
    yield from open_door(sqlite_url)


def test_a_right_key_is_let_in_on_both_databases(database: Database) -> None:
    """The caller's name reaches the application behind, on SQLite and on PostgreSQL."""
    door = Door(database)
    new = door.add("ingest")
    answer = door.ask(show(new.text))
    assert (answer.status, answer.body) == (200, b'{"name": "CRM", "body": ""}')
    check_problem(door.ask(), 401, "no_key")
    door.admission.close()


def test_no_route_can_be_guarded_by_a_scope_that_nobody_can_have(door: Door) -> None:
    """A misspelt scope is found when the application is put together."""
    with pytest.raises(UnknownScope):
        door.admission.guard("reed", Response())


def test_a_revoked_key_stops_working_within_the_time(door: Door) -> None:
    """The key works on for less than two seconds, and not once after them, however long nobody asked."""
    new = door.add("ingest")
    assert door.ask(show(new.text)).status == 200
    door.revoke(new)
    assert door.ask(show(new.text)).status == 200
    door.seconds += 2
    check_problem(door.ask(show(new.text)), 401, "wrong_key")
    check_problem(door.ask(), 401, "no_key")


def test_the_hot_path_asks_no_database(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand requests within a second cost one reading of the keys."""
    readings = count_readings(door, monkeypatch)
    new = door.add("ingest")
    for _ in range(1_000):
        door.ask(show(new.text))
        door.seconds += 0.0009
    assert len(readings) == 1


def test_many_first_callers_wait_for_one_reading(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty requests at once after a start share one look into the store."""
    readings = count_readings(door, monkeypatch)
    assert [answer.status for answer in door.ask_together(50)] == [200] * 50
    assert len(readings) == 1


def test_a_closed_door_opens_again(door: Door) -> None:
    """An application that was shut down and started anew reads its keys again."""
    new = door.add("ingest")
    assert door.ask(show(new.text)).status == 200
    door.admission.close()
    door.seconds += 60
    assert door.ask(show(new.text)).status == 200


def test_a_store_that_is_away_stops_known_callers_late(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last known keys hold for a minute, then everybody gets 503; when the store is back, so are they."""
    new = door.add("ingest")
    assert door.ask(show(new.text)).status == 200
    with monkeypatch.context() as away:
        away.setattr(door.database, "reading", fail)
        door.seconds += 30
        assert door.ask(show(new.text)).status == 200
        door.seconds += 60
        answer = door.ask(show(new.text))
        check_problem(answer, 503, "unreadable_keys")
        assert answer.headers[b"retry-after"]
    assert door.ask(show(new.text)).status == 200


def test_a_store_that_was_never_read_lets_nobody_in(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without having seen whether there are keys, the service does not take itself for open."""
    monkeypatch.setattr(door.database, "reading", fail)
    check_problem(door.ask(), 503, "unreadable_keys")


_NAMES = [
    b"authorization",
    b"host",
    b"origin",
    b"sec-fetch-site",
    b"webhook-id",
    b"webhook-timestamp",
    b"webhook-signature",
    b"content-length",
    b"x-forwarded-for",
]


_VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"Bearer ", b"http://[::1", b"[::1]", b"9" * 300, b"-1", b"v1,", b"v1," + b"A" * 43, b"1" * 13]
    ),
    st.text(max_size=20).map(lambda text: b"Bearer " + text.encode("utf-8", "surrogatepass")),
)


@pytest.mark.parametrize("has_keys", [True, False])
@given(
    headers=st.lists(st.tuples(st.sampled_from(_NAMES), _VALUES), max_size=8),
    method=st.sampled_from(["GET", "POST", "PUT", "BREW"]),
    query=st.binary(max_size=40),
    peer=st.one_of(st.none(), st.text(max_size=20), st.ip_addresses().map(str)),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_header_whatsoever_breaks_it(
    door: Door,
    has_keys: bool,
    headers: list[tuple[bytes, bytes]],
    method: str,
    query: bytes,
    peer: str | None,
) -> None:
    """Whatever is sent, the answer is a problem of the caller's or the application's answer, never 5xx."""
    if has_keys:
        door.add("ingest")
        door.add("ingest", signs=True)
    answer = door.ask(*headers, method=method, query=query, peer=peer)
    assert answer.status < 500
    assert answer.status == 200 or answer.code in TITLES
    assert not (has_keys and answer.status == 200)


def test_guarded_routes_of_a_real_application(door: Door) -> None:
    """A bare application and a route's own are guarded alike; other routes stay open, and wrong methods are 405."""

    async def whoami(request: Request) -> Response:
        return JSONResponse({"name": request.state.key.name})

    read = Route("/read", whoami, methods=["GET"])
    read.app = door.admission.guard("read", read.app)
    bare = Route("/bare", door.admission.guard("score", read.app), methods=["POST"])
    app = Starlette(routes=[read, bare, Route("/open", Response("open"))])
    both, score = door.add("read", "score", name="BI"), door.add("score")
    with TestClient(app) as client:
        assert client.get("/open").status_code == 200
        assert client.get("/read").json()["code"] == "no_key"
        assert client.get("/read", headers=_bear(both.text)).json() == {"name": "BI"}
        assert client.post("/bare", headers=_bear(both.text)).json() == {"name": "BI"}
        assert client.get("/read", headers=_bear(score.text)).json()["code"] == "missing_scope"
        assert client.get("/bare").status_code == 405


def count_readings(door: Door, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often the store is read."""
    readings: list[int] = []
    reading: Callable[[], object] = door.database.reading

    def read() -> object:
        readings.append(1)
        return reading()

    monkeypatch.setattr(door.database, "reading", read)
    return readings


def fail() -> None:
    """Fail as a database does that is away."""
    raise OperationalError("SELECT", {}, ConnectionError("away"))


def _bear(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}
