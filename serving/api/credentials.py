"""Credentials: the key that a request shows, and whether it opens."""

import re
from hashlib import sha256
from urllib.parse import parse_qsl, unquote_to_bytes

from serving.api.callers import Told
from serving.usecases.admitting import Admitted, KnownKeys, check_form

_NAMES_OF_KEYS = frozenset({"key", "api_key", "apikey", "api-key", "access_token", "authorization"})
_LOOKS_LIKE_KEY = re.compile(rb"hl_[0-9A-Za-z]{8}_[0-9A-Za-z]|whsec_")


class NoKey(PermissionError):
    """A request shows no key."""


class WrongKey(PermissionError):
    """A request shows a key that opens nothing: never made, misspelt or revoked."""


class TwoKeys(ValueError):
    """A request shows two keys, and parts of the way might each believe another."""


class KeyInQuery(ValueError):
    """A key stands in the address, where every log on the way keeps it."""


class MissingScope(PermissionError):
    """A key is right, but not for this."""


def find_key(told: Told) -> bytes | None:
    """Find the key that a request shows; None where it has no Authorization at all.

    Raises
    ------
    TwoKeys
        If Authorization stands there twice.
    NoKey
        If it is not of the form ``Bearer <key>``.
    """
    values = told.get(b"authorization")
    if not values:
        return None
    if len(values) > 1:
        raise TwoKeys("send one Authorization header")
    scheme, _, text = values[0].strip().partition(b" ")
    if scheme.lower() != b"bearer" or not text.strip():
        raise _no_key()
    return text.strip()


def require_key(text: bytes | None) -> bytes:
    """Return the key.

    Raises
    ------
    NoKey
        If there is none.
    """
    if text is None:
        raise _no_key()
    return text


def check_query(query: bytes) -> None:
    """Check that no key stands in the address.

    Raises
    ------
    KeyInQuery
        If a parameter is named like one or looks like one.
    """
    if not query:
        return
    names = {name.lower() for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)}
    if names & _NAMES_OF_KEYS or _LOOKS_LIKE_KEY.search(unquote_to_bytes(query)):
        raise KeyInQuery("send the key as a header, Authorization: Bearer; revoke one that stood in an address")


def admit_key(text: bytes, known: KnownKeys) -> Admitted:
    """Admit the caller whose key this is.

    Raises
    ------
    WrongKey
        If it is nobody's.
    """
    # Digests of secrets as long as these may be compared in the open: who times us learns about a digest only.
    admitted = known.by_digest.get(sha256(text).digest()) if check_form(text) else None
    if admitted is None:
        raise WrongKey("this key opens nothing; ask the operator for another (`hotlead keys add`)")
    return admitted


def check_scope(admitted: Admitted, scope: str) -> None:
    """Check that a caller may do this.

    Raises
    ------
    MissingScope
        If its key has another scope only.
    """
    if not admitted.may(scope):
        raise MissingScope(f"this needs a key with the scope {scope}")


def _no_key() -> NoKey:
    return NoKey("send a key: Authorization: Bearer hl_…")
