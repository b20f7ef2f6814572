"""Leads, moments and events over HTTP: what is read, and which field is told to stand in the way."""

from collections.abc import Callable
from typing import Any

import pytest

Post = Callable[..., Any]
Refused = Callable[..., None]


def test_a_lead_needs_an_id(post: Post, refused: Refused) -> None:
    """A lead without an id is refused, wherever it stands."""
    refused(post({}), 422, "missing", "/id")
    refused(post([{"id": "L"}, {"id": None}]), 422, "missing", "/1/id")


@pytest.mark.parametrize("body", [b"1", b'"lead"', b"null", b"[1]", b"[[]]", b"[null]", b"true"])
def test_what_is_no_lead_is_refused(post: Post, refused: Refused, body: bytes) -> None:
    """A lead is a JSON object."""
    refused(post(body), 422, "not_an_object", "/0" if body.startswith(b"[") else "")


def test_an_array_names_each_lead_once(post: Post, refused: Refused) -> None:
    """Twins in an array are refused, since their events could not be told apart."""
    refused(post([{"id": "L"}, {"id": "M"}, {"id": "L"}]), 422, "duplicate_id", "/2/id")


def test_an_array_has_a_thousand_leads_at_most(post: Post, refused: Refused) -> None:
    """A thousand leads are answered, one more is refused."""
    many = [{"id": str(number)} for number in range(1_001)]
    assert len(post(many[:-1], "?reasons=0").json()) == 1_000
    refused(post(many), 422, "too_many_leads", "")


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


@pytest.mark.parametrize(
    "moment",
    [
        1763719200,
        1763719200000,
        "1763719200",
        -62135596801,
        1e308,
        True,
        "",
        "now",
        "2026-03-01",
        "2026-03-01T09:00:00",
        "2026-03-01T09:00Z",
        "20260301T090000Z",
        "10000-01-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-03-01T09:00:00+25:00",
        "2026-03-01T09:00:60Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T09:00:00+0100",
        " 2026-03-01T09:00:00Z",
        [],
        {},
    ],
)
def test_what_is_no_moment_is_refused(post: Post, refused: Refused, moment: Any) -> None:
    """A time is RFC 3339 with its offset, in every place that takes one."""
    for field in ("as_of", "created_at"):
        refused(post({"id": "L", field: moment}), 422, "not_time", f"/{field}")
    event = {"type": "t", "occurred_at": "2026-01-01T00:00:00Z"}
    for field in ("occurred_at", "recorded_at"):
        answer = post([{"id": "L", "events": [event, {**event, field: moment}]}])
        refused(answer, 422, "not_time", f"/0/events/1/{field}")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+01:00", "1899-12-31T23:59:59Z", "2200-01-01T00:00:00Z"])
def test_moments_outside_of_three_centuries_are_refused(post: Post, refused: Refused, moment: str) -> None:
    """A time before 1900 or after 2199 is a slip."""
    refused(post({"id": "L", "as_of": moment}), 422, "out_of_range", "/as_of")
    event = {"type": "t", "occurred_at": moment}
    refused(post({"id": "L", "events": [event]}), 422, "out_of_range", "/events/0/occurred_at")


@pytest.mark.parametrize(
    ("events", "code", "path"),
    [
        ({}, "not_an_array", ""),
        ("", "not_an_array", ""),
        (0, "not_an_array", ""),
        ({"type": "t"}, "not_an_array", ""),
        ([1], "not_an_object", "/0"),
        ([None], "not_an_object", "/0"),
        ([{"type": "t"}], "missing", "/0/occurred_at"),
        ([{"occurred_at": "2026-01-01T00:00:00Z"}], "missing", "/0/type"),
        ([{"type": 3, "occurred_at": "2026-01-01T00:00:00Z"}], "not_text", "/0/type"),
        ([{"type": " ", "occurred_at": "2026-01-01T00:00:00Z"}], "empty", "/0/type"),
        ([{"type": "t", "occurred_at": "2026-01-01T00:00:00Z", "lead_id": 3}], "not_text", "/0/lead_id"),
        ([{"type": "t", "occurred_at": "2026-01-01T00:00:00Z", "lead_id": ""}], "empty", "/0/lead_id"),
        ([{"type": "t", "occurred_at": "2026-01-01T00:00:00Z", "properties": 3}], "not_an_object", "/0/properties"),
        (
            [{"type": "t", "occurred_at": "2026-01-01T00:00:00Z", "properties": {"pages": "3"}}],
            "not_number",
            "/0/properties/pages",
        ),
    ],
)
def test_bad_events_are_refused(post: Post, refused: Refused, events: Any, code: str, path: str) -> None:
    """Each mistake in an event has its code and its path."""
    refused(post({"id": "L", "events": events}), 422, code, f"/events{path}")


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
