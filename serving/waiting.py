"""Waiting: two lines before the writer: what happens just now goes first, and imports take what room it leaves."""

import asyncio
import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from serving.store.leads import LeadRecord
from serving.usecases.committing import CONTINUES, Done, Request
from serving.usecases.told import Answer, Command

# What an import may take of a batch while anything live comes, which would wait for the end of a larger one.
_SHARE_OF_BULK = 0.04
_LEAST_OF_BULK = 8
_LIVE_SECONDS = 1.0
# How often an import may be passed over because something live is to be done.
_MOST_PASSED_OVER = 4
# Imports may not fill the room so far that nothing live finds a place.
_ROOM_OF_BULK = 0.75
_FULL = 0.9


class Overloaded(RuntimeError):
    """More is asked than can be stored in time."""


@dataclass(slots=True)
class Waiting:
    """A request that waits for its commit; `weight` counts its items.

    A long request of an import may be done in several transactions, one portion after the other, so that nothing
    live waits for the end of all of it. It is answered when the last is durable; if one fails, whoever sends the
    request again has the items before it answered as repeated.
    """

    request: Request
    weight: int
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Done]"
    since: float
    n_taken: int = 0
    _told: dict[int, tuple[Sequence[Answer], Mapping[str, LeadRecord]]] = field(default_factory=dict)

    @property
    def is_bulk(self) -> bool:
        """Tell whether it is a part of an import."""
        return self.request.is_bulk

    @property
    def left(self) -> int:
        """Return the weight of what was not taken yet."""
        return self.weight - self.n_taken

    def take(self, most: int) -> "Portion":
        """Take the next portion, of at most so many items: all that is left where it fits."""
        start = self.n_taken
        size = min(self.left, max(most, 1))
        self.n_taken += size
        if size == self.weight:
            return Portion(waiting=self, request=self.request, weight=size)

        def write(answers: Sequence[Answer], leads: Mapping[str, LeadRecord]) -> tuple[int, bytes]:
            # A transaction that is tried again writes again: what it said before is replaced.
            self._told[start] = answers, leads
            return self._write() if start + size == self.weight else (CONTINUES, b"")

        command = Command(items=self.request.command.items[start : start + size])
        return Portion(waiting=self, request=replace(self.request, command=command, write=write), weight=size)

    def _write(self) -> tuple[int, bytes]:
        told = [self._told[start] for start in sorted(self._told)]
        answers = [answer for answers, _ in told for answer in answers]
        return self.request.write(answers, {key: lead for _, leads in told for key, lead in leads.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """What a batch holds of a request: usually the whole of it."""

    waiting: Waiting
    request: Request
    weight: int


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

    def is_live(self, now: float) -> bool:
        """Tell whether anything but imports came within the last second: more of it will."""
        return now - self._live_at <= _LIVE_SECONDS

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

    def put_back(self, waiting: Waiting) -> None:
        """Let a request of which a portion was done wait for its next one, before all others of its line."""
        self._bulk.appendleft(waiting)
        self.weight += waiting.left
        self._weight_of_bulk += waiting.left

    def take(self, most: int, now: float) -> list[Portion]:
        """Take who is next: up to so many items, and at least one where anybody waits.

        A request is taken whole, but for the first of an import while anything live comes.

        Parameters
        ----------
        now
            Seconds, on the clock by which requests say since when they wait.
        """
        batch = self._take(self._live, most)
        share = max(int(_SHARE_OF_BULK * most), _LEAST_OF_BULK)
        if not batch:
            return self._take_portion(share) if self.is_live(now) else self._take(self._bulk, most)
        self._passed_over += 1 if self._bulk else 0
        if self._passed_over > _MOST_PASSED_OVER:
            batch += self._take_portion(share, batch)
        return batch

    def _take_portion(self, most: int, beside: Sequence[Portion] = ()) -> list[Portion]:
        """Take of the first of an import what fits, unless it repeats a request beside it."""
        names = {portion.request.name for portion in beside} - {None}
        if not self._bulk or self._bulk[0].request.name in names:
            return []
        self._passed_over = 0
        return [self._leave(self._bulk, most)]

    def _take(self, line: deque[Waiting], most: int) -> list[Portion]:
        """Take from the head of a line what fits, and one request however large it is."""
        batch: list[Portion] = []
        names: set[bytes] = set()
        weight = 0
        while line and (not batch or weight + line[0].left <= most):
            name = line[0].request.name
            # A repetition waits for the answer it repeats.
            if name is not None and name in names:
                break
            if name is not None:
                names.add(name)
            batch.append(self._leave(line, line[0].left))
            weight += batch[-1].weight
        return batch

    def _leave(self, line: deque[Waiting], most: int) -> Portion:
        waiting = line.popleft()
        self.weight -= waiting.left
        self._weight_of_bulk -= waiting.left if waiting.is_bulk else 0
        return waiting.take(most)
