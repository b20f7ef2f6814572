"""Hostile requests: what no client library would send, written to a socket byte by byte."""

import json
import socket
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from serving.api.cursors import write_cursor

_SECONDS = 20
_IDS = (
    *(
        "%00",
        "%2F",
        "%2f%2F",
        "%25",
        "%",
        "%zz",
        "%ED%A0%80",
        "%FF%FE",
        "%C3",
        "..",
        ".",
        "%2E%2E",
        "a%0Ab",
        "%20",
        "+",
    ),
    *("%E2%80%AE", "%F0%9F%94%A5", "%EF%BB%BF", quote("x" * 200), quote("ü" * 200), quote("x" * 201), "y" * 6_000),
    *("a;b", "a'b--", "a%22b", "'%20OR%20'1'='1", "%F4%8F%BF%BF", "a:b", "@", "*", "null"),
)
_QUERIES = (
    *("cursor=", "cursor=%00", "cursor=%ED%A0%80", "cursor=W10", "cursor=bnVsbA", "cursor=" + "A" * 6_000),
    *("limit=0", "limit=501", "limit=-1", "limit=%D9%A1", "limit=1e3", "limit=" + "9" * 30, "limit=1&limit=2"),
    *("q=%25", "q=_", "q=%5C", "q=%00", "q=%ED%A0%80", "q=%F4%8F%BF%BF", "owner=%00", "code=%00", "state=DUE"),
    *(
        "a" * 6_000,
        "%",
        "%zz=1",
        "&&&&",
        "=",
        ";",
        "import=%00",
        "import=%F0%9F%94%A5",
        "reasons=%31",
        "reasons=11",
    ),
    *("&".join(f"p{n}=1" for n in range(60)), "min_score=101", "sort=-score%00", "lead=%00", "channel=%00"),
)
_BODIES = (
    *(
        b"",
        b"null",
        b"[]",
        b"{}",
        b"[[]]",
        b"0",
        b'"x"',
        b"NaN",
        b"\xff\xfe{",
        b"\xef\xbb\xbf{}",
        b"[" * 40 + b"]" * 40,
    ),
    *(
        b"[" * 100_000,
        b'{"a":1,"a":2}',
        b'{"\\ud800":1}',
        b'{"by":"\\u0000"}',
        b'{"name":"\\ud800"}',
        b'{"note":1e400}',
    ),
    b'{"ids":[%d]}' % 2**63,
    b'{"ids":[%d]}' % 2**64,
    b'{"ids":[1e3]}',
    b'{"ids":[true]}',
    b'{"ids":[-1]}',
    b'{"code":"\\u0000"}',
    b'{"channel_id":"\\u0000"}',
    b'{"employees":%d}' % 10**30,
    b'{"employees":1e308,"revenue":-1e308}',
    b'{"name":"a\\u0000b","company":"\\u0000","foo":{"\\u0000":"\\u0000"}}',
    b'{"a\\u0000b":5,"employees":"\\u0000"}',
    b'{"name":"\\ufffe\\uffff\\udbff\\udfff"}',
    b'{"created_at":"0001-01-01T00:00:00Z"}',
    b'{"created_at":"9999-12-31T23:59:59.999999999-23:59"}',
    b'{"until":"2199-12-31T23:59:59Z","by":"x"}',
    b'{"stage":"sql","note":"\\u0000","id":"\\u0001"}',
    b'{"kind":"call","outcome":"\\u202e","note":"%s"}' % (b"x" * 2_000),
    b'{"zone":"../../etc/passwd"}',
    b'{"zone":"\\u0000"}',
    b'{"working_hours":"\\u0000","quiet_hours":"99:99"}',
    b'{"capacity_per_week":1e308}',
    b'{"owner_id":"team","kind":"webhook","url":"http://[::1"}',
    b'{"owner_id":"team","kind":"webhook","url":"https://\\u0000/"}',
    b'{"owner_id":"team","kind":"apprise","url":"%s://"}' % (b"x" * 9_000),
    json.dumps({"lead_id": "L-9", "type": "a\x00b", "occurred_at": "2026-03-01T09:00:00Z"}).encode(),
    json.dumps(
        [{"lead_id": "L-9", "type": "t", "occurred_at": "2026-01-01T00:00:00Z", "properties": {"\x00": "\x00"}}]
    ).encode(),
    json.dumps(
        [{"lead_id": "L-9", "type": "t", "occurred_at": "1900-01-01T00:00:00Z", "source": "\x7f"}] * 3
    ).encode(),
    json.dumps(
        {"id": "x", "events": [{"type": "t", "occurred_at": "2026-01-01T00:00:00Z", "properties": {"p": 10**400}}]}
    ).encode(),
)
_INTEGERS = (None, 0, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63))
_TEXTS = ("x", "\U0010ffff", "zz", "00", "ff" * 100, "'", "%")


def write_requests(document: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Write requests for every operation of a document, each with the operation's name."""
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            name, takes_body = operation["operationId"], "requestBody" in operation
            body = b"{}" if takes_body else b""
            for text in _IDS if "{" in path else ():
                yield name, _write(verb, _fill(path, dict.fromkeys(known, text)), body)
            for query in _QUERIES:
                yield name, _write(verb, f"{_fill(path, known)}?{query}", body)
            for hostile in _BODIES if takes_body else ():
                yield name, _write(verb, _fill(path, known), hostile)
    yield from _write_cursors(known)


def answer(port: int, request: bytes) -> tuple[int, bytes]:
    """Send a request on a connection of its own; status 0 where there is no answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=_SECONDS) as connection:
        received = b""
        try:
            connection.sendall(request)
            while part := connection.recv(65_536):
                received += part
        except ConnectionError:
            pass
    parts = received.split(b" ", 2)
    return (int(parts[1]), received) if len(parts) > 2 and parts[1].isdigit() else (0, received)


def _write_cursors(known: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Write cursors with keys of the right kinds that point to nowhere."""
    lead = known["lead_id"]
    places = (
        *((f"/v1/leads?sort={sort}", "leads", {"sort": sort}) for sort in ("-score", "score", "-scored_at")),
        ("/v1/leads?sort=id", "leads", {"sort": "id"}),
        ("/v1/alerts?state=told", "alerts", {"state": "told"}),
        (f"/v1/leads/{lead}/scores?limit=5", f"scores of {lead}", {}),
        (f"/v1/leads/{lead}/events?limit=5", f"events of {lead}", {}),
        ("/v1/rejections?limit=5", "/v1/rejections", {}),
        ("/v1/deliveries?limit=5", "/v1/deliveries", {}),
    )
    keys = [(number,) for number in _INTEGERS] + [(text,) for text in _TEXTS]
    pairs = [(number, text) for number in _INTEGERS for text in _TEXTS]
    for path, place, query in places:
        for some in [*keys, *pairs]:
            yield f"cursor of {place}", _write("get", f"{path}&cursor={write_cursor(place, query, some)}", b"")


def _fill(path: str, ids: Mapping[str, str]) -> str:
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def _write(verb: str, target: str, body: bytes) -> bytes:
    head = f"{verb.upper()} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode("latin-1") + b"\r\n" + body
