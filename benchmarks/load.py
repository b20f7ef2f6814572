"""A load generator: raw keep-alive connections, each sending its next request when the last is answered."""

import asyncio
import itertools
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
CONNECTIONS = 16


class FailedAnswer(RuntimeError):
    """A server under load answered something other than 200."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one run measured: answers a second, the slowest but one in a hundred, and how busy we were ourselves."""

    per_second: float
    p99_milliseconds: float
    generator_share: float


def build_requests(bodies: Sequence[bytes], path: str) -> list[bytes]:
    """Build whole requests, header and body."""
    head = "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n"
    return [head.format(path, len(body)).encode() + body for body in bodies]


def measure_load(port: int, requests: Sequence[bytes], seconds: float) -> Load:
    """Send rotating requests over all connections for a while.

    Raises
    ------
    FailedAnswer
        If any answer is not 200.
    """
    return asyncio.run(_measure(port, requests, seconds))


class _Caller(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], latencies: list[float]) -> None:
        self.requests, self.latencies = requests, latencies
        self.answer = bytearray()
        self.failure: bytes | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self.answer += data
        end = self.answer.find(b"\r\n\r\n")
        if end < 0:
            return
        found = _LENGTH.search(self.answer, 0, end)
        if found is None or len(self.answer) < end + 4 + int(found[1]):
            return
        if not self.answer.startswith(b"HTTP/1.1 200"):
            self.failure = bytes(self.answer[:500])
            self.transport.close()
            return
        self.latencies.append(time.perf_counter() - self.asked)
        self.answer.clear()
        self._ask()

    def _ask(self) -> None:
        self.asked = time.perf_counter()
        self.transport.write(next(self.requests))


async def _measure(port: int, requests: Sequence[bytes], seconds: float) -> Load:
    rotating, latencies = itertools.cycle(requests), list[float]()
    loop = asyncio.get_running_loop()
    callers = [_Caller(rotating, latencies) for _ in range(CONNECTIONS)]
    started, busy = time.perf_counter(), time.process_time()
    for caller in callers:
        await loop.create_connection(lambda caller=caller: caller, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.sleep(seconds)
    took, busy = time.perf_counter() - started, time.process_time() - busy
    for caller in callers:
        caller.transport.abort()
        if caller.failure is not None:
            raise FailedAnswer(caller.failure.decode("utf-8", "replace"))
    ordered = sorted(latencies)
    return Load(
        per_second=len(ordered) / took,
        p99_milliseconds=ordered[int(len(ordered) * 0.99)] * 1e3,
        generator_share=busy / took,
    )
