"""Texts: half characters, invisible ones, look-alikes and bytes that are no text at all."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.serving.api.desks import Desk
from tests.serving.hostile.company import CANARY, KINDS, Company, check_problem, make_event

_ODD_TEXTS = [
    *(
        "\ufb01rma",
        "\u0130stanbul",
        "\uff21\uff23\uff2d\uff25",
        "\u0430pple.com",
        "a\u200bb\u200dc",
        "\u202egpj.exe",
    ),
    *(
        "\U0001f469\u200d\U0001f469\u200d\U0001f467",
        "e\u0301",
        "\x00",
        "a\x00b",
        "\x1b[31m",
        "\ufffe",
        "\U0010ffff",
    ),
    *("", " ", "\t", "\r\n", "x" * 10_000, "\\u0000", '"', "'", "\\"),
]


@pytest.mark.parametrize(("method", "path"), KINDS)
@pytest.mark.parametrize(
    ("body", "place"),
    [
        (rb'{"name":"\ud800"}', "/name"),
        (rb'{"name":"a\udc00b"}', "/name"),
        (rb'{"deep":[{"x":"\udfff\ud800"}]}', "/deep/0/x"),
        (rb'{"\ud800":1}', ""),
        (rb'[{"name":"\ud800 "}]', "/0/name"),
    ],
)
def test_half_characters_are_refused(company: Company, method: str, path: str, body: bytes, place: str) -> None:
    """Half a surrogate pair is no text, as a value or as a key, at every door."""
    company.check_refused(method, path, body, (422, "bad_unicode", place))


@pytest.mark.parametrize(("method", "path"), KINDS)
@pytest.mark.parametrize(
    "body",
    [
        b'{"name":"\xff\xfe"}',
        b'{"name":"\xc0\x80"}',
        b'{"name":"\xed\xa0\x80"}',
        b'{"name":"\xf4\x90\x80\x80"}',
        b'{"name":"caf\xe9"}',
        '{"name":"x"}'.encode("utf-16"),
        '{"name":"x"}'.encode("utf-32"),
        b'{"na\xffme":1}',
    ],
)
def test_bytes_that_are_no_utf8_are_refused(company: Company, method: str, path: str, body: bytes) -> None:
    """The body is UTF-8 and nothing else."""
    company.check_refused(method, path, body, (400, "invalid_json", None))


@pytest.mark.parametrize(("method", "path"), KINDS)
@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-16", "application/json;charset=latin-1", "text/plain", "text/json"]
)
def test_other_character_sets_are_refused(company: Company, method: str, path: str, kind: str) -> None:
    """Whatever the bytes are: a body that is declared as something else is not read."""
    check_problem(company.ask(method, path, b"{}", content_type=kind), (415, "unsupported_media_type", None))
    company.check_served()


def test_a_byte_order_mark_is_tolerated(company: Company) -> None:
    """Spreadsheets write one, and it is not a part of the text."""
    lead_id = company.name()
    assert company.ask("PUT", f"/v1/leads/{lead_id}", b'\xef\xbb\xbf{"name":"Ada"}').status == 200
    assert company.ask("GET", f"/v1/leads/{lead_id}").told["attributes"] == {"name": "Ada"}


@pytest.mark.parametrize("value", _ODD_TEXTS, ids=ascii)
def test_texts_are_stored_as_they_came(desk: Desk, value: str) -> None:
    """Whatever a visitor types comes back letter by letter, from attributes and events, on both databases."""
    told = {"industry": value, "name": value, value or "x": value, "nested": [{value: value}]}
    assert desk.ask("PUT", "/v1/leads/L", told)[0] == 200
    assert desk.ask("GET", "/v1/leads/L")[1]["attributes"] == told
    event = {**make_event("L"), "occurred_at": "2026-02-20T09:00:00Z", "properties": {"note": value}}
    assert desk.ask("POST", "/v1/events", event)[1]["status"] == "accepted"
    assert desk.ask("GET", "/v1/leads/L/events")[1]["items"][0]["properties"] == {"note": value}
    if len(value) <= 2_000:
        assert desk.ask("POST", "/v1/leads/L/contacts", {"kind": "call", "note": value})[0] == 200
        assert desk.ask("POST", "/v1/leads/L/stage", {"stage": "sql", "note": value})[0] == 200


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(max_size=30), key=st.text(max_size=10))
def test_any_text_is_kept_or_refused(desk: Desk, value: str, key: str) -> None:
    """No text in any place breaks a door, whichever database is behind it."""
    bodies: dict[str, tuple[str, Any]] = {
        "/v1/leads/L": ("PUT", {key or "k": value}),
        "/v1/accounts/A": ("PUT", {"industry": value, "city": [key]}),
        "/v1/events": ("POST", [{**make_event(value), "type": key, "source": value, "properties": {key: value}}]),
        "/v1/leads/L/stage": ("POST", {"stage": value, "note": key}),
        "/v1/leads/L/contacts": ("POST", {"kind": "call", "outcome": value, "by": key}),
        "/v1/owners/O": ("PUT", {"name": value, "industries": [key], "zone": value}),
    }
    for path, (method, body) in bodies.items():
        status, _ = desk.ask(method, path, body)
        assert status in (200, 202, 422)


@pytest.mark.parametrize(
    "value",
    [
        *("a\u200bda@example.com", "ada@exam\u200dple.com", "\ufeffada@example.com", "a\u00adda@example.com"),
        *("a@b@example.com", "zoe", "@", "zoe@", "@example.net", "a b@example.com", "ada@exam\nple.com"),
        *("ada@example.com\r\nBcc: all@example.com", "a\x00@example.com", "\u202eada@example.com"),
    ],
    ids=ascii,
)
def test_what_is_no_address_is_refused(company: Company, value: str) -> None:
    """Two at signs, none, blanks and invisible characters make no e-mail address."""
    told = {"email": value, "name": CANARY}
    company.check_refused("PUT", "/v1/leads/L-mail", told, (422, "not_email", "/email"), told=value)
    company.check_kept("PUT /v1/leads/L-mail", "not_email", "/email")


def test_addresses_are_kept_as_they_are_written(company: Company) -> None:
    """Quotes, plus signs and capitals are part of an address, and a plus sign makes another person."""
    for value in ("Ada+News@Example.COM", "ada@example.com", '"a@b"@example.com', "o'neil@example.com"):
        lead_id = company.name()
        company.ask("PUT", f"/v1/leads/{lead_id}", {"email": value})
        assert company.ask("GET", f"/v1/leads/{lead_id}").told["attributes"]["email"] == value


@pytest.mark.parametrize("field", ["name", "industry", "anything"])
def test_endless_texts_are_refused(company: Company, field: str) -> None:
    """A text has a length beyond which it is nothing that a person reads."""
    told = {field: CANARY + "x" * 10_000}
    company.check_refused("PUT", "/v1/leads/L-long", told, (422, "too_long", f"/{field}"))
    event = make_event("L-long", properties={field: told[field]})
    company.check_refused("POST", "/v1/events", event, (422, "too_long", f"/properties/{field}"))
    note = {"kind": "call", "note": CANARY + "x" * 2_000}
    company.check_refused("POST", "/v1/leads/L-long/contacts", note, (422, "too_long", "/note"))


@pytest.mark.parametrize("name", ["\x00", "a\x00b", "a\nb", "\x7f", "x\x85", "\x1b[2J"], ids=ascii)
def test_names_have_no_control_characters(company: Company, name: str) -> None:
    """What is printed in lines and headers cannot break them."""
    refused = (422, "bad_name")
    company.check_refused("POST", "/v1/events", make_event(name), (*refused, "/lead_id"))
    company.check_refused("POST", "/v1/events", make_event("L", type=name), (*refused, "/type"))
    company.check_refused("POST", "/v1/events", make_event("L", id=name), (*refused, "/id"))
    company.check_refused("PUT", "/v1/leads/L-name", {"account_id": name}, (*refused, "/account_id"))
    company.check_refused("PUT", "/v1/leads/L-name", {"owner_id": name}, (*refused, "/owner_id"))
    company.check_refused("PUT", "/v1/owners/O-name", {"name": name}, (*refused, "/name"))
    company.check_refused("PUT", "/v1/owners/O-name", {"places": ["x", name]}, (*refused, "/places/1"))


def test_a_digest_of_a_rejection_is_of_its_bytes(company: Company) -> None:
    """The same bad item sent twice is kept once; two that differ in an invisible letter are two."""
    kept = "SELECT count(*) FROM rejections"
    before = company.read(kept)[0][0]
    for lead in ("L\u200b", "L", "L"):
        company.ask("POST", "/v1/events", json.dumps({"lead_id": lead, "type": "only here"}).encode())
    assert company.read(kept)[0][0] == before + 2
