"""The keyring: the active keys in memory, read anew in a thread, so that a request costs no query."""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from serving.store.database import Database
from serving.usecases.admitting import KnownKeys, read_known_keys

logger = logging.getLogger("hotlead.keys")

# A store that is away for a moment stops nobody; nobody can revoke in it either. After this, nobody is known.
_GRACE_SECONDS = 60.0


class UnreadableKeys(ConnectionError):
    """The store cannot be read, so no caller can be told from another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    at: float
    keys: KnownKeys


class Keyring:
    """The keys in force, never older than told while the store can be read.

    Parameters
    ----------
    database
        Where the keys are.
    refresh_seconds
        The most seconds that a revoked key may still work.
    timer
        Returns seconds that only rise.
    """

    def __init__(self, database: Database, *, refresh_seconds: float, timer: Callable[[], float]) -> None:
        self._database, self._refresh_seconds, self._timer = database, refresh_seconds, timer
        self._reader = _make_reader()
        self._guard = threading.Lock()
        self._reading: _Reading | None = None
        self._running: Future[None] | None = None
        self._is_failing = False

    async def get(self) -> KnownKeys:
        """Return the keys in force; who asks often is never kept waiting.

        Raises
        ------
        UnreadableKeys
            If the store has been away too long.
        """
        reading = self._reading
        age = self._timer() - reading.at if reading else float("inf")
        if reading is not None and age < self._refresh_seconds / 2:
            return reading.keys
        running = self._start()
        if reading is None or age >= self._refresh_seconds:
            await asyncio.wait({asyncio.wrap_future(running)}, timeout=max(self._refresh_seconds, 1.0))
        return self._get_last()

    def close(self) -> None:
        """End the thread; whoever asks again starts another."""
        with self._guard:
            ended, self._reader = self._reader, _make_reader()
        ended.shutdown()

    def _get_last(self) -> KnownKeys:
        reading = self._reading
        if reading is None or self._timer() - reading.at > self._refresh_seconds + _GRACE_SECONDS:
            raise UnreadableKeys("the store of the keys cannot be read; try again")
        return reading.keys

    def _start(self) -> "Future[None]":
        with self._guard:
            if self._running is None or self._running.done():
                self._running = self._reader.submit(self._read)
            return self._running

    def _read(self) -> None:
        started = self._timer()
        try:
            with self._database.reading() as connection:
                keys = read_known_keys(connection)
        except Exception as error:
            self._tell(error)
            return
        self._reading, self._is_failing = _Reading(at=started, keys=keys), False

    def _tell(self, error: Exception) -> None:
        if not self._is_failing:
            logger.error("keys cannot be read (%s); the last known ones hold for a minute", type(error).__name__)
        self._is_failing = True


def _make_reader() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="keys")
