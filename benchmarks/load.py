"""A load generator: raw keep-alive connections, each sending its next request when the last is answered."""

import asyncio
import itertools
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
CONNECTIONS = 16


class FailedAnswer(RuntimeError):
    """A server under load answered something that no caller should be answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one run measured: answers a second, how slow they were, what they said, and how busy we were."""

    per_second: float
    p50_milliseconds: float
    p99_milliseconds: float
    generator_share: float
    statuses: Counter[int] = field(default_factory=Counter)


def build_requests(bodies: Sequence[bytes], path: str) -> list[bytes]:
    """Build whole requests, header and body."""
    return [build_request(body, path) for body in bodies]


def build_request(body: bytes, path: str) -> bytes:
    """Build a whole request, header and body."""
    head = "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n"
    return head.format(path, len(body)).encode() + body


def measure_load(
    port: int,
    requests: Iterable[bytes],
    seconds: float,
    *,
    connections: int = CONNECTIONS,
    allowed: Sequence[int] = (200,),
    on_answer: Callable[[bytes, int], None] = lambda *_: None,
) -> Load:
    """Send requests over all connections for a while, those of a list again and again.

    Parameters
    ----------
    allowed
        The statuses that a caller may be answered; per second and latencies count those of 200 alone.
    on_answer
        Told of each request that was answered, and of the status.

    Raises
    ------
    FailedAnswer
        If any answer has another status.
    """
    rotating = itertools.cycle(requests) if isinstance(requests, Sequence) else iter(requests)
    return asyncio.run(_measure(port, rotating, seconds, connections, allowed, on_answer))


class _Caller(asyncio.Protocol):
    def __init__(
        self,
        requests: Iterator[bytes],
        latencies: list[float],
        allowed: Sequence[int],
        on_answer: Callable[..., None],
    ) -> None:
        self.requests, self.latencies, self.allowed, self.on_answer = requests, latencies, allowed, on_answer
        self.answer = bytearray()
        self.statuses: Counter[int] = Counter()
        self.failure: bytes | None = None
        self.is_done = False

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
        status = int(self.answer[9:12])
        if status not in self.allowed:
            self.failure = bytes(self.answer[:500])
            self.transport.close()
            return
        self.statuses[status] += 1
        self.on_answer(self.asked_for, status)
        if status == 200:
            self.latencies.append(time.perf_counter() - self.asked)
        self.answer.clear()
        self._ask()

    def _ask(self) -> None:
        if self.is_done:
            self.transport.close()
            return
        self.asked_for = next(self.requests)
        self.asked = time.perf_counter()
        self.transport.write(self.asked_for)


async def _measure(
    port: int,
    rotating: Iterator[bytes],
    seconds: float,
    connections: int,
    allowed: Sequence[int],
    on_answer: Callable[[bytes, int], None],
) -> Load:
    latencies = list[float]()
    loop = asyncio.get_running_loop()
    callers = [_Caller(rotating, latencies, allowed, on_answer) for _ in range(connections)]
    started, busy = time.perf_counter(), time.process_time()
    for caller in callers:
        await loop.create_connection(lambda caller=caller: caller, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.sleep(seconds)
    took, busy = time.perf_counter() - started, time.process_time() - busy
    n_good = len(latencies)
    await _end(callers)
    ordered = sorted(latencies) or [float("nan")]
    return Load(
        per_second=n_good / took,
        p50_milliseconds=ordered[len(ordered) // 2] * 1e3,
        p99_milliseconds=ordered[int(len(ordered) * 0.99)] * 1e3,
        generator_share=busy / took,
        statuses=sum((caller.statuses for caller in callers), Counter[int]()),
    )


async def _end(callers: Sequence[_Caller]) -> None:
    """Let every caller hear its last answer, so that what was sent is known to be stored or not."""
    for caller in callers:
        caller.is_done = True
    deadline = time.perf_counter() + 20
    while time.perf_counter() < deadline and not all(caller.transport.is_closing() for caller in callers):
        await asyncio.sleep(0.02)
    for caller in callers:
        caller.transport.abort()
        if caller.failure is not None:
            raise FailedAnswer(caller.failure.decode("utf-8", "replace"))
