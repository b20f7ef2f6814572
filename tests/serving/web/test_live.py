"""Live: browsers that listen hear that something changed, from whichever process, over real sockets."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from serving.app import create_app, read_clock
from serving.championing import ScorerInForce
from serving.settings import Settings
from serving.store.database import Database
from serving.store.news import list_held_leads
from serving.usecases.enrolling import add_user, end_user, make_link
from serving.usecases.holding import HOLD_FOR, HeldAct, hold_act
from serving.usecases.noticing import Noticer, name_lead
from serving.usecases.signing_in import sign_in_by_link, sign_out
from serving.usecases.told import ToldNote, ToldStage
from serving.web import live
from serving.web.live import Live, Pace
from tests.serving.usecases.tellers import NOW, Teller
from tests.serving.web.listeners import PATIENCE_SECONDS, Ear, Running, wait_for

_LIVE_SCOPE: dict[str, Any] = {
    "type": "http",
    "asgi": {"version": "3.0", "spec_version": "2.4"},
    "http_version": "1.1",
    "method": "GET",
    "scheme": "http",
    "path": "/live",
    "raw_path": b"/live",
    "root_path": "",
    "query_string": b"of=queue",
    "headers": [(b"host", b"127.0.0.1")],
    "client": ("127.0.0.1", 5),
    "server": ("127.0.0.1", 80),
}


async def _receive_nothing() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


@pytest.fixture
def running(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A running server on either database that looks often."""
    monkeypatch.setattr(live, "LOOK_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 1.0)
    server = Running(database.engine.url.render_as_string(hide_password=False), tmp_path / "home")
    server.start()
    yield server
    if server.thread.is_alive():
        server.stop()


@pytest.fixture
def token(database: Database, running: Running) -> str:
    """The session of a user."""
    return sign_in(database, "anna")


def test_two_browsers_hear_what_another_process_does(database: Database, running: Running, token: str) -> None:
    """What another process writes into the store is heard by every browser that asked for it."""
    teller = Teller(database, None)
    teller.tell_lead("a/b", owner_id="anna")
    with listen(running, token, "queue", name_lead("a/b")) as one, listen(running, token, "model") as other:
        teller.tell(ToldStage(lead_id="a/b", key=b"x" * 16, stage="mql", occurred_at=NOW))
        heard = " ".join(hear_until(one, lambda names: {"queue", "lead:a%2Fb"} <= set(names)))
        assert "board" not in heard
        running.app.state.service.championing.in_force = _Champion()
        assert other.hear() == "model"


def test_a_page_that_was_read_before_a_change_hears_of_it(database: Database, running: Running, token: str) -> None:
    """Whoever begins to listen after something changed, with a page from before, is told at once."""
    teller = Teller(database, None)
    with listen(running, token, "queue"):
        time.sleep(0.3)
        teller.now = read_clock()
        teller.tell_lead("L-1", owner_id="anna")
        teller.tell(ToldStage(lead_id="L-1", key=b"x" * 16, stage="mql", occurred_at=NOW))
        time.sleep(0.3)
        with listen(running, token, "queue", since=teller.now - 1) as late:
            assert late.hear() == "queue"


def test_the_first_to_listen_hears_of_what_was_before(
    database: Database, running: Running, token: str, in_force: ScorerInForce, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nobody listened nobody looked: the first look tells what came between a page and its listening."""
    monkeypatch.setattr(live, "_SLACK", 0)
    teller = Teller(database, None)
    teller.now = read_clock()
    teller.tell_lead("L-1", owner_id="anna")
    teller.tell(ToldStage(lead_id="L-1", key=b"x" * 16, stage="mql", occurred_at=NOW))
    with listen(running, token, "queue", since=teller.now - 1) as first:
        assert first.hear() == "queue"
    read_at = read_clock()
    running.app.state.service.championing.in_force = in_force
    time.sleep(1.0)
    with listen(running, token, "model", since=read_at) as later:
        assert later.hear() == "model"


def test_a_stream_ends_with_its_session(database: Database, running: Running, token: str) -> None:
    """Signing out, or the end of somebody's access, ends their streams; strangers hear nothing."""
    other = sign_in(database, "bo")
    with listen(running, token, "queue") as ear, listen(running, other, "queue") as second:
        with database.writing() as connection:
            sign_out(connection, token, at=read_clock(), by="anna")
        assert ear.hear() == ""
        with database.writing() as connection:
            end_user(connection, "bo", at=read_clock(), by="")
        assert second.hear() == ""
    with listen(running, token, "queue") as stranger:
        assert stranger.response.status == 401


def test_a_server_stops_at_once_while_browsers_listen(running: Running, token: str) -> None:
    """Streams have no end of their own, and hold up no shutdown."""
    with listen(running, token, "queue") as one, listen(running, token, "queue") as two:
        assert (one.response.status, two.response.status) == (200, 200)
        assert running.stop() < 5
        with suppress(OSError):
            assert one.hear() == ""


def test_only_so_many_pages_listen(running: Running, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond so many of one visitor the next is told to come later, and finds room when one has gone."""
    ears = [Ear(running.port, token, "queue") for _ in range(live.MOST_OF_ONE)]
    with listen(running, token, "queue") as refused:
        assert (refused.response.status, refused.response.getheader("retry-after")) == (503, "30")
    ears.pop().close()
    wait_for(lambda: _may_listen(running, token))
    for ear in ears:
        ear.close()


def test_there_is_room_for_so_many_in_all(running: Running) -> None:
    """The limit in all counts everybody's."""
    crowd = Live(running.app.state.service, most=2, most_of_one=2)
    assert crowd.has_room("anna")
    crowd._listeners = {live.Listener(user_id=name, wanted=frozenset()) for name in ("anna", "bo")}
    assert not crowd.has_room("eve")


def test_what_a_look_noticed_is_told_though_its_listener_left(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser that goes to another page leaves in the middle of a look: the next one hears of what it found."""
    crowd, begun, may_end = Live(running.app.state.service), threading.Event(), threading.Event()

    def look(wanted: frozenset[str]) -> dict[str, float]:
        is_first = not begun.is_set()
        begun.set()
        may_end.wait(PATIENCE_SECONDS)
        return dict.fromkeys(wanted, 0.0) if is_first else {}

    async def go_on() -> bool:
        first, second = (
            live.Listener(user_id="anna", wanted=frozenset({"queue"}), read_at=read_clock()) for _ in range(2)
        )
        crowd.join(first)
        await asyncio.to_thread(begun.wait, PATIENCE_SECONDS)
        crowd.leave(first)
        crowd.join(second)
        may_end.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(second.rings.wait(), 3)
        crowd.leave(second)
        return second.news == {"queue"}

    monkeypatch.setattr(crowd, "_look", look)
    assert asyncio.run(go_on())


def test_who_goes_before_the_first_word_takes_no_place(sqlite_url: str, tmp_path: Path) -> None:
    """A browser that is gone when its stream begins is not counted among those that listen for ever."""
    app = create_app(Settings(home=tmp_path, database_url=sqlite_url, works=False))
    statuses: list[int] = []

    async def hang_up(_: Any) -> None:
        raise OSError("gone")

    async def note(message: Any) -> None:
        statuses.append(message.get("status", 0))
        raise OSError("gone after the first word")

    async def ask_often() -> None:
        for send in (*[hang_up] * live.MOST_OF_ONE, note):
            with suppress(OSError, ClientDisconnect):
                await app(_LIVE_SCOPE | {"state": {}}, _receive_nothing, send)

    asyncio.run(ask_often())
    assert statuses == [200]


def test_a_noticer_notices_each_change_once(database: Database) -> None:
    """The first look notices nothing, each later one what came, went or changed since."""
    teller, noticer = Teller(database, None), Noticer()
    teller.tell_lead("L-1", owner_id="anna")

    def look() -> set[str]:
        with database.reading() as connection:
            return set(noticer.look(connection, {name_lead("L-1")}, None))

    assert look() == set()
    note = ToldNote(lead_id="L-1", key=b"n" * 16, text="x", occurred_at=NOW)
    act = HeldAct(id="h", user_id="anna", lead_id="L-1", kind="note", item=note, made_at=NOW, due_at=NOW + HOLD_FOR)
    with database.writing() as connection:
        hold_act(connection, act)
        assert len(list_held_leads(connection, most=9)) == 1
    assert look() == {"queue", "lead:L-1"}
    assert look() == set()
    teller.tell(note)
    assert look() == {"queue", "board"}
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM held_acts")
        connection.exec_driver_sql("UPDATE leads SET score_number = 7")
    assert look() == {"queue", "lead:L-1"}
    sign_in(database, "bo")
    assert look() == {"user", "session"}


def test_a_lead_that_is_forgotten_is_news_of_it(database: Database) -> None:
    """Who looks at a lead hears that it is gone."""
    teller, noticer = Teller(database, None), Noticer()
    teller.tell_lead("L-1")
    with database.reading() as connection:
        noticer.look(connection, {"lead:L-1"}, None)
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM leads")
    with database.reading() as connection:
        assert set(noticer.look(connection, {"lead:L-1"}, None)) == {"lead:L-1"}


def test_news_are_told_at_their_pace() -> None:
    """A name is told at once, then not before its rest is over, and what is pending is not lost."""
    pace = Pace()
    pace.add({"board": 30.0, "queue": 1.0}, 100.0)
    assert pace.take(100.0) == {"board", "queue"}
    pace.add({"board": 30.0, "queue": 5.0}, 100.5)
    assert pace.take(100.5) == frozenset()
    pace.add({"queue": 1.0}, 100.6)
    assert pace.take(101.0) == {"queue"}
    assert pace.take(129.9) == frozenset()
    assert pace.take(130.0) == {"board"}
    assert pace.take(999.0) == frozenset()


class _Champion:
    """What stands for another model in force."""

    class champion:  # noqa: N801
        """Its name."""

        version, fingerprint = "2", "f"


def sign_in(database: Database, user_id: str) -> str:
    """Add a user and return the token of their session."""
    at = read_clock()
    with database.writing() as connection:
        add_user(connection, user_id=user_id, name=user_id, role="rep", person_id=None, at=at, by="")
        return sign_in_by_link(connection, make_link(connection, user_id, at=at, by=""), at=at).token


@contextmanager
def listen(running: Running, token: str, *names: str, since: int | None = None) -> Iterator[Ear]:
    """Listen until the block ends."""
    with closing(Ear(running.port, token, *names, since=since)) as ear:
        # The first look is what later ones are compared with.
        time.sleep(0.5)
        yield ear


def hear_until(ear: Ear, is_enough: Callable[[list[str]], bool]) -> list[str]:
    """Listen until enough was heard."""
    heard: list[str] = []
    while not is_enough(heard):
        news = ear.hear()
        assert news, "the stream has ended"
        heard += news.split()
    return heard


def _may_listen(running: Running, token: str) -> bool:
    with listen(running, token, "queue") as ear:
        return ear.response.status == 200
