"""Callers: by which names and from which pages the service may be asked."""

import pytest

from tests.serving.doors import Door, check_problem, show


@pytest.mark.parametrize(
    "host", [b"localhost", b"LOCALHOST:8000", b"127.0.0.1", b"127.8.9.10:1", b"[::1]", b"[::1]:8000"]
)
def test_without_keys_this_machine_is_let_in(door: Door, host: bytes) -> None:
    """A store that never had a key admits whoever calls it by a loopback name, to everything."""
    assert door.ask((b"host", host), wanted="admin").status == 200


@pytest.mark.parametrize(
    "host",
    [
        b"evil.example",
        b"localhost.evil.example",
        b"127.0.0.1.evil.example",
        b"evil.example#localhost",
        b"user@localhost",
        b"localhost:80@evil.example",
        b"0.0.0.0",
        b"128.0.0.1",
        b"127.1",
        b"2130706433",
        b"127.0.0.256",
        b"[::ffff:10.0.0.1]",
        b"[::1",
        b"::1",
        b"localhost:x",
        b"",
        b" localhost",
        b"\xff",
    ],
)
def test_without_keys_no_other_name_is_served(door: Door, host: bytes) -> None:
    """A name that only leads here, as in DNS rebinding, is 421."""
    check_problem(door.ask((b"host", host)), 421, "wrong_host")


def test_without_keys_no_other_machine_is_served(door: Door) -> None:
    """Naming localhost from elsewhere does not help, nor do two hosts, nor what a proxy is said to have seen."""
    check_problem(door.ask(peer="203.0.113.5"), 421, "wrong_host")
    check_problem(door.ask(peer="::ffff:203.0.113.5"), 421, "wrong_host")
    check_problem(door.ask((b"host", b"localhost"), (b"host", b"localhost")), 421, "wrong_host")
    forwarded = (b"x-forwarded-host", b"localhost"), (b"x-forwarded-for", b"127.0.0.1"), (b"forwarded", b"for=::1")
    check_problem(door.ask((b"host", b"evil.example"), *forwarded), 421, "wrong_host")
    assert door.ask(peer="::ffff:127.0.0.1").status == door.ask(peer=None).status == 200


def test_with_keys_any_host_is_served(door: Door) -> None:
    """A key says who asks; the name by which the service is known is then the operator's business."""
    assert door.ask((b"host", b"hot.example"), show(door.add("ingest").text), peer="203.0.113.5").status == 200


@pytest.mark.parametrize("has_keys", [True, False])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_other_sites_may_not_ask_in_a_visitors_name(door: Door, has_keys: bool, method: str) -> None:
    """What a browser marks as cross-site is 403, whatever it shows."""
    shown = [show(door.add("ingest").text)] if has_keys else []
    check_problem(door.ask((b"sec-fetch-site", b"Cross-Site"), *shown, method=method), 403, "cross_site")
    assert door.ask((b"sec-fetch-site", b"same-origin"), *shown, method=method).status == 200
    assert door.ask((b"sec-fetch-site", b"none"), *shown, method=method).status == 200


@pytest.mark.parametrize(
    ("origin", "host", "is_own"),
    [
        (b"http://127.0.0.1:8000", b"127.0.0.1:8000", True),
        (b"https://hot.example", b"HOT.example", True),
        (b"https://hot.example:443", b"hot.example", True),
        (b"http://hot.example", b"hot.example:80", True),
        (b"http://127.0.0.1:3000", b"127.0.0.1:8000", False),
        (b"https://hot.example", b"hot.example:80", False),
        (b"https://evil.example", b"hot.example", False),
        (b"https://hot.example@evil.example", b"hot.example", False),
        (b"null", b"hot.example", False),
        (b"", b"hot.example", False),
        (b"http://[", b"hot.example", False),
        (b"chrome-extension://hot.example", b"hot.example", False),
        (b"\xff", b"hot.example", False),
    ],
)
def test_an_origin_that_is_not_this_host_may_not_write(
    door: Door, origin: bytes, host: bytes, is_own: bool
) -> None:
    """Writes with an Origin need it to be this host, port included; reads are left alone."""
    shown = show(door.add("ingest").text)
    headers = (b"origin", origin), (b"host", host), shown
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = door.ask(*headers, method=method)
        assert answer.status == (200 if is_own else 403)
    assert door.ask(*headers, method="GET").status == 200
    if is_own:
        check_problem(door.ask((b"origin", b"null"), *headers, method="POST"), 403, "cross_site")
