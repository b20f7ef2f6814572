"""POST /v1/score: answers, and an answer for every kind of mistake."""

import gzip
import json
import math
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from serving.championing import ScorerInForce
from serving.errors import TITLES
from serving.usecases.scoring import score_leads

Post = Callable[..., Any]
DEEP = b"[" * 100_000
NUMBERS = ["1e309", "-1e309", "1" * 5_000, "-" + "9" * 5_000]


def _refused(answer: Any, status: int, code: str, path: str | None = None) -> None:
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["type"] == f"/docs#{code}"
    assert problem["title"] == TITLES[code]
    assert problem["detail"]
    if path is not None:
        assert problem["path"] == path


def test_one_lead_answers_one_object(post: Post, leads: list[dict[str, Any]]) -> None:
    """One lead answers its score, its bucket and three reasons, told by the version in force."""
    answer = post(leads[0])
    assert answer.status_code == 200
    body = answer.json()
    assert body["id"] == leads[0]["id"]
    assert 0 < body["probability"] < 1
    assert body["score"] in range(101)
    assert body["bucket"] in ("cold", "warm", "hot")
    assert body["model_version"] == "1"
    assert body["as_of"] == "2026-03-01T09:00:00Z"
    assert body["warnings"] == []
    assert "probability_withheld" not in body
    assert len(body["reasons"]) == 3
    assert all(reason["text"] and reason["direction"] == ("up" if reason["effect"] > 0 else "down")
               for reason in body["reasons"])  # fmt: skip


def test_an_array_answers_in_order(post: Post, leads: list[dict[str, Any]]) -> None:
    """An array answers an array in its order; an empty one answers an empty one."""
    assert [found["id"] for found in post(leads).json()] == [lead["id"] for lead in leads]
    assert post([]).json() == []


def test_a_batch_equals_singles_to_the_bit(post: Post, leads: list[dict[str, Any]]) -> None:
    """Leads that share no account score the same alone and together, with the same reasons."""
    apart = [{**lead, "account_id": f"A-{number}"} for number, lead in enumerate(leads)]
    assert post(apart).json() == [post(lead).json() for lead in apart]


def test_leads_of_an_account_see_each_others_events(
    in_force: ScorerInForce, post: Post, leads: list[dict[str, Any]]
) -> None:
    """A colleague in the array and the same colleague's events told by the lead give the same score."""
    lead, colleague = leads[0], {**leads[1], "account_id": leads[0]["account_id"]}
    told = [*lead["events"], *({**event, "lead_id": colleague["id"]} for event in colleague["events"])]
    together = post([lead, colleague]).json()[0]
    assert post({**lead, "events": told}).json() == together
    assert post([{**lead, "events": told}, colleague]).json()[0] == together
    assert post(lead).json()["probability"] != together["probability"]


def test_events_of_strangers_without_an_account_are_passed_over(post: Post, leads: list[dict[str, Any]]) -> None:
    """Without an account there are no colleagues, and the answer says so."""
    lead = {**leads[0], "account_id": None}
    told = [*lead["events"], {**leads[1]["events"][0], "lead_id": "L-99"}]
    plain, warned = post(lead).json(), post({**lead, "events": told}).json()
    assert warned["probability"] == plain["probability"]
    assert "account_id" in warned["warnings"][0]


def test_what_happens_later_changes_nothing(post: Post, leads: list[dict[str, Any]]) -> None:
    """Events after as_of, or recorded after it, are not read, and the answer says so."""
    late = {"type": "download", "occurred_at": "2026-03-01T09:00:00Z"}
    unrecorded = {**late, "occurred_at": "2026-02-01T09:00:00Z", "recorded_at": "2026-03-02T09:00:00Z"}
    plain = post(leads[0]).json()
    for event in (late, unrecorded):
        answer = post({**leads[0], "events": [*leads[0]["events"], event]}).json()
        assert answer["probability"] == plain["probability"]
        assert "after as_of" in answer["warnings"][0]


def test_as_of_defaults_to_the_clock(post: Post) -> None:
    """A lead that names no moment is looked at now."""
    assert post({"id": "L"}).json()["as_of"] == "2026-03-01T09:00:00Z"
    assert (
        post({"id": "L", "as_of": "2026-01-01T01:00:00.25+01:00"}).json()["as_of"] == "2026-01-01T00:00:00.250000Z"
    )


@pytest.mark.parametrize("most", [0, 1, 10])
def test_reasons_are_as_many_as_asked(post: Post, leads: list[dict[str, Any]], most: int) -> None:
    """The query says how many reasons a score may have."""
    assert len(post(leads[0], f"?reasons={most}").json()["reasons"]) == most


@pytest.mark.parametrize("query", ["?reasons=11", "?reasons=-1", "?reasons=", "?reasons=3&reasons=4", "?reasons=3.0",
                                   "?reasons=%33", "?reasons=1e1"])  # fmt: skip
def test_reasons_outside_of_their_range_are_refused(post: Post, query: str) -> None:
    """Anything but one number from 0 to 10 is refused."""
    _refused(post({"id": "L"}, query), 422, "bad_parameter")


def test_an_unknown_parameter_is_refused(post: Post) -> None:
    """A misspelt parameter does not pass unnoticed."""
    _refused(post({"id": "L"}, "?reason=3"), 422, "unknown_parameter")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "nan", "0x10", "01", "1.", "+1", ".5"])
def test_what_is_no_number_is_no_json(post: Post, number: str) -> None:
    """Constants and notations that JSON lacks are refused."""
    _refused(post(b'{"id":"L","revenue":%s}' % number.encode()), 400, "invalid_json")


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("column", ["revenue", "employees", "unknown"])
def test_numbers_beyond_every_float_are_refused(post: Post, number: str, column: str) -> None:
    """A number that no float holds is refused with its path, quickly, however many digits it has."""
    started = time.perf_counter()
    answer = post(b'{"id":"L","%s":%s}' % (column.encode(), number.encode()))
    _refused(answer, 422, "not_finite", f"/{column}")
    assert number not in answer.text
    assert time.perf_counter() - started < 0.05


@pytest.mark.parametrize("value", ["12abc", " 12 ", "1,000", "1.000", "1k", "50-100", "١٢", "１２", "", "-1", "+1",
                                   "1_0", "1e3", "1234567890", True, False, 12.5, [1], {"a": 1}, 1e-9])  # fmt: skip
def test_what_is_no_whole_number_is_refused(post: Post, value: Any) -> None:
    """A whole-number column takes whole numbers and plain short digits, and the value is never echoed."""
    answer = post({"id": "L", "employees": value})
    _refused(answer, 422, "not_integer", "/employees")


@pytest.mark.parametrize("value", [12, 12.0, 1e3, "12", "007", 0, -0.0, -5, 2**63 - 1, None])
def test_whole_numbers_are_taken(post: Post, value: Any) -> None:
    """Whole numbers are taken in every notation that leaves no doubt."""
    assert post({"id": "L", "employees": value}).status_code == 200


def test_long_integers_are_no_floats(post: Post) -> None:
    """An integer of 400 digits is JSON that Python reads, and yet no float holds it."""
    _refused(post({"id": "L", "revenue": 10**400}), 422, "not_finite", "/revenue")


@pytest.mark.parametrize("value", [2**63, -(2**63), 1e19, 1e300, 10**400])
def test_whole_numbers_beyond_64_bits_are_refused(post: Post, value: Any) -> None:
    """A whole number that needs more than 63 bits is out of range."""
    _refused(post({"id": "L", "employees": value}), 422, "out_of_range", "/employees")


@pytest.mark.parametrize("value", ["12", "", True, [], {}])
def test_what_is_no_number_is_refused(post: Post, value: Any) -> None:
    """A number column takes JSON numbers only."""
    _refused(post({"id": "L", "number_3": value}), 422, "not_number", "/number_3")


@pytest.mark.parametrize("value", [0.1 + 0.2, -0.0, 5e-324, 1e308, -1e308, 10**18, 10**300, None])
def test_finite_numbers_are_taken(post: Post, value: Any) -> None:
    """Every finite number gives a finite score."""
    answer = post({"id": "L", "revenue": value, "number_3": value})
    assert answer.status_code == 200
    assert math.isfinite(answer.json()["probability"])


@pytest.mark.parametrize("value", [1, 1.5, True, ["Software"], {"name": "Software"}])
def test_what_is_no_text_is_refused(post: Post, value: Any) -> None:
    """A text column takes texts only."""
    _refused(post({"id": "L", "industry": value}), 422, "not_text", "/industry")


@pytest.mark.parametrize("value", ["ﬁrma", "İstanbul", "ＡＣＭＥ", "👩‍👩‍👧", "аpple.com", "<script>alert(1)</script>", "",
                                   "=HYPERLINK(1)", "Bob\r\nBcc: all@x.com", "\x00", "${jndi:ldap://x/a}"])  # fmt: skip
def test_texts_are_taken_as_they_are(post: Post, value: str) -> None:
    """Whatever a visitor types is a text like any other."""
    assert post({"id": "L", "industry": value, "role": value}).status_code == 200


def test_a_very_long_text_is_refused(post: Post) -> None:
    """A text has a length beyond which it is none of a lead's attributes."""
    _refused(post({"id": "L", "industry": "x" * 10_001}), 422, "too_long", "/industry")


@pytest.mark.parametrize("value", ["ada@example.com", "ADA+tag@Example.COM", "o'neil@example.com", '"a@b"@example.com',
                                   "  ", None])  # fmt: skip
def test_addresses_are_taken(post: Post, value: Any) -> None:
    """Quotes, plus signs and capitals are part of an address; a blank one is missing."""
    answer = post({"id": "L", "email": value})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("value", ["a@b@example.com", "ada", "a\u200bda@example.com", "ada@exam\u200dple.com",
                                   "a b@example.com", "@example.com", "ada@"])  # fmt: skip
def test_what_is_no_address_is_refused(post: Post, value: str) -> None:
    """Two at signs, none, blanks and invisible characters make no address."""
    _refused(post({"id": "L", "email": value}), 422, "not_email", "/email")


@pytest.mark.parametrize(("value", "code"), [("", "empty"), (" ", "empty"), ("x" * 201, "too_long"), (7, "not_text"),
                                             ("a\x00b", "bad_name"), ("a\nb", "bad_name"), (["L"], "not_text")])  # fmt: skip
def test_bad_ids_are_refused(post: Post, value: Any, code: str) -> None:
    """An id is a text that is not blank, not long, and has no control characters."""
    _refused(post({"id": value}), 422, code, "/id")
    _refused(post({"id": "L", "account_id": value}), 422, code, "/account_id")


@pytest.mark.parametrize("value", ["../../etc/passwd", "a/b?c#d", "=1+1", "é", "0"])
def test_ids_may_look_odd(post: Post, value: str) -> None:
    """An id is only a name here, and is answered as it came."""
    assert post({"id": value}).json()["id"] == value


def test_a_lead_needs_an_id(post: Post) -> None:
    """A lead without an id is refused, wherever it stands."""
    _refused(post({}), 422, "missing", "/id")
    _refused(post([{"id": "L"}, {"id": None}]), 422, "missing", "/1/id")


@pytest.mark.parametrize("body", [b"1", b'"lead"', b"null", b"[1]", b"[[]]", b"[null]", b"true"])
def test_what_is_no_lead_is_refused(post: Post, body: bytes) -> None:
    """A lead is a JSON object."""
    _refused(post(body), 422, "not_an_object", "/0" if body.startswith(b"[") else "")


def test_an_array_names_each_lead_once(post: Post) -> None:
    """Twins in an array are refused, since their events could not be told apart."""
    _refused(post([{"id": "L"}, {"id": "M"}, {"id": "L"}]), 422, "duplicate_id", "/2/id")


def test_an_array_has_a_thousand_leads_at_most(post: Post) -> None:
    """A thousand leads are answered, one more is refused."""
    many = [{"id": str(number)} for number in range(1_001)]
    assert len(post(many[:-1], "?reasons=0").json()) == 1_000
    _refused(post(many), 422, "too_many_leads", "")


@pytest.mark.parametrize("body", [b"", b" ", b"{", b'{"id":"L"}}', b'{"id":"L",}', b"{'id':'L'}", b"{id:1}", b"\x00",
                                  b'{"id":"\xff\xfe"}', b'{"\xff":1}', b'{"id":"a\nb"}', b'{"id":"\\x41"}'])  # fmt: skip
def test_what_is_no_json_is_refused(post: Post, body: bytes) -> None:
    """Broken JSON and broken UTF-8 are refused."""
    _refused(post(body), 400, "invalid_json")


def test_a_byte_order_mark_is_tolerated(post: Post) -> None:
    """UTF-8 may begin with a byte order mark."""
    assert post(b'\xef\xbb\xbf{"id":"L"}').status_code == 200


@pytest.mark.parametrize("text", [b"\\ud800", b"\\udc00\\ud800", b"a\\udfffb"])
def test_half_surrogate_pairs_are_refused(post: Post, text: bytes) -> None:
    """Half a surrogate pair is no character, in a value or in a name."""
    _refused(post(b'{"id":"L","industry":"%s"}' % text), 422, "bad_unicode", "/industry")
    _refused(post(b'{"id":"L","%s":1}' % text), 422, "bad_unicode")
    assert post(b'{"id":"\\ud83d\\ude00"}').json()["id"] == "😀"


@pytest.mark.parametrize(("body", "path"), [
    (b'{"id":"a","id":"b"}', "/id"), (b'{"id":"a", "id" : "b"}', "/id"), (b'{"id":"a","\\u0069d":"b"}', "/id"),
    (b'[{"id":"a","x":{"y":1,"y":1}}]', "/0/x/y"), (b'{"id":"a","id"\n:":"}', "/id"),
    (b'{"id":"a","events":[{"type":"t","occurred_at":"2026-01-01T00:00:00Z","properties":{"p":1,"p":2}}]}',
     "/events/0/properties/p"),
])  # fmt: skip
def test_repeated_keys_are_refused(post: Post, body: bytes, path: str) -> None:
    """A key that is named twice is refused with its path, however it is spelt or spaced."""
    _refused(post(body), 400, "duplicate_key", path)


@pytest.mark.parametrize("value", [":", '":', '\\":', " : ", "a : b", '"a":"a"'])
def test_colons_in_texts_repeat_no_key(post: Post, value: str) -> None:
    """What looks like a key inside a text is none."""
    assert post({"id": "L", "industry": value}).status_code == 200


@pytest.mark.parametrize("body", [DEEP, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000,
                                  b'{"id":"L","x":' + b"[" * 40 + b"]" * 40 + b"}"])  # fmt: skip
def test_abysses_are_refused_at_once(post: Post, body: bytes) -> None:
    """Nesting beyond all reason is refused within 50 ms."""
    started = time.perf_counter()
    _refused(post(body), 400, "too_deep")
    assert time.perf_counter() - started < 0.05


def test_too_many_keys_are_refused(post: Post) -> None:
    """An object of 100,000 keys is refused."""
    keys = ",".join(f'"{number:x}":1' for number in range(100_000))
    _refused(post(f'{{"id":"L",{keys[:1_000_000].rpartition(",")[0]}}}'.encode()), 422, "too_many_keys")


def test_unknown_fields_are_warnings(post: Post) -> None:
    """Unknown names come back as warnings, at most twenty of them, their values never."""
    answer = post({"id": "L", "emplyees": "secret", "__proto__": {"admin": True}})
    assert answer.status_code == 200
    assert answer.json()["warnings"] == ["unknown field: emplyees", "unknown field: __proto__"]
    assert "secret" not in answer.text
    many = post({"id": "L", **{f"x{number}": 1 for number in range(500)}}).json()["warnings"]
    assert len(many) == 21
    long = post({"id": "L", "y" * 5_000: 1}).json()["warnings"]
    assert len(long[0]) < 120
    event = {"type": "t", "occurred_at": "2026-01-01T00:00:00Z", "recordet_at": "x"}
    assert post({"id": "L", "events": [event]}).json()["warnings"] == ["unknown field: recordet_at in events"]


@pytest.mark.parametrize("moment", [1763719200, 1763719200000, "1763719200", -62135596801, 1e308, True, "", "now",
                                    "2026-03-01", "2026-03-01T09:00:00", "2026-03-01T09:00Z", "20260301T090000Z",
                                    "10000-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-03-01T09:00:00+25:00",
                                    "2026-03-01T09:00:60Z", "2026-03-01T24:00:00Z", "2026-03-01T09:00:00+0100",
                                    " 2026-03-01T09:00:00Z", [], {}])  # fmt: skip
def test_what_is_no_moment_is_refused(post: Post, moment: Any) -> None:
    """A time is RFC 3339 with its offset, in every place that takes one."""
    for field in ("as_of", "created_at"):
        _refused(post({"id": "L", field: moment}), 422, "not_time", f"/{field}")
    event = {"type": "t", "occurred_at": "2026-01-01T00:00:00Z"}
    for field in ("occurred_at", "recorded_at"):
        answer = post([{"id": "L", "events": [event, {**event, field: moment}]}])
        _refused(answer, 422, "not_time", f"/0/events/1/{field}")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+01:00", "1899-12-31T23:59:59Z", "2200-01-01T00:00:00Z"])
def test_moments_outside_of_three_centuries_are_refused(post: Post, moment: str) -> None:
    """A time before 1900 or after 2199 is a slip."""
    _refused(post({"id": "L", "as_of": moment}), 422, "out_of_range", "/as_of")
    event = {"type": "t", "occurred_at": moment}
    _refused(post({"id": "L", "events": [event]}), 422, "out_of_range", "/events/0/occurred_at")


@pytest.mark.parametrize(("events", "code", "path"), [
    ({}, "not_an_array", ""), ("", "not_an_array", ""), (0, "not_an_array", ""), ({"type": "t"}, "not_an_array", ""),
    ([1], "not_an_object", "/0"), ([None], "not_an_object", "/0"), ([{"type": "t"}], "missing", "/0/occurred_at"),
    ([{"occurred_at": "2026-01-01T00:00:00Z"}], "missing", "/0/type"),
    ([{"type": 3, "occurred_at": "2026-01-01T00:00:00Z"}], "not_text", "/0/type"),
    ([{"type": " ", "occurred_at": "2026-01-01T00:00:00Z"}], "empty", "/0/type"),
    ([{"type": "t", "occurred_at": "2026-01-01T00:00:00Z", "lead_id": 3}], "not_text", "/0/lead_id"),
    ([{"type": "t", "occurred_at": "2026-01-01T00:00:00Z", "lead_id": ""}], "empty", "/0/lead_id"),
    ([{"type": "t", "occurred_at": "2026-01-01T00:00:00Z", "properties": 3}], "not_an_object", "/0/properties"),
    ([{"type": "t", "occurred_at": "2026-01-01T00:00:00Z", "properties": {"pages": "3"}}], "not_number",
     "/0/properties/pages"),
])  # fmt: skip
def test_bad_events_are_refused(post: Post, events: Any, code: str, path: str) -> None:
    """Each mistake in an event has its code and its path."""
    _refused(post({"id": "L", "events": events}), 422, code, f"/events{path}")


@pytest.mark.parametrize("events", [None, []])
def test_events_may_be_missing(post: Post, events: Any) -> None:
    """No events are no mistake, nor are properties that no feature reads."""
    assert post({"id": "L", "events": events}).json()["warnings"] == []
    told = {
        "type": "unheard of",
        "occurred_at": "2026-01-01T00:00:00Z",
        "properties": {"x": {"__proto__": [1, "a"]}},
    }
    assert post({"id": "L", "events": [told]}).json()["warnings"] == []


@pytest.mark.parametrize("kind", ["text/plain", "application/json; charset=utf-16", "", "multipart/form-data",
                                  "application/x-www-form-urlencoded", "application/jsonx"])  # fmt: skip
def test_other_media_types_are_refused(post: Post, kind: str) -> None:
    """The body is JSON in UTF-8, and says so."""
    _refused(post({"id": "L"}, content_type=kind), 415, "unsupported_media_type")


@pytest.mark.parametrize("kind", ["application/json;charset=utf-8", 'Application/JSON; charset="UTF-8"'])
def test_utf8_may_be_named(post: Post, kind: str) -> None:
    """The character set may be named, in any case."""
    assert post({"id": "L"}, content_type=kind).status_code == 200


def test_gzip_is_read_within_the_limit(post: Post, leads: list[dict[str, Any]]) -> None:
    """A gzip body is read, in several members too; what inflates beyond the limit is refused early."""
    body = json.dumps(leads[0]).encode()
    packed = gzip.compress(body[:100]) + gzip.compress(body[100:])
    assert post(packed, content_encoding="gzip").json() == post(body).json()
    assert post(body, content_encoding="identity").status_code == 200
    started = time.perf_counter()
    _refused(post(gzip.compress(bytes(2**27)), content_encoding="gzip"), 413, "body_too_large")
    assert time.perf_counter() - started < 1.5


@pytest.mark.parametrize("packed", [b"plain", gzip.compress(b'{"id":"L"}')[:-4], gzip.compress(b"{}") + b"rubbish"])
def test_damaged_gzip_is_refused(post: Post, packed: bytes) -> None:
    """What does not inflate to its end is refused."""
    _refused(post(packed, content_encoding="gzip"), 400, "damaged_body")


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip", "compress"])
def test_other_encodings_are_refused(post: Post, encoding: str) -> None:
    """Only gzip is inflated."""
    _refused(post(b"x", content_encoding=encoding), 415, "unsupported_encoding")


def test_large_bodies_are_refused(post: Post) -> None:
    """A body above the limit is refused, told by its length or not."""
    large = b'{"id":"%s"}' % (b"x" * 2**20)
    _refused(post(large), 413, "body_too_large")


def test_unknown_routes_and_methods_are_problems(client: TestClient) -> None:
    """What is not there, or not to be done, is answered as a problem too."""
    _refused(client.get("/v1/nothing"), 404, "unknown_route")
    _refused(client.post("/v1/score/"), 404, "unknown_route")
    answer = client.get("/v1/score")
    _refused(answer, 405, "wrong_method")
    assert answer.headers["allow"] == "POST"


def test_answers_carry_safety_headers(client: TestClient, post: Post) -> None:
    """Good answers and problems tell browsers not to guess, frame or store; no other origin is let in."""
    for answer in (post({"id": "L"}), post(b"{"), client.get("/nothing"), client.get("/docs")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("value", ["unheard of", None])
def test_strange_leads_have_finite_scores(
    post: Post, in_force: ScorerInForce, leads: list[dict[str, Any]], value: str | None
) -> None:
    """A lead with nothing known, or nothing known before, has a finite score of low confidence."""
    columns = in_force.scorer.feature_set.schema.columns
    strange = {column.name: None if column.is_number else value for column in columns if column.name != "email"}
    answer = post({"id": "L", **strange}).json()
    assert 0 < answer["probability"] < 1
    assert answer["low_confidence"]
    assert not post(leads[0]).json()["low_confidence"]


def test_the_largest_lead_has_a_finite_score(post: Post, in_force: ScorerInForce) -> None:
    """A lead at every upper end has a finite score."""
    columns = in_force.scorer.feature_set.schema.columns
    largest = {c.name: 1e18 if c.is_number else "z" * 10_000 for c in columns if c.name != "email"}
    assert 0 < post({"id": "L", **largest}).json()["probability"] < 1


def test_the_order_of_fields_does_not_matter(post: Post, leads: list[dict[str, Any]]) -> None:
    """The same lead told in another order scores the same."""
    assert post(dict(reversed(leads[0].items()))).json() == post(leads[0]).json()


def test_a_withheld_probability_says_why(
    post: Post, in_force: ScorerInForce, monkeypatch: pytest.MonkeyPatch, leads: list[dict[str, Any]]
) -> None:
    """A champion that must not publish a probability answers rank and bucket, and why."""
    usual = post(leads[0]).json()
    why = {"publishes_probability": False, "probability_withheld": "it missed its bound"}
    monkeypatch.setattr(in_force.scorer, "about_", why)
    withheld = post(leads[0]).json()
    assert withheld["probability"] is None
    assert withheld["probability_withheld"] == "it missed its bound"
    assert (withheld["score"], withheld["bucket"]) == (usual["score"], usual["bucket"])
    monkeypatch.setattr(in_force.scorer, "about_", {"publishes_probability": False})
    assert post(leads[0]).json()["probability_withheld"]


def test_our_own_mistakes_tell_nothing(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error of ours answers 500 as a problem, and its log line holds no word of the request."""

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the secret of L-1\nERROR admin logged in")

    monkeypatch.setattr("serving.api.score.score_leads", fail)
    answer = post({"id": "L-1"})
    _refused(answer, 500, "internal_error")
    assert "secret" not in answer.text + caplog.text
    assert "RuntimeError in fail" in caplog.text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    ["id", "account_id", "created_at", "as_of", "events", "employees", "industry", "email", "x"]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=json_values | st.dictionaries(fields, json_values) | st.lists(st.dictionaries(fields, json_values)))
def test_no_json_breaks_the_service(post: Post, body: Any) -> None:
    """Whatever JSON is sent, the answer is a score or a problem of the caller's."""
    answer = post(json.dumps(body).encode())
    assert answer.status_code in (200, 400, 422)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=60) | st.text(alphabet='{}[]":,\\ud80019e.-+ n', max_size=40).map(str.encode))
def test_no_bytes_break_the_service(post: Post, body: bytes) -> None:
    """Whatever bytes are sent, the answer is a score or a problem of the caller's."""
    assert post(body).status_code in (200, 400, 422)


def test_scoring_nothing_is_no_work(in_force: ScorerInForce) -> None:
    """No leads have no scores."""
    assert score_leads([], in_force.scorer, most_reasons=3) == []
