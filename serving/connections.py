"""Connections: what the HTTP server does with callers that send slowly, endlessly or no HTTP at all."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

from serving.api.schemas import ProblemBody
from serving.errors import TITLES, encode_problem

REQUEST_SECONDS = 10.0
HEADER_BYTES = 16 * 1024
UPLOADS: Mapping[str, int] = {"/setup/import": 65 * 2**20}
"""Where people send files, and of how many bytes at most."""

# A file has the time that it takes at this rate, on top of what every request has.
_UPLOAD_BYTES_A_SECOND = 256 * 1024
ENDLESS = "hotlead.endless"
"""Stands in the scope of a request whose answer has no end of its own."""
_CODES = {400: "not_http", 431: "header_too_large"}


class _GatheringTransport:
    """Sends what is written in one turn of the loop at once: header and body in one packet, one system call."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._parts: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, part: bytes) -> None:
        if not part:
            return
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(part)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._parts:
            self._transport.write(b"".join(self._parts))
            self._parts.clear()


class PatientProtocol(H11Protocol):
    """HTTP/1.1 whose patience ends: a request arrives whole within `request_seconds`, or the connection closes."""

    request_seconds = REQUEST_SECONDS

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._is_idle, self._has_extra = True, False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give a new connection its first deadline."""
        super().connection_made(cast(asyncio.Transport, _GatheringTransport(transport, self.loop)))
        self._arm()

    def data_received(self, data: bytes) -> None:
        """Let the deadline of a request stand, however often its bytes drip, until it is whole."""
        if len(data) > HEADER_BYTES and self._lacks_header_end(data):
            self._answer_and_close(431)
            return
        super().data_received(data)
        state = self.conn.their_state
        is_idle = state is h11.IDLE and not self.conn.trailing_data[0]
        if state is h11.SEND_BODY or (state is h11.IDLE and not is_idle):
            self._begin()
            if state is h11.SEND_BODY and not self._has_extra:
                self._extend()
            return
        self._disarm()
        self._is_idle, self._has_extra = True, False
        # The body of a request that was answered early has run out, and uvicorn's own timer is off by now.
        if is_idle:
            self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._disarm()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Let what is under way be finished, and end at once what has no end of its own."""
        if self.cycle is not None and not self.cycle.response_complete and self.cycle.scope.get(ENDLESS):
            self.transport.close()
        super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP with a problem, and close: nobody knows where the next request starts."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()
            return
        hint = getattr(sys.exception(), "error_status_hint", 400)
        self._answer_and_close(hint if hint in _CODES else 400)

    def _lacks_header_end(self, data: bytes) -> bool:
        """Tell whether a request begins with more header than we read; h11 minds that only in parts."""
        return self.conn.their_state is h11.IDLE and data.find(b"\r\n\r\n", 0, HEADER_BYTES) < 0

    def _answer_and_close(self, status: int) -> None:
        body = encode_problem(_describe(status))
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        for event in (
            h11.Response(status_code=status, headers=headers, reason=STATUS_PHRASES[status]),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _begin(self) -> None:
        if self._is_idle:
            self._disarm()
            self._is_idle = False
        self._arm()

    def _extend(self) -> None:
        """Give an upload the time that its length needs, once."""
        self._has_extra = True
        length = compute_upload_length(self.scope["path"], self.headers)
        if length:
            self._disarm()
            self._arm(length / _UPLOAD_BYTES_A_SECOND)

    def _arm(self, extra_seconds: float = 0.0) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.request_seconds + extra_seconds, self._give_up)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        self.transport.close()


def compute_upload_length(path: str, headers: Sequence[tuple[bytes, bytes]]) -> int:
    """Compute how many bytes an upload says it has; none where it is no upload, or a longer one than we read."""
    told = [value for name, value in headers if name == b"content-length"]
    length = int(told[0]) if len(told) == 1 and told[0].isdigit() and len(told[0]) < 12 else 0
    return length if length <= UPLOADS.get(path, 0) else 0


def build_protocol(request_seconds: float) -> type[PatientProtocol]:
    """Build the protocol with a patience of its own; uvicorn asks for a class."""
    return type("Protocol", (PatientProtocol,), {"request_seconds": request_seconds})


def _describe(status: int) -> ProblemBody:
    code = _CODES[status]
    return ProblemBody(
        type=f"/docs#{code}",
        title=TITLES[code],
        status=status,
        code=code,
        detail="the connection is closed; send HTTP/1.1 with a header of at most 16 KiB",
    )
