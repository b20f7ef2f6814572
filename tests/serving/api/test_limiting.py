"""Limiting: wrong keys by the thousand are neither looked at nor logged one by one, and right ones never wait."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.api.limiting import Buckets
from serving.usecases.admitting import make_key
from tests.serving.doors import Door, check_problem, said, show


def test_wrong_keys_of_one_address_are_limited(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """Of a thousand wrong keys twenty are looked at, the right one works all the while, and one line is logged."""
    right, wrong = door.add("ingest"), make_key(door.randomness)
    with caplog.at_level(logging.WARNING, "hotlead.keys"):
        answers = [door.ask(show(wrong[:-1] + "é"), peer="203.0.113.5") for _ in range(1_000)]
        assert door.ask(show(right.text), peer="203.0.113.5").status == 200
    assert [answer.status for answer in answers] == [401] * 20 + [429] * 980
    check_problem(answers[-1], 429, "too_many_wrong_keys")
    assert answers[-1].headers[b"retry-after"] == b"3"
    assert door.count_limited() == 980
    (line,) = said(caplog.records)
    assert "203.0.113.0/24" in line
    assert wrong[12:20] not in line
    assert door.refusals.count("too_many_wrong_keys") == 980


def test_a_limited_address_may_try_again_when_told(door: Door) -> None:
    """After Retry-After one more wrong key is looked at, after a minute twenty; other addresses never waited."""
    door.add("ingest")
    for _ in range(25):
        door.ask(show("x"), peer="203.0.113.5")
    assert door.ask(show("x"), peer="203.0.113.6").status == 401
    door.seconds += 3
    assert [door.ask(show("x"), peer="203.0.113.5").status for _ in range(2)] == [401, 429]
    door.seconds += 60
    assert [door.ask(show("x"), peer="203.0.113.5").status for _ in range(21)] == [401] * 20 + [429]


def test_what_a_proxy_is_said_to_have_seen_moves_no_limit(door: Door) -> None:
    """Another X-Forwarded-For each time is still one address."""
    door.add("ingest")
    told = [(b"x-forwarded-for", b"198.51.100.%d" % n) for n in range(30)]
    assert [door.ask(show("x"), header).status for header in told][20:] == [429] * 10


def test_an_ipv6_network_is_one_address(door: Door) -> None:
    """Whoever has 2^64 addresses has one limit, and IPv4 in IPv6's clothes is the address that it is."""
    door.add("ingest")
    answers = [door.ask(show("x"), peer=f"2001:db8::{n:x}").status for n in range(25)]
    assert answers == [401] * 20 + [429] * 5
    assert door.ask(show("x"), peer="2001:db8:0:1::1").status == 401
    mixed = [door.ask(show("x"), peer=peer).status for peer in ("198.51.100.1", "::ffff:198.51.100.1") * 12]
    assert mixed == [401] * 20 + [429] * 4


def test_one_prefix_is_limited_from_everywhere(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """A thousand addresses that try one key's prefix get a hundred tries a minute together; its owner is let in."""
    right = door.add("ingest")
    guesses = [f"{right.text[:12]}{n:038d}" for n in range(1_000)]
    with caplog.at_level(logging.WARNING, "hotlead.keys"):
        answers = [
            door.ask(show(guess), peer=f"10.0.{n // 250}.{n % 250}").status for n, guess in enumerate(guesses)
        ]
    assert answers == [401] * 100 + [429] * 900
    assert door.ask(show(right.text), peer="10.0.0.1").status == 200
    assert len(said(caplog.records)) == 1
    assert right.stored.id not in caplog.text


def test_buckets_hold_a_bounded_number_of_callers() -> None:
    """A million names take no more memory than the most that are kept, and the one used last is kept."""
    buckets = Buckets(2, most=10)
    for n in range(1_000):
        buckets.take("often", n / 1_000)
        buckets.take(n, n / 1_000)
    assert len(buckets) == 10
    assert buckets.take("often", 1.0) > 0
    assert buckets.take(5, 1.0) == 0


@given(st.lists(st.floats(-100, 100), max_size=60))
def test_a_bucket_gives_no_more_than_its_rate(steps: list[float]) -> None:
    """However time steps, tokens given never exceed the first fill and what forward steps earned."""
    buckets, now, given_out, earned = Buckets(6), 0.0, 0, 0.0
    for step in steps:
        now += step
        earned += max(step, 0.0) * 6 / 60
        given_out += buckets.take("one", now) == 0
    assert given_out <= 6 + earned + 1e-6
