"""Working: what a worker does round after round, in the process that serves or in one of its own."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter

from sqlalchemy import Connection

from features.times import SECOND
from serving.lanes import Lane, Tools
from serving.observing import log_failure
from serving.releasing import release_held
from serving.store.agenda import Agenda, read_agenda
from serving.usecases import chasing, keeping_time, reminding, rescoring, waking
from serving.usecases.committing import Force
from serving.usecases.histories import Histories
from serving.usecases.standing import Standing, find_basis_in_force, take_standing

logger = logging.getLogger("hotlead.worker")

# How long a worker sleeps when there is nothing to do; a commit in the same process wakes it.
IDLE_SECONDS = 0.5
_TIDY_EVERY_SECONDS = 60.0
_FIRST_LANE, _RETRY_LANE = 32, 4
# While something is being sent, how soon a lane looks for more.
_GLANCE_SECONDS = 0.05
# Longer than any attempt to send may take.
_PATIENCE_SECONDS = 30.0
# While anything live comes, sweeps are small and far apart: so many leads, and so many times as long a rest.
_FEW_AT_ONCE, _COURTESY = 25, 4.0
# The loops of a worker, in the order of their bells.
_LOOPS, _FIRST = 3, 1
# An account that moved is looked back for this long, so that two clocks a little apart miss nothing.
_LOOK_BACK = 60 * SECOND
_COLLEAGUES_EVERY = 15 * SECOND
# How often it is looked at whether the team is to be reminded of the agreement's end: a matter of days.
_REMIND_EVERY = 60 * SECOND


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
        self._moved_since = self._colleagues_at = self._reminded_at = self._chased_since = 0
        self._lanes = {
            is_retry: Lane(tools, is_retry=is_retry, width=width)
            for is_retry, width in ((False, _FIRST_LANE), (True, _RETRY_LANE))
        }
        loops: Sequence[tuple[str, Callable[[threading.Event], None]]] = (
            ("rounds", self._work_on),
            ("first", partial(self._send_on, is_retry=False)),
            ("retries", partial(self._send_on, is_retry=True)),
        )
        self._threads = [
            *(
                threading.Thread(target=work, args=(bell,), name=f"hotlead-{name}", daemon=True)
                for bell, (name, work) in zip(self._bells, loops, strict=True)
            ),
            threading.Thread(target=self._tidy_on, name="hotlead-tidying", daemon=True),
        ]

    def start(self) -> None:
        """Start to work."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is under way, and end."""
        self._is_stopping.set()
        self.wake()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(_PATIENCE_SECONDS)
        for lane in self._lanes.values():
            lane.close()

    def wake_senders(self) -> None:
        """Say that there is something to send for the first time."""
        self._bells[_FIRST].set()

    def wake(self) -> None:
        """Say that there is something to do."""
        for bell in self._bells:
            bell.set()

    def do_round(self) -> int:
        """Look, tell and escalate once, where anything is due; return how much there was to do."""
        force = self._tools.take_force()
        agenda = self._read_agenda(force)
        # What people did is known before anybody is told that they did nothing.
        done = release_held(lambda work: self._in_turn(work, force), force.histories) if agenda.releases else 0
        done += self._in_turn(keeping_time.tell_due, force) if agenda.tells else 0
        done += self._in_turn(keeping_time.escalate_due, force) if agenda.escalates else 0
        # Who wakes is checked by a score of today.
        done += self._look(force, agenda)
        done += self._keep_promises(force, agenda)
        done += self._remind(force)
        if done:
            self.wake()
        return done

    def deliver(self, *, is_retry: bool) -> int:
        """Send what is due in one lane, and wait until all of it is recorded; return how much there was."""
        return self._lanes[is_retry].finish()

    def _read_agenda(self, force: Force) -> Agenda:
        with self._tools.database.reading() as connection:
            basis_id = find_basis_in_force(connection, force.in_force, force.terms)
            agenda = read_agenda(
                connection,
                now=force.now,
                basis_id=basis_id,
                moved_since=self._moved_since,
                chased_since=self._chased_since,
            )
        # A basis nobody has scored by yet is a promotion that begins.
        is_new = force.in_force is not None and basis_id is None
        return replace(agenda, sweeps=agenda.sweeps or is_new)

    def _look(self, force: Force, agenda: Agenda) -> int:
        if force.histories is None:
            return 0
        histories, since, done = force.histories, self._moved_since, 0
        most = _FEW_AT_ONCE if self._tools.is_live() else rescoring.MOST_AT_ONCE
        if agenda.sweeps:
            done += self._in_turn(lambda c, s: rescoring.rescore_after_promotion(c, s, histories, most=most), force)
        if agenda.looks:
            done += self._in_turn(lambda c, s: rescoring.rescore_due(c, s, histories, most=most), force)
        return done + self._look_at_colleagues(force, agenda, histories, since, most)

    def _look_at_colleagues(self, force: Force, agenda: Agenda, histories: Histories, since: int, most: int) -> int:
        """Look at the colleagues of those who moved, now and then: busy accounts move all the time."""
        if not agenda.moves or abs(force.now - self._colleagues_at) < _COLLEAGUES_EVERY:
            return 0
        done = self._in_turn(
            lambda c, s: rescoring.rescore_colleagues(c, s, histories, since=since, most=most), force
        )
        if done < most:
            self._colleagues_at, self._moved_since = force.now, force.now - _LOOK_BACK
        return done

    def _keep_promises(self, force: Force, agenda: Agenda) -> int:
        """Hand over what has settled, wake whose date has come, and tell of what was not done in time."""
        done = self._in_turn(waking.hand_over_due, force) if agenda.hands_over else 0
        done += self._in_turn(waking.wake_due, force) if agenda.wakes else 0
        since = self._chased_since
        chased = self._in_turn(partial(chasing.chase_overdue, since=since), force) if agenda.chases else 0
        if chased < chasing.MOST_AT_ONCE:
            self._chased_since = force.now - chasing.LOOK_BACK
        return done + chased

    def _remind(self, force: Force) -> int:
        """Remind the team of what the agreement's signatures leave open, where it has not been."""
        if abs(force.now - self._reminded_at) < _REMIND_EVERY:
            return 0
        with self._tools.database.reading() as connection:
            reminders = reminding.list_reminders(connection, force.now)
        done = self._in_turn(reminding.remind_team, force) if reminders else 0
        self._reminded_at = force.now
        return done

    def _in_turn(self, work: Callable[[Connection, Standing], int], force: Force) -> int:
        """Do one kind of work in a transaction of its own."""
        with self._tools.database.writing() as connection:
            standing = take_standing(
                connection, now=force.now, in_force=force.in_force, terms=force.terms, address=force.address
            )
            return work(connection, standing)

    def _work_on(self, bell: threading.Event) -> None:
        while not self._is_stopping.is_set():
            started = perf_counter()
            if not self._try(self.do_round):
                bell.wait(IDLE_SECONDS)
                bell.clear()
            elif self._tools.is_live():
                took = min(perf_counter() - started, IDLE_SECONDS)
                self._is_stopping.wait(_COURTESY * took)

    def _send_on(self, bell: threading.Event, *, is_retry: bool) -> None:
        lane = self._lanes[is_retry]
        while not self._is_stopping.is_set():
            if not self._try(lane.step) and not lane.wait(_GLANCE_SECONDS):
                bell.wait(IDLE_SECONDS)
                bell.clear()

    def _try(self, work: Callable[[], int]) -> int:
        """Do some work; what fails is tried again after a while, and the rest goes on."""
        try:
            return work()
        except Exception as error:
            log_failure(error)
            self._is_stopping.wait(IDLE_SECONDS)
            return 0

    def _tidy_on(self) -> None:
        while not self._is_stopping.wait(_TIDY_EVERY_SECONDS):
            try:
                with self._tools.database.writing() as connection:
                    keeping_time.tidy(connection, self._tools.clock())
            except Exception as error:
                log_failure(error)
