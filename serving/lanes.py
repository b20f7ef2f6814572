"""Lanes: deliveries under way, sent side by side; those that have ended are recorded together.

A commit holds up the writer of facts, so what several senders have to record goes into one of them, and the same
transaction leases what is sent next.
"""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from random import Random

from sqlalchemy import Connection

from serving.channels.sending import Outcome, Sender
from serving.store.agenda import is_anything_due
from serving.store.database import Database
from serving.usecases import delivering
from serving.usecases.committing import Force
from serving.usecases.delivering import Leased

# Senders that end within this time of each other are recorded together.
_GATHER_SECONDS = 0.01
# So many times the senders' number is leased at once: a turn to write may be long in coming.
_AHEAD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a worker works with; all of it can be replaced, so that a test can let a week pass in seconds.

    `is_live` tells whether somebody in this process waits for what happens just now.
    """

    database: Database
    take_force: Callable[[], Force]
    clock: Callable[[], int]
    sender: Sender
    name: str
    randomness: Random
    on_outcome: Callable[[Leased, Outcome, str, int], None] = lambda *_: None
    is_live: Callable[[], bool] = lambda: False


class Lane:
    """First attempts, or retries: each has its own senders, so that a dead receiver's queue holds up nobody.

    Parameters
    ----------
    tools
        What it sends and records with.
    is_retry
        Which of the two.
    width
        How many are sent at once.
    """

    def __init__(self, tools: Tools, *, is_retry: bool, width: int) -> None:
        self._tools, self._is_retry, self._width = tools, is_retry, width
        self._pool = ThreadPoolExecutor(width, thread_name_prefix="hotlead-retry" if is_retry else "hotlead-send")
        self._under_way: dict[Future[Outcome], Leased] = {}

    def step(self) -> int:
        """Record what has ended and begin what is due; return how much there was of both."""
        has_ended = any(future.done() for future in self._under_way)
        has_room = len(self._under_way) < self._width * _AHEAD
        if not has_ended and not (has_room and self._is_anything_due()):
            return 0
        n_ended, begun = self._record_and_lease()
        for leased in begun:
            self._under_way[self._pool.submit(self._send, leased)] = leased
        return n_ended + len(begun)

    def finish(self) -> int:
        """Send all that is due, wait for it and record it; return how much there was."""
        done = self.step()
        while self._under_way:
            wait(self._under_way)
            done += self.step()
        return done

    def wait(self, seconds: float) -> bool:
        """Wait for a sender to end, so long at most, and return whether any was under way."""
        if not self._under_way:
            return False
        wait(self._under_way, seconds, FIRST_COMPLETED)
        wait(self._under_way, _GATHER_SECONDS)
        return True

    def close(self) -> None:
        """Wait for what is under way and record it."""
        wait(self._under_way)
        if self._under_way:
            self._record_and_lease(leases=False)
        self._pool.shutdown()

    def _is_anything_due(self) -> bool:
        with self._tools.database.reading() as connection:
            return is_anything_due(connection, now=self._tools.clock(), is_retry=self._is_retry)

    def _record_and_lease(self, *, leases: bool = True) -> tuple[int, list[Leased]]:
        """Record what has ended, and lease what there is room for; return how many ended, and the leased."""
        tools = self._tools
        with tools.database.writing() as connection:
            # Asked only now: a turn to write may be long in coming, and meanwhile others have ended.
            ended, now = [future for future in self._under_way if future.done()], tools.clock()
            outcomes = [(self._under_way[future], future.result()) for future in ended]
            states = [self._record(connection, leased, outcome, now) for leased, outcome in outcomes]
            free = self._width * _AHEAD - len(self._under_way) + len(ended) if leases else 0
            begun = self._lease(connection, now, free) if free else []
        for future in ended:
            del self._under_way[future]
        for (leased, outcome), state in zip(outcomes, states, strict=True):
            tools.on_outcome(leased, outcome, state, now)
        return len(ended), begun

    def _record(self, connection: Connection, leased: Leased, outcome: Outcome, now: int) -> str:
        state = delivering.record_outcome(connection, leased, outcome, now, self._tools.randomness)
        delivering.record_health(connection, leased.channel.id, outcome, now)
        return state

    def _lease(self, connection: Connection, now: int, free: int) -> list[Leased]:
        return delivering.lease(connection, now=now, worker=self._tools.name, is_retry=self._is_retry, most=free)

    def _send(self, leased: Leased) -> Outcome:
        return delivering.send(leased, self._tools.sender.send, self._tools.clock())
