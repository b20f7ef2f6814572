"""Strict JSON over HTTP."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Post = Callable[..., Any]
Refused = Callable[..., None]
DEEP = b"[" * 100_000
NUMBERS = ["1e309", "-1e309", "1" * 5_000, "-" + "9" * 5_000]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "nan", "0x10", "01", "1.", "+1", ".5"])
def test_what_is_no_number_is_no_json(post: Post, refused: Refused, number: str) -> None:
    """Constants and notations that JSON lacks are refused."""
    refused(post(b'{"id":"L","revenue":%s}' % number.encode()), 400, "invalid_json")


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("column", ["revenue", "employees", "unknown"])
def test_numbers_beyond_every_float_are_refused(post: Post, refused: Refused, number: str, column: str) -> None:
    """A number that no float holds is refused with its path, quickly, however many digits it has."""
    started = time.perf_counter()
    answer = post(b'{"id":"L","%s":%s}' % (column.encode(), number.encode()))
    refused(answer, 422, "not_finite", f"/{column}")
    assert number not in answer.text
    assert time.perf_counter() - started < 0.05


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"id":"L"}}',
        b'{"id":"L",}',
        b"{'id':'L'}",
        b"{id:1}",
        b"\x00",
        b'{"id":"\xff\xfe"}',
        b'{"\xff":1}',
        b'{"id":"a\nb"}',
        b'{"id":"\\x41"}',
    ],
)
def test_what_is_no_json_is_refused(post: Post, refused: Refused, body: bytes) -> None:
    """Broken JSON and broken UTF-8 are refused."""
    refused(post(body), 400, "invalid_json")


def test_a_byte_order_mark_is_tolerated(post: Post) -> None:
    """UTF-8 may begin with a byte order mark."""
    assert post(b'\xef\xbb\xbf{"id":"L"}').status_code == 200


@pytest.mark.parametrize("text", [b"\\ud800", b"\\udc00\\ud800", b"a\\udfffb"])
def test_half_surrogate_pairs_are_refused(post: Post, refused: Refused, text: bytes) -> None:
    """Half a surrogate pair is no character, in a value or in a name."""
    refused(post(b'{"id":"L","industry":"%s"}' % text), 422, "bad_unicode", "/industry")
    refused(post(b'{"id":"L","%s":1}' % text), 422, "bad_unicode")
    assert post(b'{"id":"\\ud83d\\ude00"}').json()["id"] == "😀"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"id":"a","id":"b"}', "/id"),
        (b'{"id":"a", "id" : "b"}', "/id"),
        (b'{"id":"a","\\u0069d":"b"}', "/id"),
        (b'[{"id":"a","x":{"y":1,"y":1}}]', "/0/x/y"),
        (b'{"id":"a","id"\n:":"}', "/id"),
        (
            b'{"id":"a","events":[{"type":"t","occurred_at":"2026-01-01T00:00:00Z","properties":{"p":1,"p":2}}]}',
            "/events/0/properties/p",
        ),
    ],
)
def test_repeated_keys_are_refused(post: Post, refused: Refused, body: bytes, path: str) -> None:
    """A key that is named twice is refused with its path, however it is spelt or spaced."""
    refused(post(body), 400, "duplicate_key", path)


@pytest.mark.parametrize("value", [":", '":', '\\":', " : ", "a : b", '"a":"a"'])
def test_colons_in_texts_repeat_no_key(post: Post, value: str) -> None:
    """What looks like a key inside a text is none."""
    assert post({"id": "L", "industry": value}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [DEEP, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"id":"L","x":' + b"[" * 40 + b"]" * 40 + b"}"],
)
def test_abysses_are_refused_at_once(post: Post, refused: Refused, body: bytes) -> None:
    """Nesting beyond all reason is refused within 50 ms."""
    started = time.perf_counter()
    refused(post(body), 400, "too_deep")
    assert time.perf_counter() - started < 0.05


def test_too_many_keys_are_refused(post: Post, refused: Refused) -> None:
    """An object of 100,000 keys is refused."""
    keys = ",".join(f'"{number:x}":1' for number in range(100_000))
    refused(post(f'{{"id":"L",{keys[:1_000_000].rpartition(",")[0]}}}'.encode()), 422, "too_many_keys")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=60) | st.text(alphabet='{}[]":,\\ud80019e.-+ n', max_size=40).map(str.encode))
def test_no_bytes_break_the_service(post: Post, body: bytes) -> None:
    """Whatever bytes are sent, the answer is a score or a problem of the caller's."""
    assert post(body).status_code in (200, 400, 422)
