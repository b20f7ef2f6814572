"""Transport: lengths that lie, bombs, endless headers, slow callers, and callers that hang up."""

import contextlib
import gzip
import json
import re
import socket
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.serving.hostile.company import CANARY, KINDS, WRITES, Company, check_problem, make_event

_STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")
_LIMIT = 2**20
_WAYS_TO_BE_SLOW = (
    b"",
    b"PUT /v1/leads/L HTT",
    b"PUT /v1/leads/L HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
)


def _write(method: str, path: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", "content-type: application/json", *headers]
    if length is None or length >= 0:
        lines.append(f"content-length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _read_to_end(sock: socket.socket) -> bytes:
    parts = []
    while part := sock.recv(65_536):
        parts.append(part)
    return b"".join(parts)


@cache
def _pack_bomb() -> bytes:
    return gzip.compress(bytes(2**27))


def _measure_kilobytes(company: Company) -> int:
    status = Path(f"/proc/{company.server.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_large_body_is_refused_before_it_is_read(company: Company, method: str, path: str) -> None:
    """A body of 200 MB is answered when its header has come, and nothing of it piles up."""
    with company.server.dial() as sock:
        sock.sendall(_write(method, path, b"", length=200_000_000))
        assert sock.recv(4_096).startswith(b"HTTP/1.1 413")
        before = _measure_kilobytes(company)
        for _ in range(8):
            sock.sendall(b"x" * 1_000_000)
        assert _measure_kilobytes(company) - before < 1_536
    body = b'{"name":"%s"}' % (b"x" * 10_000_000)
    check_problem(company.ask(method, path, body), (413, "body_too_large", None))
    company.check_served()


@pytest.mark.parametrize(("method", "path"), KINDS)
def test_a_bomb_is_not_inflated(company: Company, method: str, path: str) -> None:
    """What 128 MiB would inflate to is given up at the limit, at every door, and other encodings are not read."""
    bomb, before = _pack_bomb(), _measure_kilobytes(company)
    check_problem(company.ask(method, path, bomb, content_encoding="gzip"), (413, "body_too_large", None))
    assert _measure_kilobytes(company) - before < 4 * _LIMIT // 1_024
    for encoding in ("br", "zstd", "deflate", "gzip, gzip", "snappy"):
        reply = company.ask(method, path, b"x", content_encoding=encoding)
        check_problem(reply, (415, "unsupported_encoding", None))
    for damaged in (b"plain", gzip.compress(b"{}", mtime=0)[:-4], gzip.compress(b"{}", mtime=0) + b"x"):
        reply = company.ask(method, path, damaged, content_encoding="gzip")
        check_problem(reply, (400, "damaged_body", None))
    company.check_served()


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_forms_are_refused(company: Company, method: str, path: str) -> None:
    """No door takes what a browser's form sends, however large its fields and however many its parts."""
    part = b'--x\r\nContent-Disposition: form-data; name="f"\r\n\r\n%s\r\n'
    for body in (part % (b"y" * 1_000_000), (part % b"y") * 10_000, part):
        for kind in ("multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain"):
            reply = company.ask(method, path, body[:_LIMIT], content_type=kind)
            check_problem(reply, (415, "unsupported_media_type", None))
    company.check_served()


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_length_that_is_told_twice_is_refused(company: Company, method: str, path: str) -> None:
    """Requests that proxies and servers could cut apart differently are 400, and the connection is closed."""
    smuggled = b"GET /v1/leads HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
    for sent in (
        _write(method, path, b"", "transfer-encoding: chunked", length=3) + b"0\r\n\r\n" + smuggled,
        _write(method, path, b"{}", "content-length: 44") + smuggled,
        _write(method, path, smuggled, "content-length: -1", length=-1),
        _write(method, path, smuggled, "content-length: 1e1", length=-1),
        _write(method, path, b"0\r\n\r\n", "transfer-encoding: chunked", "transfer-encoding: identity", length=-1),
        _write(method, path, b"0\r\n\r\n", "transfer-encoding: xchunked", length=-1) + smuggled,
    ):
        with company.server.dial() as sock:
            sock.sendall(sent)
            answer = _read_to_end(sock)
        assert _STATUS.findall(answer) in ([b"400"], [b"501"]), answer
    company.check_served()


@pytest.mark.parametrize(
    "line", [b"GET /v1/leads/\xff HTTP/1.1", b"GET /\xc3\xa9 HTTP/1.1", b"GET  / HTTP/1.1", b"\x16\x03\x01"]
)
def test_a_line_that_is_no_http_is_answered_or_closed(company: Company, line: bytes) -> None:
    """Bytes that no request has, TLS among them, are refused without an error of ours."""
    with company.server.dial() as sock:
        sock.sendall(line + b"\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
        answer = _read_to_end(sock)
    assert _STATUS.findall(answer) in ([b"400"], [b"404"], [b"422"]), answer
    company.check_served()


@pytest.mark.parametrize(
    "header", [b"x: " + b"a" * 65_536, b"\r\n".join(b"x%d: y" % n for n in range(10_000))], ids=["long", "many"]
)
@pytest.mark.parametrize("path", ["/v1/events", "/v1/leads/L"])
def test_a_header_has_its_limit(company: Company, path: str, header: bytes) -> None:
    """64 KB of header, in one line or in ten thousand, are 431."""
    with company.server.dial() as sock:
        # The server need not read on once it has answered.
        with contextlib.suppress(OSError):
            sock.sendall(f"PUT {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n".encode() + header + b"\r\n\r\n")
        answer = sock.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 431")
    assert b"header_too_large" in answer


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/v1/leads?limit=500", "/metrics"])
def test_ranges_cost_nothing(company: Company, path: str) -> None:
    """Thousands of ranges are passed over at once, and more than a header holds are refused."""
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        assert company.ask("GET", path, range="bytes=" + "0-," * 4_000).status == 200
        ranged = time.perf_counter() - started
        started = time.perf_counter()
        company.ask("GET", path)
        seconds.append(ranged - (time.perf_counter() - started))
    assert min(seconds) < 0.05
    with company.server.dial() as sock:
        ranges = b"range: bytes=" + b"0-," * 10_000
        sock.sendall(b"GET /docs HTTP/1.1\r\nhost: 127.0.0.1\r\n" + ranges + b"\r\n\r\n")
        assert sock.recv(4_096).startswith(b"HTTP/1.1 431")


def test_other_names_of_the_host_change_nothing(company: Company) -> None:
    """A strange Host is 421 and a forwarded one is not believed; no answer repeats either."""
    for headers in (
        {"host": f"{CANARY}.example"},
        {"host": f"{CANARY}.example", "x_forwarded_host": "127.0.0.1", "x_forwarded_for": "127.0.0.1"},
        {"host": f"127.0.0.1.{CANARY}.example"},
    ):
        for method, path in (*WRITES, ("GET", "/v1/leads"), ("GET", "/metrics")):
            reply = company.ask(method, path, {}, **headers)
            check_problem(reply, (421, "wrong_host", None))
            assert CANARY not in str(reply)
    for path in ("/docs", "/openapi.json", "/healthz", "/readyz"):
        told = company.ask("GET", path, host=f"{CANARY}.example", x_forwarded_host=f"{CANARY}.example")
        assert CANARY not in str(told)
    assert company.ask("GET", "/v1/leads", x_forwarded_for="203.0.113.5", forwarded="for=203.0.113.5").status == 200


@pytest.mark.parametrize("waits", [0.0, 0.3])
def test_an_event_whose_sender_hung_up_is_stored_once_or_not(company: Company, waits: float) -> None:
    """Whoever hangs up before the answer sends again with the same id, and the event is there once."""
    lead_id = company.name()
    company.ask("PUT", f"/v1/leads/{lead_id}", {})
    event = json.dumps(make_event(lead_id, id="once")).encode()
    for cut in (len(event) // 2, len(event)):
        with company.server.dial() as sock:
            sock.sendall(_write("POST", "/v1/events", event[:cut], length=len(event)))
            time.sleep(waits)
    statuses = [company.ask("POST", "/v1/events", event).told["status"] for _ in range(2)]
    assert statuses in (["accepted", "duplicate"], ["duplicate", "duplicate"])
    assert waits == 0 or statuses[0] == "duplicate"
    assert company.read("SELECT count(*) FROM events WHERE lead_id = :id", id=lead_id)[0][0] == 1


@pytest.mark.parametrize("sent", _WAYS_TO_BE_SLOW, ids=["silent", "half a header", "half a body"])
def test_a_slow_caller_is_cut_off(company: Company, sent: bytes) -> None:
    """Silence, half a header and half a body, dripping on or not, end with the server's patience (2 s here)."""
    started = time.monotonic()
    with company.server.dial() as sock:
        sock.sendall(sent)
        sock.settimeout(0.3)
        while time.monotonic() - started < 8:
            try:
                if sent:
                    sock.sendall(b" ")
                if sock.recv(100) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
    assert 1.0 < time.monotonic() - started < 6


def test_five_hundred_slow_callers_hold_up_nobody(company: Company) -> None:
    """Beside 500 callers of every slow kind valid leads are taken as quickly as ever."""
    done = threading.Event()
    callers = [threading.Thread(target=_be_slow, args=(company.server.dial, 100, done)) for _ in range(5)]
    for caller in callers:
        caller.start()
    time.sleep(0.5)
    seconds = []
    for number in range(100):
        started = time.monotonic()
        assert company.ask("PUT", "/v1/leads/L-quick", {"employees": number}).status == 200
        seconds.append(time.monotonic() - started)
    done.set()
    for caller in callers:
        caller.join()
    assert sorted(seconds)[98] < 0.5


def _be_slow(dial: Callable[[], socket.socket], count: int, done: threading.Event) -> None:
    sockets = []
    for number in range(count):
        sockets.append(dial())
        sockets[-1].sendall(_WAYS_TO_BE_SLOW[number % len(_WAYS_TO_BE_SLOW)])
    done.wait(30)
    for sock in sockets:
        sock.close()
