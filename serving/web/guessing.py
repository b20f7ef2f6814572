"""Guessing: passwords that are tried too fast wait, counted by the name and by where they come from.

A browser that has signed in as somebody carries a sign of it, and is counted by itself: strangers who guess use up
what strangers have, and keep nobody from their own browser. A link always signs in.
"""

import hmac
import logging
import math
import secrets
from collections.abc import Callable, Hashable
from hashlib import sha256

from serving.api.limiting import Buckets, blur, find_source

logger = logging.getLogger("hotlead.pages")

PER_ADDRESS, PER_NAME, PER_DEVICE = 20, 10, 10
_NONCE_BYTES = 16


class TooManyGuesses(PermissionError):
    """Wrong passwords come too fast; `retry_seconds` says when one more is looked at."""

    def __init__(self, retry_seconds: int) -> None:
        super().__init__(
            f"too many tries: wait {retry_seconds} seconds, or ask an admin for a link that signs you in"
        )
        self.retry_seconds = retry_seconds


class Guessing:
    """Counts wrong passwords in bounded memory; right ones are given back.

    Parameters
    ----------
    timer
        Returns seconds that only rise.
    on_limit
        Called for each try above a limit.
    on_news
        Called with a sentence when a limit begins to bite, at most once a minute for each source.
    """

    def __init__(
        self, *, timer: Callable[[], float], on_limit: Callable[[], object], on_news: Callable[[str], object]
    ) -> None:
        self._timer, self._on_limit, self._on_news = timer, on_limit, on_news
        self._by_address, self._by_name, self._by_device = map(Buckets, (PER_ADDRESS, PER_NAME, PER_DEVICE))

    def take(self, *, peer: str, name: str, device: str) -> Callable[[], None]:
        """Take a try, before the password is looked at; return what gives it back where it was right.

        Parameters
        ----------
        device
            What tells a browser that signed in by this name before, "" for any other.

        Raises
        ------
        TooManyGuesses
            If there were too many.
        """
        now, name = self._timer(), name.casefold()
        if device:
            taken: list[tuple[Buckets, Hashable, str]] = [
                (self._by_device, (device, name), "from a browser that signed in before")
            ]
        else:
            around = f"from around {blur(peer)}"
            taken = [(self._by_address, find_source(peer), around), (self._by_name, name, "for one name")]
        for at, (buckets, key, says) in enumerate(taken):
            wait = buckets.take(key, now)
            if wait > 0:
                self._give_back(taken[:at])
                self._refuse(buckets, key, says, wait)
        return lambda: self._give_back(taken)

    def _give_back(self, taken: list[tuple[Buckets, Hashable, str]]) -> None:
        for buckets, key, _ in taken:
            buckets.give(key, self._timer())

    def _refuse(self, buckets: Buckets, key: Hashable, says: str, wait: float) -> None:
        self._on_limit()
        if buckets.is_news(key, self._timer()):
            sentence = f"more than {buckets.per_minute} wrong passwords a minute come {says}; they wait"
            logger.warning("%s", sentence)
            self._on_news(sentence)
        raise TooManyGuesses(math.ceil(wait))


def sign_device(secret: bytes, user_id: str) -> str:
    """Make the sign of a browser in which a user has signed in."""
    nonce = secrets.token_hex(_NONCE_BYTES)
    return f"{nonce}.{_sign(secret, user_id, nonce)}"


def find_device(secret: bytes, user_id: str, told: str) -> str:
    """Find which browser this is that a user signed in with before, "" where it is none."""
    nonce, _, signature = told.partition(".")
    is_known = bool(nonce) and hmac.compare_digest(signature.encode(), _sign(secret, user_id, nonce).encode())
    return nonce if is_known else ""


def _sign(secret: bytes, user_id: str, nonce: str) -> str:
    """By HMAC-SHA256 (RFC 2104), apart from what the same secret signs for forms."""
    return hmac.new(secret, f"device\n{nonce}\n{user_id}".encode(), sha256).hexdigest()
