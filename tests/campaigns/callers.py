"""Callers: client threads that tell stories, remember every success, and say again what had no answer."""

import json
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from random import Random

from tests.campaigns.memory import Fact, Memory
from tests.campaigns.stories import invent_story, name_account

_PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS = 0.02
_LONGEST_BREATH_SECONDS = 0.03
# Said again although it was answered, as callers do that lost the answer.
_SAID_AGAIN = 0.1
_COME_BACK = (429, 503)


class Caller:
    """One client; between two lives of the service it keeps what had no answer.

    Parameters
    ----------
    name
        Begins the ids of its leads.
    random
        Chooses what it tells, and when.
    memory
        Shared by all callers.
    clock
        Returns the time, for the events.
    """

    def __init__(self, name: str, random: Random, memory: Memory, clock: Callable[[], datetime]) -> None:
        self._name, self._random, self._memory, self._clock = name, random, memory, clock
        self._story: deque[Fact] = deque()
        self._n_leads = 0

    def call(
        self, port: int, over: threading.Event, on_answer: Callable[[], None], *, invents: bool = True
    ) -> None:
        """Tell stories until it is over, or, where nothing new is invented, until the last one is told."""
        connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
        try:
            while not over.is_set() and (self._story or invents):
                if not self._story:
                    self._story.extend(self._invent())
                self._tell(connection, over, on_answer)
        finally:
            connection.close()

    def _invent(self) -> list[Fact]:
        self._n_leads += 1
        account_id = name_account(self._name, self._n_leads, self._random)
        return invent_story(self._random, f"{self._name}-{self._n_leads}", account_id, self._clock())

    def _tell(self, connection: HTTPConnection, over: threading.Event, on_answer: Callable[[], None]) -> None:
        fact = self._story[0]
        self._memory.send(fact)
        try:
            connection.request(fact.method, fact.path, fact.body, dict(fact.headers))
            answer = connection.getresponse()
            status, body = answer.status, answer.read()
        except (OSError, HTTPException):
            connection.close()
            self._memory.miss()
            over.wait(_PAUSE_SECONDS)
            return
        self._judge(fact, status, body, on_answer)
        over.wait(self._random.random() * _LONGEST_BREATH_SECONDS)

    def _judge(self, fact: Fact, status: int, body: bytes, on_answer: Callable[[], None]) -> None:
        if status in _COME_BACK:
            return
        if 200 <= status < 300 and not json.loads(body).get("rejected"):
            self._memory.acknowledge(fact)
            on_answer()
            if self._random.random() < _SAID_AGAIN:
                return
        else:
            self._memory.refuse(f"{fact.method} {fact.path}: {status} {body[:200].decode(errors='replace')}")
            # What is told after a refusal could not be held to its promises.
            self._story.clear()
            return
        self._story.popleft()
