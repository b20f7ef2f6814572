"""The service: the store, the one who writes and the one who works, started and stopped together."""

import os
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from serving.agreeing import Agreeing
from serving.championing import Championing, ScorerInForce
from serving.channels.sending import Sender
from serving.erasure_log import ErasureLog
from serving.forgetting import bring_together
from serving.gathering import Gathering
from serving.importing.running import Importing
from serving.lanes import Tools
from serving.meters import Meters
from serving.promoting import Foreman, Promotions
from serving.settings import Settings
from serving.store.database import Database
from serving.store.migrating import migrate
from serving.usecases.committing import Force
from serving.usecases.histories import Histories
from serving.usecases.ingesting import Ingested
from serving.warning import Warner
from serving.working import Worker


class Service:
    """What lives between requests.

    Parameters
    ----------
    settings
        What an operator may change.
    championing
        Holds the scorer in force.
    clock
        Returns the moment in microseconds.
    meters
        What counts.
    sender
        Sends messages; the real one unless a test brings its own.
    randomness
        Spreads the retries.
    foreman
        Carries out orders to change the model in force.
    """

    def __init__(
        self,
        settings: Settings,
        championing: Championing,
        *,
        clock: Callable[[], int],
        meters: Meters,
        sender: Sender | None = None,
        randomness: Random | None = None,
        foreman: Foreman | None = None,
    ) -> None:
        Path(settings.home).mkdir(parents=True, exist_ok=True)
        self.settings, self.championing, self.clock = settings, championing, clock
        self.database = Database(settings.store_url)
        self.agreeing = Agreeing(settings.home, self.database, clock=clock)
        self.promotions = Promotions(self.database, foreman, clock=clock)
        self._histories: tuple[ScorerInForce | None, Histories | None] = (None, None)
        self.gathering = Gathering(
            self.database, self.take_force, on_batch=self._on_batch, most_waiting=settings.most_waiting
        )
        self.sender = sender or Sender(settings.trusted, own_hosts=_find_own_hosts(settings.public_url))
        tools = Tools(
            database=self.database,
            take_force=self._take_force_to_work,
            clock=clock,
            sender=self.sender,
            name=f"{socket.gethostname()}-{os.getpid()}",
            randomness=randomness or Random(),
            on_outcome=meters.record_outcome,
            is_live=self.gathering.is_live,
        )
        self.worker = Worker(tools)
        self.importing = Importing(settings.home, self.database, self.gathering, self.take_force, clock=clock)
        self.warning = Warner(self.database, self.take_force, on_told=self.worker.wake_senders)
        self.meters = meters

    def prepare(self) -> None:
        """Bring the store to the newest revision, and forget again whom an older copy of it brought back."""
        migrate(self.database)
        bring_together(self.database, ErasureLog(self.settings.erasure_log_path), self.clock())

    def start(self) -> None:
        """Start to write, and to work where this process does."""
        self.gathering.start()
        self.importing.start()
        if self.settings.works:
            self.worker.start()

    def stop(self) -> None:
        """Commit what waits, finish what is under way, and close the store."""
        self.importing.stop()
        self.gathering.stop()
        self.warning.stop()
        if self.settings.works:
            self.worker.stop()
        self.database.close()

    def take_force(self) -> Force:
        """Take what is in force now."""
        in_force = self.championing.in_force
        if self._histories[0] is not in_force:
            histories = None if in_force is None else Histories(in_force.scorer.feature_set)
            self._histories = in_force, histories
        return Force(
            now=self.clock(),
            in_force=in_force,
            terms=self.agreeing.get(),
            histories=self._histories[1],
            address=self.settings.public_url.rstrip("/"),
        )

    def _take_force_to_work(self) -> Force:
        """Take what is in force for a worker, whose sweeps must not push out what is remembered."""
        force = self.take_force()
        fresh = None if force.in_force is None else Histories(force.in_force.scorer.feature_set, most_events=0)
        return replace(force, histories=fresh)

    def _on_batch(self, ingested: Ingested, n_requests: int, waited: float) -> None:
        self.meters.record_batch(ingested, n_requests, waited)
        if ingested.n_told:
            self.worker.wake_senders()


def _find_own_hosts(public_url: str) -> frozenset[str]:
    """Find under which names people reach this service: never a receiver of its messages."""
    host = urlsplit(public_url).hostname
    return frozenset((host,)) if host else frozenset()
