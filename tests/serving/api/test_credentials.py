"""Credentials: how a key may be shown, and what it opens."""

import pytest

from serving.usecases.admitting import make_key
from tests.serving.doors import Door, check_problem, show


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", " bEaReR ", "Bearer  "])
def test_the_scheme_may_be_written_in_any_case(door: Door, scheme: str) -> None:
    """Bearer is known whatever its case and the blanks around it."""
    assert door.ask(show(door.add("ingest").text, scheme)).status == 200


@pytest.mark.parametrize(
    "text",
    [
        "é".encode(),
        "é".encode("latin-1"),
        b"x" * 8_192,
        b"hl_" + b"a" * 8_192,
        b"\x00\xff\xfe",
        b"hl_12345678_",
        b"null",
        b"{}",
        b"a b",
        b"a, Bearer b",
        b"' OR 1=1 --",
    ],
)
@pytest.mark.parametrize("has_keys", [True, False])
def test_garbage_for_a_key_is_wrong(door: Door, text: bytes, has_keys: bool) -> None:
    """Bytes that are no key are 401, with keys in the store or without."""
    if has_keys:
        door.add("ingest")
    check_problem(door.ask(show(text)), 401, "wrong_key")


@pytest.mark.parametrize(
    "value", [b"", b" ", b"Bearer", b"Bearer ", b"Basic YTpi", b"\xc3\xa9", b"hl_x", b"Token x y"]
)
def test_another_scheme_shows_no_key(door: Door, value: bytes) -> None:
    """What is not Bearer with a key is answered with what to send."""
    door.add("ingest")
    check_problem(door.ask((b"authorization", value)), 401, "no_key")


def test_a_key_of_the_right_form_that_nobody_made_is_wrong(door: Door) -> None:
    """Form and checksum alone open nothing, nor does a right key with one letter changed."""
    new = door.add("ingest")
    check_problem(door.ask(show(make_key(door.randomness))), 401, "wrong_key")
    check_problem(door.ask(show(new.text[:-1] + ("a" if new.text[-1] != "a" else "b"))), 401, "wrong_key")
    check_problem(door.ask(show(new.text[:20])), 401, "wrong_key")
    check_problem(door.ask(show(new.stored.digest)), 401, "wrong_key")


def test_two_authorization_headers_are_refused(door: Door) -> None:
    """Two keys are 400 even if both are the same right one."""
    shown = show(door.add("ingest").text)
    check_problem(door.ask(shown, shown), 400, "two_keys")
    check_problem(door.ask(shown, show("x")), 400, "two_keys")


@pytest.mark.parametrize(
    "query",
    [
        b"key=KEY",
        b"q=KEY",
        b"q=hl%5F12345678%5Fabc",
        b"q=whsec_abc",
        b"limit=5&API_KEY=x",
        b"access%5Ftoken=x",
        b"key",
    ],
)
def test_a_key_in_the_address_is_refused(door: Door, query: bytes) -> None:
    """What is named like a key or looks like one is 400 in the query, even beside a right header."""
    new = door.add("ingest")
    check_problem(
        door.ask(show(new.text), query=query.replace(b"=KEY", b"=" + new.text.encode())), 400, "key_in_query"
    )


@pytest.mark.parametrize("query", [b"limit=5", b"sort=key", b"q=keyboard&reasons=3", b"q=%E4%FF%zz", b"&&=&"])
def test_other_queries_are_nobodys_business(door: Door, query: bytes) -> None:
    """A query without a key is left to the route."""
    assert door.ask(show(door.add("ingest").text), query=query).status == 200


def test_a_key_opens_what_its_scopes_say(door: Door) -> None:
    """A key for one thing is 403 for others; admin opens all."""
    ingest, both, admin = door.add("ingest"), door.add("score", "read"), door.add("admin")
    for wanted in ("score", "read", "admin"):
        check_problem(door.ask(show(ingest.text), wanted=wanted), 403, "missing_scope")
        assert door.ask(show(admin.text), wanted=wanted).status == 200
    assert door.ask(show(both.text), wanted="read").status == 200
    check_problem(door.ask(show(both.text), wanted="admin"), 403, "missing_scope")
