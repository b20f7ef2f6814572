"""Attributes over HTTP: what each kind of column takes, and what it refuses."""

import math
from collections.abc import Callable
from typing import Any

import pytest

Post = Callable[..., Any]
Refused = Callable[..., None]


@pytest.mark.parametrize(
    "value",
    [
        "12abc",
        " 12 ",
        "1,000",
        "1.000",
        "1k",
        "50-100",
        "١٢",
        "１２",
        "",
        "-1",
        "+1",
        "1_0",
        "1e3",
        "1234567890",
        True,
        False,
        12.5,
        [1],
        {"a": 1},
        1e-9,
    ],
)
def test_what_is_no_whole_number_is_refused(post: Post, refused: Refused, value: Any) -> None:
    """A whole-number column takes whole numbers and plain short digits, and the value is never echoed."""
    answer = post({"id": "L", "employees": value})
    refused(answer, 422, "not_integer", "/employees")


@pytest.mark.parametrize("value", [12, 12.0, 1e3, "12", "007", 0, -0.0, -5, 2**63 - 1, None])
def test_whole_numbers_are_taken(post: Post, value: Any) -> None:
    """Whole numbers are taken in every notation that leaves no doubt."""
    assert post({"id": "L", "employees": value}).status_code == 200


def test_the_largest_amounts_have_a_finite_score(post: Post) -> None:
    """Amounts that would add up beyond every float are clipped, and the score is finite."""
    event = {"type": "download", "occurred_at": "2026-02-28T09:00:00Z", "properties": {"pages": 1.7e308}}
    assert 0 < post({"id": "L", "events": [event, event]}).json()["probability"] < 1


def test_long_integers_are_no_floats(post: Post, refused: Refused) -> None:
    """An integer of 400 digits is JSON that Python reads, and yet no float holds it."""
    refused(post({"id": "L", "revenue": 10**400}), 422, "not_finite", "/revenue")


@pytest.mark.parametrize("value", [2**63, -(2**63), 1e19, 1e300, 10**400])
def test_whole_numbers_beyond_64_bits_are_refused(post: Post, refused: Refused, value: Any) -> None:
    """A whole number that needs more than 63 bits is out of range."""
    refused(post({"id": "L", "employees": value}), 422, "out_of_range", "/employees")


@pytest.mark.parametrize("value", ["12", "", True, [], {}])
def test_what_is_no_number_is_refused(post: Post, refused: Refused, value: Any) -> None:
    """A number column takes JSON numbers only."""
    refused(post({"id": "L", "number_3": value}), 422, "not_number", "/number_3")


@pytest.mark.parametrize("value", [0.1 + 0.2, -0.0, 5e-324, 1e308, -1e308, 10**18, 10**300, None])
def test_finite_numbers_are_taken(post: Post, value: Any) -> None:
    """Every finite number gives a finite score."""
    answer = post({"id": "L", "revenue": value, "number_3": value})
    assert answer.status_code == 200
    assert math.isfinite(answer.json()["probability"])


@pytest.mark.parametrize("value", [1, 1.5, True, ["Software"], {"name": "Software"}])
def test_what_is_no_text_is_refused(post: Post, refused: Refused, value: Any) -> None:
    """A text column takes texts only."""
    refused(post({"id": "L", "industry": value}), 422, "not_text", "/industry")


@pytest.mark.parametrize(
    "value",
    [
        "ﬁrma",
        "İstanbul",
        "ＡＣＭＥ",
        "👩‍👩‍👧",
        "аpple.com",
        "<script>alert(1)</script>",
        "",
        "=HYPERLINK(1)",
        "Bob\r\nBcc: all@x.com",
        "\x00",
        "${jndi:ldap://x/a}",
    ],
)
def test_texts_are_taken_as_they_are(post: Post, value: str) -> None:
    """Whatever a visitor types is a text like any other."""
    assert post({"id": "L", "industry": value, "role": value}).status_code == 200


def test_a_very_long_text_is_refused(post: Post, refused: Refused) -> None:
    """A text has a length beyond which it is none of a lead's attributes."""
    refused(post({"id": "L", "industry": "x" * 10_001}), 422, "too_long", "/industry")


@pytest.mark.parametrize(
    "value", ["ada@example.com", "ADA+tag@Example.COM", "o'neil@example.com", '"a@b"@example.com', "  ", None]
)
def test_addresses_are_taken(post: Post, value: Any) -> None:
    """Quotes, plus signs and capitals are part of an address; a blank one is missing."""
    answer = post({"id": "L", "email": value})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "value",
    [
        "a@b@example.com",
        "ada",
        "a\u200bda@example.com",
        "ada@exam\u200dple.com",
        "a b@example.com",
        "@example.com",
        "ada@",
    ],
)
def test_what_is_no_address_is_refused(post: Post, refused: Refused, value: str) -> None:
    """Two at signs, none, blanks and invisible characters make no address."""
    refused(post({"id": "L", "email": value}), 422, "not_email", "/email")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "empty"),
        (" ", "empty"),
        ("x" * 201, "too_long"),
        (7, "not_text"),
        ("a\x00b", "bad_name"),
        ("a\nb", "bad_name"),
        (["L"], "not_text"),
    ],
)
def test_bad_ids_are_refused(post: Post, refused: Refused, value: Any, code: str) -> None:
    """An id is a text that is not blank, not long, and has no control characters."""
    refused(post({"id": value}), 422, code, "/id")
    refused(post({"id": "L", "account_id": value}), 422, code, "/account_id")


@pytest.mark.parametrize("value", ["../../etc/passwd", "a/b?c#d", "=1+1", "é", "0"])
def test_ids_may_look_odd(post: Post, value: str) -> None:
    """An id is only a name here, and is answered as it came."""
    assert post({"id": value}).json()["id"] == value
