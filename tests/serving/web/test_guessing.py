"""Guessing: strangers try few passwords, and keep nobody from their own browser."""

import logging
from collections.abc import Callable

import pytest

from serving.web.guessing import (
    PER_ADDRESS,
    PER_DEVICE,
    PER_NAME,
    Guessing,
    TooManyGuesses,
    find_device,
    sign_device,
)


class Counted:
    """A guessing whose clock is moved by hand, with what it told."""

    def __init__(self) -> None:
        self.now, self.limited, self.news = 0.0, 0, list[str]()
        self.guessing = Guessing(timer=lambda: self.now, on_limit=self._count, on_news=self.news.append)

    def count_tries(self, times: int, *, name: str = "ada", peer: str = "203.0.113.5", device: str = "") -> int:
        """Try wrong passwords, and count those that were looked at."""
        return sum(self.attempt(name=name, peer=peer, device=device) is not None for _ in range(times))

    def attempt(self, *, name: str, peer: str = "203.0.113.5", device: str = "") -> Callable[[], None] | None:
        """Try once; return what gives the try back, None where it was not looked at."""
        try:
            return self.guessing.take(peer=peer, name=name, device=device)
        except TooManyGuesses:
            return None

    def _count(self) -> None:
        self.limited += 1


@pytest.fixture
def counted() -> Counted:
    """A guessing that nobody has tried yet."""
    return Counted()


def test_one_name_is_tried_ten_times_a_minute_from_everywhere_together(counted: Counted) -> None:
    """A thousand addresses guess no faster than one, in any case of letters."""
    tried = [counted.count_tries(1, name="Ada" if n % 2 else "ada", peer=f"10.0.{n % 250}.1") for n in range(1_000)]
    assert sum(tried) == PER_NAME
    counted.now += 60 / PER_NAME
    assert counted.count_tries(5, peer="10.1.0.1") == 1


def test_one_address_tries_twenty_names_a_minute(counted: Counted) -> None:
    """Going through names does not help; another address may try."""
    assert sum(counted.count_tries(1, name=f"user-{n}") for n in range(100)) == PER_ADDRESS
    assert counted.count_tries(1, name="another", peer="198.51.100.1") == 1


def test_an_address_above_its_limit_takes_nothing_from_a_name(counted: Counted) -> None:
    """Whom it attacks can sign in from elsewhere."""
    sum(counted.count_tries(1, name=f"user-{n}") for n in range(100))
    counted.count_tries(1_000, name="ada")
    assert counted.count_tries(100, name="ada", peer="198.51.100.1") == PER_NAME


def test_a_browser_that_signed_in_before_waits_for_no_stranger(counted: Counted) -> None:
    """While a name is attacked from its own address, its own browser has tries of its own."""
    counted.count_tries(1_000)
    assert counted.count_tries(1) == 0
    assert counted.count_tries(100, device="her browser") == PER_DEVICE
    assert counted.count_tries(1, device="her phone") == 1


def test_a_right_password_is_never_counted(counted: Counted) -> None:
    """Who signs in all day long is not limited."""
    for _ in range(100):
        give_back = counted.attempt(name="ada")
        assert give_back is not None
        give_back()
    assert counted.limited == 0


def test_the_team_hears_of_it_once_a_minute_and_no_address_is_logged(
    counted: Counted, caplog: pytest.LogCaptureFixture
) -> None:
    """A network and a number, never a name or an address."""
    with caplog.at_level(logging.WARNING, "hotlead.pages"):
        counted.count_tries(15, name="ada")
        sum(counted.count_tries(1, name=f"user-{n}") for n in range(50))
    assert len(counted.news) == len(caplog.records) == 2
    assert counted.limited == 15 - PER_NAME + 50 - (PER_ADDRESS - PER_NAME)
    assert "203.0.113.0/24" in caplog.text
    assert "203.0.113.5" not in caplog.text
    assert "ada" not in caplog.text


def test_the_sign_of_a_browser_is_of_one_user_and_one_store() -> None:
    """Another name, another secret or a changed letter makes it nobody's."""
    told = sign_device(b"secret", "ada")
    assert find_device(b"secret", "ada", told) == told.partition(".")[0]
    for secret, user_id, changed in (
        (b"other", "ada", told),
        (b"secret", "bob", told),
        (b"secret", "ada", told[:-1]),
        (b"secret", "ada", "x" + told),
        (b"secret", "ada", told.partition(".")[2]),
        (b"secret", "ada", ""),
        (b"secret", "ada", "é.é"),
    ):
        assert find_device(secret, user_id, changed) == ""
    assert sign_device(b"secret", "ada") != told
