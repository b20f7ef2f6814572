"""Limiting: wrong keys are counted by where they come from and by the key they try, in bounded memory."""

import logging
import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from serving.usecases.admitting import find_prefix

logger = logging.getLogger("hotlead.keys")

PER_ADDRESS = 20
PER_PREFIX = 100
_MOST_BUCKETS = 10_000
_MINUTE = 60.0


class TooManyWrongKeys(PermissionError):
    """Wrong keys come too fast; `retry_seconds` says when one more is looked at."""

    def __init__(self, retry_seconds: int) -> None:
        super().__init__("too many wrong keys; mend the key, then try again")
        self.retry_seconds = retry_seconds


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    told_at: float = -math.inf


class Buckets:
    """Token buckets by name; when there are too many, the one unused longest is forgotten."""

    def __init__(self, per_minute: int, most: int = _MOST_BUCKETS) -> None:
        self.per_minute, self._most = per_minute, most
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, name: Hashable, now: float) -> float:
        """Take a token, and return 0; or, where there is none, the seconds until there is."""
        bucket = self._fill(name, now)
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0.0
        return (1 - bucket.tokens) * _MINUTE / self.per_minute

    def give(self, name: Hashable, now: float) -> None:
        """Give a token back that was taken for nothing."""
        bucket = self._fill(name, now)
        bucket.tokens = min(bucket.tokens + 1, self.per_minute)

    def is_news(self, name: Hashable, now: float) -> bool:
        """Tell whether nobody asked this of the bucket within the last minute."""
        bucket = self._fill(name, now)
        if now - bucket.told_at < _MINUTE:
            return False
        bucket.told_at = now
        return True

    def _fill(self, name: Hashable, now: float) -> _Bucket:
        bucket = self._buckets.setdefault(name, _Bucket(self.per_minute, now))
        self._buckets.move_to_end(name)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        won = max(now - bucket.at, 0.0) * self.per_minute / _MINUTE
        bucket.tokens, bucket.at = min(bucket.tokens + won, self.per_minute), now
        return bucket


class WrongKeys:
    """Counts wrong keys; right ones are never counted, so they work from anywhere at any time.

    Parameters
    ----------
    timer
        Returns seconds that only rise.
    on_limit
        Called for each wrong key above a limit.
    on_news
        Called with a sentence when a limit begins to bite, at most once a minute for each source.
    """

    def __init__(
        self,
        *,
        timer: Callable[[], float],
        on_limit: Callable[[], object],
        on_news: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._timer, self._on_limit, self._on_news = timer, on_limit, on_news
        self._by_address, self._by_prefix = Buckets(PER_ADDRESS), Buckets(PER_PREFIX)

    def record(self, peer: str, text: bytes) -> None:
        """Record a wrong key.

        Raises
        ------
        TooManyWrongKeys
            If there were too many, from this address or of this prefix.
        """
        now, prefix = self._timer(), find_prefix(text)
        wait = self._take(self._by_address, find_source(peer), now, lambda: f"from around {blur(peer)}")
        # An address above its limit must not use up what a key's prefix has for everybody.
        if wait == 0 and prefix is not None:
            wait = self._take(self._by_prefix, prefix, now, lambda: "for one and the same key")
        if wait > 0:
            self._on_limit()
            raise TooManyWrongKeys(math.ceil(wait))

    def _take(self, buckets: Buckets, name: Hashable, now: float, say: Callable[[], str]) -> float:
        wait = buckets.take(name, now)
        if wait > 0 and buckets.is_news(name, now):
            sentence = f"more than {buckets.per_minute} wrong keys a minute come {say()}; they get 429"
            logger.warning("%s", sentence)
            self._on_news(sentence)
        return wait


def find_source(peer: str) -> str:
    """Return what one caller can hardly leave: its address, or its network of 2^64 addresses in IPv6."""
    try:
        address = ip_address(peer)
    except ValueError:
        return peer
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return peer


def blur(peer: str) -> str:
    """Return the network of an address, for a log that names no person's."""
    try:
        address = ip_address(find_source(peer).partition("/")[0])
    except ValueError:
        return "this machine"
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))
