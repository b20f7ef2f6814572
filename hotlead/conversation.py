"""Conversations with a server on this machine, one request after another, or several side by side."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

_PATIENCE_SECONDS = 60.0
# Servers close connections that idle; a request that meets the closing would be lost.
_IDLE_SECONDS = 5.0
_FIRST_ERROR = 400
_JSON = {"Content-Type": "application/json"}


class ServerRefused(RuntimeError):
    """The server answered a request with an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One request that tells something: method, path with its query, and the body."""

    method: str
    path: str
    body: Any


class Conversation:
    """One connection to a server on loopback that speaks JSON.

    Parameters
    ----------
    port
        Where it listens.
    """

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
        self._used_at = time.monotonic()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request and return the answer.

        Raises
        ------
        ServerRefused
            If the server answers with an error.
        """
        return self.send(method, path, None if body is None else json.dumps(body, allow_nan=False))

    def send(self, method: str, path: str, content: str | None) -> Any:
        """Send a request whose body is JSON already, and return the answer.

        Raises
        ------
        ServerRefused
            If the server answers with an error.
        """
        if time.monotonic() - self._used_at > _IDLE_SECONDS:
            self._connection.close()
        self._connection.request(method, path, content, _JSON if content is not None else {})
        response = self._connection.getresponse()
        answer = json.loads(response.read())
        self._used_at = time.monotonic()
        if response.status >= _FIRST_ERROR:
            raise ServerRefused(f"the server answered {response.status}: {answer.get('detail')}")
        return answer


def push_all(
    port: int, pushes: Sequence[Push], *, connections: int, on_push: Callable[[int], None] = lambda _: None
) -> list[Any]:
    """Send pushes over several connections, and return the answers in the order of the pushes.

    Parameters
    ----------
    on_push
        Told how many are done, after each.

    Raises
    ------
    ServerRefused
        If the server answers one of them with an error.
    """
    own, opened, answers = threading.local(), list[Conversation](), list[Any]()

    def open_own() -> None:
        own.conversation = Conversation(port)
        opened.append(own.conversation)

    def send(push: Push) -> Any:
        return own.conversation.ask(push.method, push.path, push.body)

    pool = ThreadPoolExecutor(connections, initializer=open_own)
    try:
        for answer in pool.map(send, pushes):
            answers.append(answer)
            on_push(len(answers))
    finally:
        pool.shutdown(cancel_futures=True)
        for conversation in opened:
            conversation.close()
    return answers
