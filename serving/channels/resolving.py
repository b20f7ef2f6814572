"""Resolving names within a time: the system's resolver takes as long as it likes."""

import socket
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

Resolve = Callable[..., list[Any]]


def resolve_within(resolve: Resolve, seconds: float) -> Callable[[str, int], list[Any]]:
    """Return what resolves a host and a port for streams, and raises `TimeoutError` after some seconds.

    The look-up runs in a thread of its own, which ends when the system's resolver gives up.
    """

    def look_up(host: str, port: int) -> list[Any]:
        answers: SimpleQueue[list[Any] | Exception] = SimpleQueue()
        Thread(target=_look_up, args=(resolve, host, port, answers), daemon=True).start()
        try:
            answer = answers.get(timeout=seconds)
        except Empty:
            raise TimeoutError("the name was not resolved in time") from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    return look_up


def _look_up(resolve: Resolve, host: str, port: int, answers: "SimpleQueue[list[Any] | Exception]") -> None:
    try:
        answers.put(list(resolve(host, port, type=socket.SOCK_STREAM)))
    except (UnicodeError, ValueError):
        answers.put(OSError("the name cannot be resolved"))
    except Exception as error:
        answers.put(error)
