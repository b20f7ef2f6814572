"""Linking: the link in a message opens one alert, without a key and for a while; nobody can guess another.

A link is a capability: whoever was told may look and may say that they take care. It is an alert's id and the day
of its end, signed with HMAC-SHA-256 under a secret of the store.
"""

import base64
import binascii
import hmac

from features.times import DAY

LASTS = 30 * DAY
_SIGNED_BYTES = 16


class UnknownLink(LookupError):
    """The link is not one of ours, or its time is over."""


def write_token(secret: bytes, alert_id: str, now: int) -> str:
    """Write what a link ends with; it lasts to the end of the UTC day `LASTS` from now."""
    last_day = (now + LASTS) // DAY
    told = f"{last_day}.{alert_id}".encode()
    return _encode(told + _sign(secret, told))


def read_token(secret: bytes, token: str, now: int) -> str:
    """Read the id of the alert that a link opens.

    Raises
    ------
    UnknownLink
        If the link was altered, was signed under another secret, or has ended; it is not told which.
    """
    try:
        content = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (binascii.Error, UnicodeEncodeError):
        content = b""
    told, signature = content[:-_SIGNED_BYTES], content[-_SIGNED_BYTES:]
    # Only the one spelling that we write: others decode to the same bytes.
    if not hmac.compare_digest(_sign(secret, told), signature) or _encode(content) != token:
        raise UnknownLink("this link opens nothing: it was altered, or its time is over")
    last_day, _, alert_id = told.decode().partition(".")
    if now // DAY > int(last_day):
        raise UnknownLink("this link opens nothing: it was altered, or its time is over")
    return alert_id


def _sign(secret: bytes, told: bytes) -> bytes:
    return hmac.digest(secret, told, "sha256")[:_SIGNED_BYTES]


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
