"""Gathering: who waits together is committed together, and too many are told to come back."""

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from serving.gathering import Gathering, Overloaded
from serving.store.database import Database, sqlite_url
from serving.store.edge_tables import replies
from serving.store.migrating import migrate
from serving.store.tables import batches, leads
from serving.usecases.committing import Done, Force, KeyReused, Request, StoreUnavailable
from serving.usecases.told import Command, ToldLead
from tests.serving.usecases.test_committing import FORCE, make_request


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite store."""
    database = Database(sqlite_url(tmp_path))
    migrate(database)
    yield database
    database.close()


class Gate:
    """Says what is in force, once it is opened: until then the writer is busy."""

    def __init__(self) -> None:
        self.opened, self.entered, self.n_batches = threading.Event(), threading.Event(), 0

    def take_force(self) -> Force:
        """Wait to be opened."""
        self.n_batches += 1
        self.entered.set()
        self.opened.wait(20)
        return FORCE


def test_who_waits_together_is_committed_together(store: Database) -> None:
    """Requests that come while a commit is under way share the next one."""
    gate = Gate()
    gathering = Gathering(store, gate.take_force)
    gathering.start()

    async def submit_all() -> list[Done]:
        first = asyncio.create_task(gathering.submit(make_request("first")))
        await asyncio.to_thread(gate.entered.wait, 20)
        others = [asyncio.create_task(gathering.submit(make_request(f"L{number}"))) for number in range(50)]
        await asyncio.sleep(0.05)
        gate.opened.set()
        return await asyncio.gather(first, *others)

    assert {done.status for done in asyncio.run(submit_all())} == {200}
    assert gate.n_batches == 2
    gathering.stop()


def test_more_than_can_wait_is_refused(store: Database) -> None:
    """Beyond the bound a request is refused at once, and what waited before is done all the same."""
    gate = Gate()
    gathering = Gathering(store, gate.take_force, most_waiting=3)
    gathering.start()

    async def submit_all() -> list[Done | BaseException]:
        first = asyncio.create_task(gathering.submit(make_request("first")))
        await asyncio.to_thread(gate.entered.wait, 20)
        others = [asyncio.create_task(gathering.submit(make_request(f"L{number}"))) for number in range(5)]
        await asyncio.sleep(0.05)
        assert gathering.depth == 3
        gate.opened.set()
        return await asyncio.gather(first, *others, return_exceptions=True)

    results = asyncio.run(submit_all())
    assert [type(result) for result in results] == [Done] * 4 + [Overloaded] * 2
    gathering.stop()


def test_a_queue_that_is_nearly_full_is_said_before_anything_is_read(store: Database) -> None:
    """While nearly as much waits as may, who comes is refused at once; when it is done, there is room again."""
    gate = Gate()
    gathering = Gathering(store, gate.take_force, most_waiting=10)
    gathering.start()

    async def fill() -> None:
        first = asyncio.create_task(gathering.submit(make_request("first")))
        await asyncio.to_thread(gate.entered.wait, 20)
        others = [asyncio.create_task(gathering.submit(make_request(f"L{number}"))) for number in range(10)]
        await asyncio.sleep(0.05)
        with pytest.raises(Overloaded):
            gathering.check_room(is_bulk=False)
        gate.opened.set()
        await asyncio.gather(first, *others)
        gathering.check_room(is_bulk=False)

    asyncio.run(fill())
    gathering.stop()


def test_a_repetition_waits_for_its_answer(store: Database) -> None:
    """Two requests under one name that wait together are one request: the second gets the first one's answer."""
    gate = Gate()
    gathering = Gathering(store, gate.take_force)
    gathering.start()

    async def submit_both() -> list[Done]:
        request = make_request("L", name=b"n" * 16, digest=b"d")
        both = [asyncio.create_task(gathering.submit(request)) for _ in range(2)]
        await asyncio.sleep(0.05)
        gate.opened.set()
        return await asyncio.gather(*both)

    first, second = asyncio.run(submit_both())
    assert first == second == Done(status=200, body=b'["accepted"]')
    gathering.stop()


def test_stopping_commits_what_waits(store: Database) -> None:
    """What was taken is done before the writer ends; what comes later is refused."""
    gate = Gate()
    gathering = Gathering(store, gate.take_force)
    gathering.start()

    async def submit_and_stop() -> tuple[Done, Done]:
        first = asyncio.create_task(gathering.submit(make_request("first")))
        await asyncio.to_thread(gate.entered.wait, 20)
        second = asyncio.create_task(gathering.submit(make_request("second")))
        await asyncio.sleep(0.05)
        stopping = asyncio.create_task(asyncio.to_thread(gathering.stop))
        await asyncio.sleep(0.05)
        gate.opened.set()
        await stopping
        with pytest.raises(StoreUnavailable):
            await gathering.submit(make_request("late"))
        return await first, await second

    assert [done.status for done in asyncio.run(submit_and_stop())] == [200, 200]


def test_a_caller_who_hangs_up_is_stored_all_the_same(store: Database) -> None:
    """A request whose caller has gone is done, and nobody else waits for it in vain."""
    gate = Gate()
    gathering = Gathering(store, gate.take_force)
    gathering.start()

    async def hang_up() -> Done:
        gone = asyncio.create_task(gathering.submit(make_request("gone")))
        await asyncio.to_thread(gate.entered.wait, 20)
        other = asyncio.create_task(gathering.submit(make_request("other")))
        await asyncio.sleep(0.05)
        gone.cancel()
        gate.opened.set()
        return await other

    assert asyncio.run(hang_up()).status == 200
    gathering.stop()


def test_a_long_import_is_done_in_portions_and_answered_once(store: Database) -> None:
    """Beside live traffic each portion is its own commit; one answer tells of all items and repeats itself."""
    gathering = Gathering(store, lambda: FORCE)
    gathering.start()

    async def submit_all() -> tuple[Done, Done]:
        await gathering.submit(make_request("live"))
        first = await gathering.submit(_make_import(100, digest=b"same"))
        await gathering.submit(make_request("live"))
        with pytest.raises(KeyReused):
            await gathering.submit(_make_import(150, digest=b"other"))
        return first, await gathering.submit(_make_import(100, digest=b"same"))

    first, again = asyncio.run(submit_all())
    assert json.loads(first.body) == ["accepted"] * 100
    assert again == first
    with store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(leads)).scalar() == 101
        assert connection.execute(select(func.count()).select_from(replies)).scalar() == 1
        assert (connection.execute(select(func.count()).select_from(batches)).scalar() or 0) > 3
    gathering.stop()


def _make_import(n_leads: int, *, digest: bytes) -> Request:
    items = tuple(ToldLead(id=f"imported-{number}", attributes="{}") for number in range(n_leads))
    one = make_request("", name=b"key", digest=digest)
    return replace(one, command=Command(items=items), is_bulk=True)
