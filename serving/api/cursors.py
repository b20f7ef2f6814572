"""Cursors: where a page ended, as a text that callers hand back and need not understand.

A cursor belongs to the question it answers: its filters and its order are in it as a digest.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from serving.api.attributes import BadField, read_name
from serving.api.parameters import refuse
from serving.store.pages import Keys

PARAMETERS = ("limit", "cursor")
"""What every route that answers in pages takes, besides its filters."""

_LONGEST = 4_000
_LARGEST = 2**63
_DIGEST_BYTES = 6
_DECODER = msgspec.json.Decoder(list[str | int | None])


def write_cursor(place: str, query: Mapping[str, str], keys: Keys) -> str:
    """Write where a page ended.

    Parameters
    ----------
    place
        The route, with the ids of its path.
    keys
        Whole numbers, texts, bytes or None.
    """
    told = [key.hex() if isinstance(key, bytes) else key for key in keys]
    body = msgspec.json.encode([_digest(place, query), *told])
    return urlsafe_b64encode(body).rstrip(b"=").decode()


def read_cursor(place: str, query: Mapping[str, str], kinds: tuple[type, ...]) -> Keys | None:
    """Read where the page before ended, None for the first page.

    Parameters
    ----------
    kinds
        Of the keys: int, which may be None, str or bytes.

    Raises
    ------
    BadField
        If it is no cursor of ours, or that of another question.
    """
    text = query.get("cursor")
    if text is None:
        return None
    try:
        digest, *told = _decode(text)
        if len(told) != len(kinds):
            raise ValueError("keys of another order")
        keys = tuple(_read_key(value, kind) for value, kind in zip(told, kinds, strict=True))
    except (ValueError, TypeError, BadField, msgspec.MsgspecError):
        raise refuse("cursor", "give the cursor as an answer told it in next") from None
    if digest != _digest(place, query):
        raise refuse("cursor", "this cursor belongs to another question: keep the filters and the sort")
    return keys


def _decode(text: str) -> list[Any]:
    if len(text) > _LONGEST:
        raise ValueError("longer than any of ours")
    return _DECODER.decode(urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))


def _read_key(value: Any, kind: type) -> Any:
    if kind is int:
        if value is None or (type(value) is int and -_LARGEST <= value < _LARGEST):
            return value
        raise TypeError("no number of ours")
    name = read_name(value)
    # A database takes no half of a surrogate pair.
    name.encode()
    return bytes.fromhex(name) if kind is bytes else name


def _digest(place: str, query: Mapping[str, str]) -> str:
    asked = sorted((name, value) for name, value in query.items() if name not in PARAMETERS)
    return blake2b(repr((place, asked)).encode(), digest_size=_DIGEST_BYTES).hexdigest()
