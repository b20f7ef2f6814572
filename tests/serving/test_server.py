"""The service over real sockets: swaps under load, misbehaving callers, connections that live on."""

import json
import re
import socket
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from models.champion import publish_champion

JSON = {"content-type": "application/json"}
GOOD = b'{"id":"L-1"}'
STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")


def _post(connection: HTTPConnection, body: bytes, **headers: str) -> tuple[int, Any]:
    connection.request("POST", "/v1/score", body, {**JSON, **headers})
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def _post_once(server: Any, body: bytes) -> tuple[int, Any]:
    connection = server.connect()
    try:
        return _post(connection, body)
    finally:
        connection.close()


def _request(body: bytes, *headers: str, length: int | None = None) -> bytes:
    lines = ["POST /v1/score HTTP/1.1", "host: 127.0.0.1", "content-type: application/json", *headers]
    if length is None or length >= 0:
        lines.append(f"content-length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _read_to_end(sock: socket.socket) -> bytes:
    parts = []
    while part := sock.recv(65_536):
        parts.append(part)
    return b"".join(parts)


def _resident_kilobytes(server: Any) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"id":NaN}',
        b'{"id":"a","id":"b"}',
        b"[" * 100_000,
        b'{"id":"\\ud800"}',
        b'{"id":"L","employees":"x"}',
        b'{"id":"\xff"}',
        b"",
        b'{"id":"%s"}' % (b"x" * 2**21),
        b"x" * 10_000_000,
    ],
)
def test_a_connection_lives_on_after_a_mistake(server: Any, body: bytes) -> None:
    """After any mistake the same connection serves a valid lead."""
    connection = server.connect()
    connection.connect()
    sock = connection.sock
    status, problem = _post(connection, body)
    assert status in (400, 413, 422)
    assert problem["status"] == status
    assert _post(connection, GOOD)[0] == 200
    assert connection.sock is sock
    connection.close()


def test_readiness_tells_the_truth(
    tmp_path: Path, artifacts: dict[str, Path], serve_home: Callable[[Path], Any]
) -> None:
    """Not ready without a champion, ready with one; a damaged one after it is refused and changes nothing."""
    with serve_home(tmp_path) as server:
        assert server.get("/healthz")[0] == 200
        _wait_for(lambda: b"hotlead promote" in server.get("/readyz")[1])
        status, readiness = server.get("/readyz")
        assert status == 503
        assert json.loads(readiness)["status"] == "not ready"
        status, problem = _post_once(server, GOOD)
        assert (status, problem["code"]) == (503, "no_champion")
        assert server.get("/v1/model")[0] == 503
        publish_champion(artifacts["1"], "1", tmp_path)
        _wait_for(lambda: server.get("/readyz")[0] == 200)
        assert _post_once(server, GOOD)[0] == 200
        _damage(publish_champion(artifacts["2"], "2", tmp_path).folder(tmp_path))
        _wait_for(lambda: b"hotlead_refused_champions_total 1.0" in server.get("/metrics")[1])
        status, readiness = server.get("/readyz")
        assert status == 200
        assert "refused" in json.loads(readiness)["reason"]
        assert _post_once(server, GOOD)[1]["model_version"] == "1"
        assert "refused" in server.log.read_text()


def _damage(folder: Path) -> None:
    member = folder / "member_0.txt"
    member.write_bytes(member.read_bytes()[:1_000])


def test_a_length_that_is_told_twice_is_refused(server: Any) -> None:
    """Requests that proxies and servers could cut apart differently are refused, and the connection closed."""
    chunked = b"5\r\nabcde\r\n0\r\n\r\n"
    for sent in (
        _request(GOOD, "transfer-encoding: chunked") + chunked,
        _request(GOOD, f"content-length: {len(GOOD) + 1}"),
        _request(GOOD, "content-length: -5", length=-1),
        _request(GOOD, "content-length: +5", length=-1),
        _request(GOOD, "transfer-encoding: chunked, identity", length=-1),
    ):
        with server.dial() as sock:
            sock.sendall(sent)
            answer = _read_to_end(sock)
        assert answer.startswith(b"HTTP/1.1 400"), answer
        assert len(STATUS.findall(answer)) == 1


def test_more_than_the_length_told_is_no_request(server: Any) -> None:
    """What follows a body is read as the next request, and refused as none."""
    with server.dial() as sock:
        sock.sendall(_request(GOOD, length=len(GOOD)) + b"x" * 100_000)
        answer = _read_to_end(sock)
    assert STATUS.findall(answer) in ([b"200", b"400"], [b"200", b"431"])
    assert b"not_http" in answer or b"header_too_large" in answer


@pytest.mark.parametrize("header", [b"x: " + b"a" * 65_536, b"\r\n".join(b"x%d: y" % n for n in range(10_000))])
@pytest.mark.parametrize("pieces", [1, 7])
def test_a_header_has_its_limit(server: Any, header: bytes, pieces: int) -> None:
    """A header above 16 KiB is refused with 431, however it arrives."""
    sent = b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n" + header + b"\r\n\r\n"
    step = len(sent) // pieces + 1
    with server.dial() as sock:
        try:
            for start in range(0, len(sent), step):
                sock.sendall(sent[start : start + step])
                time.sleep(0.02)
        except OSError:
            pass  # the server need not read on once it has answered
        answer = sock.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 431")
    assert b"header_too_large" in answer


def test_a_large_body_is_refused_before_it_is_held(server: Any) -> None:
    """Of 200 MB nothing piles up: the answer comes early, and memory stays where it was."""
    with server.dial() as sock:
        sock.sendall(_request(b"", length=200_000_000))
        before = _resident_kilobytes(server)
        assert sock.recv(4_096).startswith(b"HTTP/1.1 413")
        block = b"x" * 1_000_000
        for _ in range(60):
            sock.sendall(block)
        assert _resident_kilobytes(server) - before < 1_024 + 512


def test_an_endless_body_is_cut_off(server: Any) -> None:
    """A body in chunks without an end is refused at the limit."""
    with server.dial() as sock:
        sock.sendall(_request(b"", "transfer-encoding: chunked", length=-1))
        chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
        for _ in range(20):
            sock.sendall(chunk)
        assert sock.recv(4_096).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("sent", [b"", b"POST /v1/score HTT", _request(b'{"id":', length=500)])
def test_slow_callers_are_cut_off(server: Any, sent: bytes) -> None:
    """Silence, half a header and half a body end with the patience the settings give (2 s here)."""
    started = time.monotonic()
    with server.dial() as sock:
        if sent:
            sock.sendall(sent)
        _read_to_end(sock)
    assert 1.5 < time.monotonic() - started < 5


def test_dripping_bytes_do_not_buy_time(server: Any) -> None:
    """A body that drips is cut off as a silent one is."""
    started = time.monotonic()
    with server.dial() as sock:
        sock.sendall(_request(b"", length=1_000))
        sock.settimeout(0.2)
        while time.monotonic() - started < 6:
            try:
                sock.sendall(b" ")
                if sock.recv(100) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
    assert time.monotonic() - started < 5


def test_slow_callers_hold_up_nobody(server: Any) -> None:
    """Beside 200 silent connections a valid lead is answered at once."""
    silent = [server.dial() for _ in range(200)]
    connection = server.connect()
    seconds = []
    for _ in range(20):
        started = time.monotonic()
        assert _post(connection, GOOD)[0] == 200
        seconds.append(time.monotonic() - started)
    for sock in (*silent, connection):
        sock.close()
    assert max(seconds) < 0.5


def test_health_answers_while_a_large_array_is_scored(server: Any) -> None:
    """A thousand leads are scored beside the others, not before them."""
    many = json.dumps([{"id": str(number)} for number in range(1_000)]).encode()
    answers = []
    thread = threading.Thread(target=lambda: answers.append(_post_once(server, many)[0]))
    thread.start()
    slowest = 0.0
    while thread.is_alive():
        started = time.monotonic()
        assert server.get("/healthz")[0] == 200
        slowest = max(slowest, time.monotonic() - started)
    assert answers == [200]
    assert slowest < 0.5


def test_pipelined_requests_are_answered_in_order(server: Any) -> None:
    """Requests sent without waiting are answered one after the other."""
    with server.dial() as sock:
        sock.sendall(_request(b'{"id":"first"}') + _request(b"{") + _request(b'{"id":"last"}', "connection: close"))
        answer = _read_to_end(sock)
    assert STATUS.findall(answer) == [b"200", b"400", b"200"]
    assert answer.index(b"first") < answer.index(b"last")


def test_no_log_line_tells_of_a_lead(server: Any) -> None:
    """Neither good nor bad requests leave a word of theirs in the log."""
    connection = server.connect()
    _post(connection, b'{"id":"ada@secret.example","note":"x"}')
    _post(connection, b'{"id":"ada@secret.example","employees":"secret"}')
    connection.close()
    with server.dial() as sock:
        sock.sendall(b"secret\r\n\r\n")
        _read_to_end(sock)
    assert "secret" not in server.log.read_text()


def _wait_for(is_true: Callable[[], bool], patience: float = 60.0) -> None:
    deadline = time.monotonic() + patience
    while not is_true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
