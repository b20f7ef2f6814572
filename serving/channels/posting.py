"""Posting: one HTTP/1.1 request on an open connection, whose answer is read as far as its header and no further.

The status says what became of a message. So no body can be too long, no compressed body unfolds, and no redirect
is followed: there is no code that would.
"""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic

MOST_HEADER = 16 * 1024
MOST_READ = 50_000
_PIECE = 4_096
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?")


class BadAnswer(ValueError):
    """An answer that is not HTTP/1.1, or whose header is longer than we read."""


class SlowAnswer(TimeoutError):
    """An answer that had begun, and was not whole in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a receiver answered: its status, and its headers by their names in lower case."""

    status: int
    headers: Mapping[str, str]


def post(
    connection: socket.socket, authority: str, path: str, headers: Mapping[str, str], body: bytes, ends: float
) -> Answer:
    """Post a body and read the header of the answer, all before the monotonic clock shows `ends`.

    Raises
    ------
    BadAnswer
        If the answer is no HTTP/1.1, or its header is longer than 16 KiB.
    TimeoutError
        If nothing came in time; `SlowAnswer` if something had.
    OSError
        If the connection broke.
    """
    own = {"Host": authority, **headers, "Content-Length": str(len(body)), "Connection": "close"}
    head = "".join(f"{name}: {value}\r\n" for name, value in own.items())
    _send(connection, f"POST {path} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body, ends)
    return _read_answer(connection, ends)


def _send(connection: socket.socket, request: bytes, ends: float) -> None:
    rest = memoryview(request)
    while rest:
        connection.settimeout(_find_time_left(ends))
        rest = rest[connection.send(rest[: 4 * _PIECE]) :]


def _read_answer(connection: socket.socket, ends: float) -> Answer:
    received = bytearray()
    n_read = 0
    while True:
        head, end, rest = received.partition(b"\r\n\r\n")
        if end:
            answer = _parse_head(bytes(head))
            if answer.status >= 200:
                return answer
            # 100 Continue, 103 Early Hints: the answer proper is still to come.
            received = rest
            continue
        if len(received) > MOST_HEADER or n_read > MOST_READ:
            raise BadAnswer("the header of the answer is too long")
        piece = _receive(connection, ends, has_begun=bool(received))
        n_read += len(piece)
        received += piece


def _receive(connection: socket.socket, ends: float, *, has_begun: bool) -> bytes:
    try:
        connection.settimeout(_find_time_left(ends))
        piece = connection.recv(_PIECE)
    except TimeoutError:
        raise SlowAnswer("the answer was not whole in time") if has_begun else TimeoutError("no answer") from None
    if not piece:
        raise BadAnswer("the connection closed before the answer was whole")
    return piece


def _parse_head(head: bytes) -> Answer:
    first, *lines = head.split(b"\r\n")
    status = _STATUS_LINE.fullmatch(first)
    if status is None:
        raise BadAnswer("the answer is not HTTP/1.1")
    fields = (line.partition(b":") for line in lines)
    return Answer(
        status=int(status[1]),
        headers={
            name.strip().lower().decode("latin-1"): value.strip().decode("latin-1") for name, _, value in fields
        },
    )


def _find_time_left(ends: float) -> float:
    left = ends - monotonic()
    if left <= 0:
        raise TimeoutError("the time is over")
    return left
