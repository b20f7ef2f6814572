"""Waiting: two lines before the writer: what happens just now goes first, and imports take what room it leaves."""

import asyncio
import math
from collections import deque
from dataclasses import dataclass

from serving.usecases.committing import Done, Request

# What an import may take of a batch while anything live comes, which would wait for the end of a larger one.
_SHARE_OF_BULK = 0.25
_LIVE_SECONDS = 1.0
# How often an import may be passed over because a request of it is larger than its share.
_MOST_PASSED_OVER = 4
# Imports may not fill the room so far that nothing live finds a place.
_ROOM_OF_BULK = 0.75
_FULL = 0.9


class Overloaded(RuntimeError):
    """More is asked than can be stored in time."""


@dataclass(slots=True)
class Waiting:
    """A request that waits for its commit; `weight` counts its items."""

    request: Request
    weight: int
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Done]"
    since: float

    @property
    def is_bulk(self) -> bool:
        """Tell whether it is a part of an import."""
        return self.request.is_bulk


class WaitingRoom:
    """Who waits; not safe to be used by two threads at once.

    Parameters
    ----------
    most
        Items that may wait.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._live: deque[Waiting] = deque()
        self._bulk: deque[Waiting] = deque()
        self._passed_over = 0
        self._live_at = -math.inf
        self.weight = 0
        self._weight_of_bulk = 0

    def __bool__(self) -> bool:
        return bool(self._live or self._bulk)

    def check(self, *, is_bulk: bool) -> None:
        """Check that a request would find a place, before anybody spends time on reading it.

        Raises
        ------
        Overloaded
            If nearly as much waits as may wait.
        """
        full = self._weight_of_bulk > _FULL * _ROOM_OF_BULK * self._most if is_bulk else False
        if full or self.weight > _FULL * self._most:
            raise Overloaded("more is sent than can be stored: send slower, and this again")

    def add(self, waiting: Waiting) -> None:
        """Let a request wait.

        Raises
        ------
        Overloaded
            If there is no place; a request that is larger than the room may come when nobody else waits.
        """
        weight, most = self.weight, float(self._most)
        if waiting.is_bulk:
            weight, most = self._weight_of_bulk, _ROOM_OF_BULK * self._most
        fits = weight + waiting.weight <= most and self.weight + waiting.weight <= self._most
        if self.weight and not fits:
            raise Overloaded("more is sent than can be stored: send slower, and this again")
        (self._bulk if waiting.is_bulk else self._live).append(waiting)
        self._live_at = self._live_at if waiting.is_bulk else waiting.since
        self.weight += waiting.weight
        self._weight_of_bulk += waiting.weight if waiting.is_bulk else 0

    def take(self, most: int, now: float) -> list[Waiting]:
        """Take who is next: up to so many items, and at least one request where anybody waits.

        Parameters
        ----------
        now
            Seconds, on the clock by which requests say since when they wait.
        """
        names: set[bytes] = set()
        batch = _take(self._live, most, names, is_first=True)
        share = _SHARE_OF_BULK * most
        if not batch:
            is_quiet = now - self._live_at > _LIVE_SECONDS
            batch = _take(self._bulk, most if is_quiet else int(share), names, is_first=True)
        elif self._bulk:
            room = most - sum(waiting.weight for waiting in batch)
            more = _take(self._bulk, int(min(room, share)), names, is_first=self._is_bulk_due())
            self._passed_over = 0 if more else self._passed_over + 1
            batch += more
        for waiting in batch:
            self.weight -= waiting.weight
            self._weight_of_bulk -= waiting.weight if waiting.is_bulk else 0
        return batch

    def _is_bulk_due(self) -> bool:
        return self._passed_over >= _MOST_PASSED_OVER


def _take(line: deque[Waiting], most: int, names: set[bytes], *, is_first: bool) -> list[Waiting]:
    """Take from the head of a line what fits; where it `is_first`, one request however large it is."""
    batch: list[Waiting] = []
    weight = 0
    while line and ((is_first and not batch) or weight + line[0].weight <= most):
        name = line[0].request.name
        # A repetition waits for the answer it repeats.
        if name is not None and name in names:
            break
        if name is not None:
            names.add(name)
        batch.append(line.popleft())
        weight += batch[-1].weight
    return batch
