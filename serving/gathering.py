"""Gathering: concurrent writes wait for each other a moment and share one durable commit.

A commit costs milliseconds however much it holds. While one is under way the requests that arrive wait in a
bounded queue, and the next commit takes all of them.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from time import perf_counter

from serving.store.database import Database
from serving.usecases.committing import (
    CONTINUES,
    Committed,
    Done,
    Force,
    Request,
    StoreUnavailable,
    commit_requests,
)
from serving.usecases.ingesting import Ingested
from serving.waiting import Overloaded, Portion, Waiting, WaitingRoom

__all__ = ["Gathering", "Overloaded"]

logger = logging.getLogger("hotlead.store")

MOST_AT_ONCE = 1_000
# What a batch should take: others who write, and those whom it answers, wait for its end.
_BATCH_SECONDS = 0.25
_LEAST_AT_ONCE = 50
# Some seconds of work: whoever comes later is better told to wait than left waiting.
MOST_WAITING = 10_000
_WORTH_STOPPING_SECONDS = 30.0


class Gathering:
    """The one writer of facts in a process.

    Parameters
    ----------
    database
        The store.
    take_force
        Returns what is in force, asked at the start of each batch.
    on_batch
        Told of each committed batch: what it did, how many requests it held, and how long the first one waited.
    """

    def __init__(
        self,
        database: Database,
        take_force: Callable[[], Force],
        *,
        on_batch: Callable[[Ingested, int, float], None] = lambda *_: None,
        most_at_once: int = MOST_AT_ONCE,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._database, self._take_force, self._on_batch = database, take_force, on_batch
        self._most_at_once, self._fits = most_at_once, most_at_once
        self._room = WaitingRoom(most_waiting)
        self._is_closing = False
        self.trouble: str | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="hotlead-writer", daemon=True)

    def start(self) -> None:
        """Start the writer."""
        self._thread.start()

    def stop(self) -> None:
        """Commit what waits, and end."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join(_WORTH_STOPPING_SECONDS)

    @property
    def depth(self) -> int:
        """Return how many items wait."""
        return self._room.weight

    def is_live(self) -> bool:
        """Tell whether anything but imports came within the last second."""
        return self._room.is_live(perf_counter())

    def check_room(self, *, is_bulk: bool) -> None:
        """Check that a request has a fair chance to be taken, before anybody spends time on reading it.

        Raises
        ------
        Overloaded
            If nearly as much waits as may wait.
        """
        self._room.check(is_bulk=is_bulk)

    async def submit(self, request: Request) -> Done:
        """Have a request done, and return its answer once it is durable.

        Raises
        ------
        Overloaded
            If too much waits already; nothing was done.
        StoreUnavailable
            If the database cannot be written; nothing was done.
        """
        loop = asyncio.get_running_loop()
        waiting = Waiting(request, max(1, len(request.command.items)), loop, loop.create_future(), perf_counter())
        with self._changed:
            if self._is_closing:
                raise StoreUnavailable("the service is stopping: try again soon")
            self._room.add(waiting)
            self._changed.notify()
        return await waiting.future

    def _work(self) -> None:
        while batch := self._take():
            started = perf_counter()
            try:
                committed = commit_requests(
                    self._database, [portion.request for portion in batch], self._take_force()
                )
            except Exception as error:  # the writer must outlive what nobody thought of
                logger.error("a batch failed: %s", type(error).__name__)
                committed = Committed([error] * len(batch))
            self._fit(sum(portion.weight for portion in batch), perf_counter() - started)
            self.trouble = _find_trouble(committed)
            _deliver(self._list_finished(batch, committed))
            for ingested in committed.ingested:
                self._on_batch(ingested, len(batch), perf_counter() - batch[0].waiting.since)

    def _list_finished(self, batch: list[Portion], committed: Committed) -> list[tuple[Waiting, Done | Exception]]:
        """List the requests that are done with what they are answered; the others wait for their next portion."""
        finished = []
        for portion, result in zip(batch, committed.results, strict=True):
            if isinstance(result, Done) and result.status == CONTINUES:
                with self._changed:
                    self._room.put_back(portion.waiting)
            else:
                finished.append((portion.waiting, result))
        return finished

    def _fit(self, weight: int, seconds: float) -> None:
        """Let the next batch be as large as one that takes its time, judged by the last."""
        if weight >= min(_LEAST_AT_ONCE, self._most_at_once):
            fits = int(weight * _BATCH_SECONDS / max(seconds, 1e-6))
            self._fits = max(min(fits, self._most_at_once), min(_LEAST_AT_ONCE, self._most_at_once))

    def _take(self) -> list[Portion]:
        """Take what waits, as soon as something does; nothing once the service is stopping."""
        with self._changed:
            while not self._room and not self._is_closing:
                self._changed.wait()
            return self._room.take(self._fits, perf_counter())


def _find_trouble(committed: Committed) -> str | None:
    return next((str(result) for result in committed.results if isinstance(result, StoreUnavailable)), None)


def _deliver(finished: list[tuple[Waiting, Done | Exception]]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Done], Done | Exception]]] = {}
    for waiting, result in finished:
        by_loop.setdefault(waiting.loop, []).append((waiting.future, result))
    for loop, results in by_loop.items():
        # A loop that has ended waits for nothing any more.
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, results)


def _resolve(results: "list[tuple[asyncio.Future[Done], Done | Exception]]") -> None:
    for future, result in results:
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
