"""Shapes: abysses, repeated keys, too many of them, ids of every form, and none."""

import time
from http.client import HTTPConnection
from itertools import product
from string import ascii_lowercase
from typing import Any
from urllib.parse import quote

import pytest

from tests.serving.hostile.company import CANARY, KINDS, NEWS, WRITES, Company, check_problem, make_event

_DEEP = 100_000


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_every_door_reads_strictly(company: Company, method: str, path: str) -> None:
    """One flaw of each kind is refused alike wherever a body is read."""
    for body, expected in (
        (b"{", (400, "invalid_json", "")),
        (b'{"x":NaN}', (400, "invalid_json", "")),
        (b'{"x":"\xff\xfe"}', (400, "invalid_json", "")),
        (b'{"x":1,"x":1}', (400, "duplicate_key", "/x")),
        (b"[" * _DEEP, (400, "too_deep", "")),
        (b'{"x":1e309}', (422, "not_finite", "/x")),
        (rb'{"x":"\ud800"}', (422, "bad_unicode", "/x")),
    ):
        company.check_refused(method, path, body, expected)


@pytest.mark.parametrize(("method", "path"), KINDS)
@pytest.mark.parametrize(
    "body",
    [b"[" * _DEEP, b'{"x":' * _DEEP, b"[" * _DEEP + b"]" * _DEEP, b'[{"x":' * 40 + b"1" + b"}]" * 40],
    ids=["arrays", "objects", "closed", "forty"],
)
def test_abysses_are_refused_at_once(company: Company, method: str, path: str, body: bytes) -> None:
    """Whatever nests without end is 400 at every door, in no time."""
    company.check_refused(method, path, body, (400, "too_deep", None))
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        company.ask(method, path, body)
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.05


@pytest.mark.parametrize(("method", "path"), KINDS)
@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"id":"a","id":"b"}', "/id"),
        (b'{"id":"a","\\u0069d":"a"}', "/id"),
        (b'{"deep":[{"x" :1, "x" :1}]}', "/deep/0/x"),
        (b'[{},{"a/b":1,"a/b":2}]', "/1/a~1b"),
        (b'{"__proto__":1,"__proto__":2}', "/__proto__"),
    ],
)
def test_a_key_twice_is_refused(company: Company, method: str, path: str, body: bytes, place: str) -> None:
    """Which of two values counts is nobody's guess."""
    company.check_refused(method, path, body, (400, "duplicate_key", place))


@pytest.mark.parametrize(("method", "path"), KINDS)
def test_a_hundred_thousand_keys_are_refused(company: Company, method: str, path: str) -> None:
    """An object has a thousand keys at most, in whatever depth it lies; the score's may have its columns more."""
    names = ["".join(letters) for letters in product(ascii_lowercase, repeat=4)][:100_000]
    many = b"{" + b",".join(b'"%s":1' % name.encode() for name in names) + b"}"
    company.check_refused(method, path, many, (422, "too_many_keys", None))


@pytest.mark.parametrize(("method", "path"), KINDS)
@pytest.mark.parametrize(
    "body", [b"", b" ", b"{", b"{}}", b"{'a':1}", b"[1,]", b"<xml/>", b"a=1", b"\x00", b"{}\x00"]
)
def test_what_is_no_json_is_refused(company: Company, method: str, path: str, body: bytes) -> None:
    """Anything but one JSON value is 400."""
    company.check_refused(method, path, body, (400, "invalid_json", None))


@pytest.mark.parametrize(("method", "path"), KINDS)
@pytest.mark.parametrize("body", [b"null", b"true", b'"text"', b"1e3", b"[[]]", b"[null]"])
def test_what_is_no_object_is_refused(company: Company, method: str, path: str, body: bytes) -> None:
    """A value of another kind is refused where one thing is told, and item by item in an array of events."""
    if path == "/v1/events" and body.startswith(b"["):
        reply = company.ask(method, path, body)
        assert (reply.status, reply.told["items"][0]["code"]) == (200, "not_an_object")
        return
    place = "/0" if path == "/v1/score" and body.startswith(b"[") else ""
    company.check_refused(method, path, body, (422, "not_an_object", place))


@pytest.mark.parametrize(("method", "path"), [door for door in NEWS if not door[1].endswith("acknowledge")])
def test_an_unknown_field_is_a_warning(company: Company, method: str, path: str) -> None:
    """A misspelt field is taken for what it is: something that the service does not know, and says so."""
    needed: dict[str, Any] = {
        "/v1/events": make_event("L-news"),
        "/v1/stages": {"lead_id": "L-news", "stage": "sql"},
        "/v1/contacts": {"lead_id": "L-news", "kind": "call"},
        "stage": {"stage": "sql"},
        "contacts": {"kind": "call"},
    }
    told = needed.get(path, needed.get(path.rpartition("/")[2], {}))
    reply = company.ask(method, path, {**told, "emplyees": 12})
    if path.endswith("snooze"):
        assert reply.status in (200, 404)
        return
    assert reply.status in (200, 202)
    assert reply.told["warnings"] == ["unknown field: emplyees"]


def test_a_prototype_is_a_key_like_others(company: Company) -> None:
    """Names that mean something to scripts are stored and come back as plain keys."""
    told = {"props": {"__proto__": {"admin": True}}, "constructor": {"prototype": 1}, "toString": "x"}
    lead_id = company.name()
    assert company.ask("PUT", f"/v1/leads/{lead_id}", told).status == 200
    assert company.ask("GET", f"/v1/leads/{lead_id}").told["attributes"] == told


@pytest.mark.parametrize(
    "name",
    [
        *("../../etc/passwd", "a/b?c#d", "/", "a//b", "..", ".", "50%2Foff", "%00", "%", "a b", "a+b&c=d", "stage"),
        *("\u00e9\U0001f600", "'; DROP TABLE leads --", "{lead_id}", "L\\x", "\ufffd", "\u200b"),
    ],
    ids=ascii,
)
def test_an_id_may_look_like_anything_on_every_route(company: Company, name: str) -> None:
    """An id with slashes, signs and dots names one thing on all routes, written escaped."""
    path = f"/v1/leads/{quote(name, safe='')}"
    assert company.ask("PUT", path, {"employees": 5}).told["lead"]["id"] == name
    assert company.ask("GET", path).told["id"] == name
    for rest in ("scores", "events", "why"):
        assert company.ask("GET", f"{path}/{rest}").status == 200
    assert company.ask("POST", f"{path}/stage", {"stage": "sql"}).told["lead"]["id"] == name
    assert company.ask("POST", f"{path}/contacts", {"kind": "call"}).status == 200
    assert company.ask("POST", f"{path}/snooze", {"until": None}).told["lead"]["id"] == name
    assert company.ask("POST", "/v1/events", make_event(name)).told["lead"]["id"] == name
    for kind in ("accounts", "owners"):
        assert company.ask("PUT", f"/v1/{kind}/{quote(name, safe='')}", {}).status == 200
    assert company.ask("GET", f"/v1/owners/{quote(name, safe='')}").told["owner"]["id"] == name
    assert company.ask("DELETE", f"/v1/owners/{quote(name, safe='')}").status == 200
    assert company.read("SELECT count(*) FROM leads WHERE id = :id", id=name)[0][0] == 1


@pytest.mark.parametrize("name", ["50%2Foff", "a/b", "%", "%25", 'say "hi"', "\u00e9"], ids=ascii)
def test_a_refused_item_is_sent_again_to_whom_it_was_sent(company: Company, name: str) -> None:
    """What is kept of an address leads back to the same lead, whatever its id holds."""
    path = f"/v1/leads/{quote(name, safe='')}"
    check_problem(company.ask("POST", f"{path}/stage", {"stage": CANARY}), (422, "unknown_stage", "/stage"))
    rejected = company.ask("GET", "/v1/rejections?code=unknown_stage&limit=500").told["items"][-1]
    with company.database.writing() as connection:
        body = '{"stage": "sql", "occurred_at": "2026-01-01T00:00:00Z"}'
        connection.exec_driver_sql("UPDATE rejections SET body = ? WHERE id = ?", (body, rejected["id"]))
    replayed = company.ask("POST", "/v1/rejections/replay", {"ids": [rejected["id"]]}).told
    assert sum(replayed["taken"].values()) == 1, replayed
    assert company.read("SELECT count(*) FROM stage_changes WHERE lead_id = :id", id=name)[0][0] >= 1


@pytest.mark.parametrize(
    ("escaped", "code"),
    [
        *(
            ("%20", "empty"),
            ("%0A", "empty"),
            ("%00", "bad_name"),
            ("a%00b", "bad_name"),
            ("%2F%00", "bad_name"),
        ),
        *(("%FF", "bad_name"), ("%ED%A0%80", "bad_name"), ("%C0%AF", "bad_name"), ("a%0Db", "bad_name")),
        *(("x" * 201, "too_long"), ("x" * 10_000, "too_long"), ("%F0%9F%98%80" * 201, "too_long")),
    ],
    ids=lambda value: value[:12],
)
def test_what_is_no_id_is_refused_on_every_route(company: Company, escaped: str, code: str) -> None:
    """Blank, endless and unreadable ids are 422, and never some other id."""
    before = company.count()
    for method, path, body in (
        *(("PUT", f"/v1/{kind}/{escaped}", {}) for kind in ("leads", "accounts", "owners")),
        *(("POST", f"/v1/leads/{escaped}/{kind}", {}) for kind in ("stage", "contacts", "snooze")),
        *(("GET", f"/v1/leads/{escaped}{rest}", None) for rest in ("", "/scores", "/events", "/why")),
        ("POST", f"/v1/alerts/{escaped}/acknowledge", {}),
        ("GET", f"/v1/alerts/{escaped}", None),
        *(("DELETE", f"/v1/{kind}/{escaped}", None) for kind in ("leads", "owners", "channels")),
    ):
        check_problem(company.ask(method, path, body), (422, code, None))
    assert company.count() == before


@pytest.mark.parametrize(
    "value", ["", " ", CANARY * 100_000, None, 5, ["L"], {"id": "L"}, True], ids=lambda v: str(v)[:9]
)
def test_what_is_no_id_in_a_body_is_refused(company: Company, value: Any) -> None:
    """An event and a score need an id that is a text, not blank and not endless."""
    code = {"": "empty", " ": "empty"}.get(value, "too_long") if isinstance(value, str) else "not_text"
    code = "missing" if value is None else code
    company.check_refused("POST", "/v1/events", make_event(value), (422, code, "/lead_id"))
    company.check_refused("POST", "/v1/score", {"id": value}, (422, code, "/id"))


def test_no_id_at_all_is_refused(company: Company) -> None:
    """What is told of nobody is 422, or is no address at all."""
    event = make_event("L")
    del event["lead_id"]
    company.check_refused("POST", "/v1/events", event, (422, "missing", "/lead_id"))
    company.check_kept("POST /v1/events", "missing", "/lead_id")
    company.check_refused("POST", "/v1/score", {}, (422, "missing", "/id"))
    for kind in ("leads", "accounts", "owners"):
        company.check_refused("PUT", f"/v1/{kind}/", {}, (404, "unknown_route", None))
    company.check_refused("POST", "/v1/leads//stage", {"stage": "sql"}, (404, "unknown_route", None))


def test_the_body_may_not_name_another(company: Company) -> None:
    """An id in the body is that of the address."""
    for path in ("/v1/leads/L-own", "/v1/accounts/A-own", "/v1/owners/O-own"):
        company.check_refused("PUT", path, {"id": CANARY}, (422, "different_id", "/id"))


@pytest.mark.parametrize("size", [0, 1_001, 20_000])
def test_a_batch_has_its_size(company: Company, size: int) -> None:
    """From one to a thousand events come at once."""
    company.check_refused("POST", "/v1/events", [{}] * size, (422, "too_many_events", ""))


def test_a_bad_item_does_not_spoil_a_batch(company: Company) -> None:
    """Of a mixed batch the good is stored, and each of the bad is kept with its code and its place."""
    lead_id = company.name()
    company.ask("PUT", f"/v1/leads/{lead_id}", {})
    told = [
        make_event(lead_id),
        7.25,
        {"only": "here"},
        {**make_event(lead_id), "properties": [CANARY]},
        make_event(lead_id, id="x"),
    ]
    reply = company.ask("POST", "/v1/events", told)
    assert (reply.status, reply.told["accepted"], reply.told["rejected"]) == (200, 2, 3)
    codes = [(item.get("code"), item.get("path")) for item in reply.told["items"][1:4]]
    assert codes == [("not_an_object", "/1"), ("missing", "/2/occurred_at"), ("not_an_object", "/3/properties")]
    assert CANARY not in reply.body.decode()
    for code, place in codes:
        company.check_kept("POST /v1/events", code, place)
    assert company.read("SELECT count(*) FROM events WHERE lead_id = :id", id=lead_id)[0][0] == 2


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v1/leads/L-nobody/snooze"), ("POST", "/v1/alerts/x/acknowledge")]
)
def test_what_nobody_knows_is_a_problem(company: Company, method: str, path: str) -> None:
    """A snooze of nobody and an acknowledgement of nothing are 404, and change nothing."""
    code = "unknown_alert" if "alerts" in path else "unknown_lead"
    company.check_refused(method, path, {}, (404, code, None))


def test_routes_and_methods_that_do_not_exist_are_problems(company: Company) -> None:
    """Whatever is asked for that is not there is 404 or 405 with a body of its own."""
    for method, path, status, code in (
        *(("GET", path, 404, "unknown_route") for path in ("/v1", "//v1/leads", "/v1/LEADS", "/v1/leads/L/x")),
        *(("GET", path, 404, "unknown_route") for path in ("/.env", "/v1/../etc/passwd", "/%2e%2e/x", "/docs/x")),
        *((method, "/v1/leads", 405, "wrong_method") for method in ("DELETE", "PATCH", "OPTIONS", "TRACE", "BREW")),
        ("POST", "/docs", 405, "wrong_method"),
    ):
        check_problem(company.ask(method, path), (status, code, None))
    assert isinstance(company.connection, HTTPConnection)
    company.check_served()
