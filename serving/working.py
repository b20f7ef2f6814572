"""Working: what a worker does round after round, in the process that serves or in one of its own."""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from random import Random

from sqlalchemy import Connection

from features.times import SECOND
from serving.channels.sending import Outcome, Sender
from serving.observing import log_failure
from serving.store.agenda import Agenda, is_anything_due, read_agenda
from serving.store.database import Database
from serving.usecases import delivering, keeping_time, rescoring
from serving.usecases.committing import Force
from serving.usecases.delivering import Leased
from serving.usecases.standing import Standing, find_basis_in_force, take_standing

logger = logging.getLogger("hotlead.worker")

# How long a worker sleeps when there is nothing to do; a commit in the same process wakes it.
IDLE_SECONDS = 0.5
_TIDY_EVERY_SECONDS = 60.0
_FIRST_LANE, _RETRY_LANE = 6, 2
_LOOPS = 3
# An account that moved is looked back for this long, so that two clocks a little apart miss nothing.
_LOOK_BACK = 60 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a worker works with; all of it can be replaced, so that a test can let a week pass in seconds."""

    database: Database
    take_force: Callable[[], Force]
    clock: Callable[[], int]
    sender: Sender
    name: str
    randomness: Random
    on_outcome: Callable[[Leased, Outcome, str, int], None] = lambda *_: None


class Worker:
    """One worker: rounds of looking, telling and escalating, and lanes of sending beside them.

    Parameters
    ----------
    tools
        What it works with.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._bells = [threading.Event() for _ in range(_LOOPS)]
        self._is_stopping = threading.Event()
        self._moved_since = 0
        self._threads = [
            *(
                threading.Thread(target=self._go_on, args=(work, bell), name=f"hotlead-{lane}", daemon=True)
                for bell, (lane, work) in zip(self._bells, self._list_loops(), strict=True)
            ),
            threading.Thread(target=self._tidy_on, name="hotlead-tidying", daemon=True),
        ]
        self._first = ThreadPoolExecutor(_FIRST_LANE, thread_name_prefix="hotlead-send")
        self._retry = ThreadPoolExecutor(_RETRY_LANE, thread_name_prefix="hotlead-resend")

    def start(self) -> None:
        """Start to work."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is under way, and end."""
        self._is_stopping.set()
        self.wake()
        for thread in self._threads:
            thread.join(30.0)
        self._first.shutdown(cancel_futures=True)
        self._retry.shutdown(cancel_futures=True)

    def wake(self) -> None:
        """Say that there is something to do."""
        for bell in self._bells:
            bell.set()

    def do_round(self) -> int:
        """Look, tell and escalate once, where anything is due; return how much there was to do."""
        force = self._tools.take_force()
        agenda = self._read_agenda(force)
        done = self._in_turn(keeping_time.tell_due, force) if agenda.tells else 0
        done += self._in_turn(keeping_time.escalate_due, force) if agenda.escalates else 0
        done += self._look(force, agenda)
        if done:
            self.wake()
        return done

    def deliver(self, *, is_retry: bool) -> int:
        """Send what is due in one lane; return how much there was."""
        tools, now = self._tools, self._tools.clock()
        with tools.database.reading() as connection:
            if not is_anything_due(connection, now=now, is_retry=is_retry):
                return 0
        pool, most = (self._retry, _RETRY_LANE) if is_retry else (self._first, _FIRST_LANE)
        with tools.database.writing() as connection:
            leased = delivering.lease(connection, now=now, worker=tools.name, is_retry=is_retry, most=most)
        list(pool.map(self._send, leased))
        return len(leased)

    def _send(self, leased: Leased) -> None:
        tools = self._tools
        outcome = delivering.send(leased, tools.sender.send, tools.clock())
        now = tools.clock()
        with tools.database.writing() as connection:
            state = delivering.record_outcome(connection, leased, outcome, now, tools.randomness)
            delivering.record_health(connection, leased.channel.id, outcome, now)
        tools.on_outcome(leased, outcome, state, now)

    def _read_agenda(self, force: Force) -> Agenda:
        with self._tools.database.reading() as connection:
            basis_id = find_basis_in_force(connection, force.in_force, force.terms)
            agenda = read_agenda(connection, now=force.now, basis_id=basis_id, moved_since=self._moved_since)
        # A basis nobody has scored by yet is a promotion that begins.
        is_new = force.in_force is not None and basis_id is None
        return replace(agenda, sweeps=agenda.sweeps or is_new)

    def _look(self, force: Force, agenda: Agenda) -> int:
        if force.histories is None:
            return 0
        histories, since, done = force.histories, self._moved_since, 0
        if agenda.sweeps:
            done += self._in_turn(lambda c, s: rescoring.rescore_after_promotion(c, s, histories), force)
        if agenda.looks:
            done += self._in_turn(lambda c, s: rescoring.rescore_due(c, s, histories), force)
        if not agenda.moves:
            self._moved_since = force.now - _LOOK_BACK
            return done
        return done + self._in_turn(lambda c, s: rescoring.rescore_colleagues(c, s, histories, since=since), force)

    def _in_turn(self, work: Callable[[Connection, Standing], int], force: Force) -> int:
        """Do one kind of work in a transaction of its own."""
        with self._tools.database.writing() as connection:
            standing = take_standing(
                connection, now=force.now, in_force=force.in_force, terms=force.terms, address=force.address
            )
            return work(connection, standing)

    def _list_loops(self) -> Sequence[tuple[str, Callable[[], int]]]:
        return (
            ("rounds", self.do_round),
            ("first", partial(self.deliver, is_retry=False)),
            ("retries", partial(self.deliver, is_retry=True)),
        )

    def _go_on(self, work: Callable[[], int], bell: threading.Event) -> None:
        while not self._is_stopping.is_set():
            try:
                done = work()
            except Exception as error:  # a round that fails is tried again; the others go on
                log_failure(error)
                done = 0
                self._is_stopping.wait(IDLE_SECONDS)
            if not done:
                bell.wait(IDLE_SECONDS)
                bell.clear()

    def _tidy_on(self) -> None:
        while not self._is_stopping.wait(_TIDY_EVERY_SECONDS):
            try:
                with self._tools.database.writing() as connection:
                    keeping_time.tidy(connection, self._tools.clock())
            except Exception as error:
                log_failure(error)
