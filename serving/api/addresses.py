"""Addresses: what stands around a body: the ids of a path, query parameters, who asks, and under which name."""

import re
from collections.abc import Mapping
from hashlib import blake2b
from urllib.parse import parse_qsl, unquote

from starlette.types import Scope

from serving.api.attributes import BadField, read_name
from serving.usecases.told import quote_step

SLASH = "\x00"
"""Stands for a slash inside an id of an address, so that routes do not take it for one of their own."""
_KEY = re.compile(rb"[\x21-\x7e]{1,200}")
# Escapes of a slash, of a control character, and of anything beyond ASCII, which may be no UTF-8.
_ODD_ESCAPES = re.compile(rb"%(?:2f|[01][0-9a-f]|7f|[89a-f])", re.IGNORECASE)
_UNREADABLE = "\x01"


class BadIdempotencyKey(ValueError):
    """An Idempotency-Key is not one that we can keep."""


def hide_slashes(scope: Scope) -> None:
    """Keep slashes that a caller wrote as %2F apart from those between the parts of a path."""
    raw: bytes = scope.get("raw_path") or b""
    if _ODD_ESCAPES.search(raw):
        parts = raw.partition(b"?")[0].decode("ascii", "replace").split("/")
        scope["path"] = "/".join(map(_read_part, parts))


def read_id(value: str) -> str:
    """Read an id of an address.

    Raises
    ------
    BadField
        If it is no name of anything, or no UTF-8.
    """
    if _UNREADABLE in value:
        raise BadField("bad_name", "write an id in UTF-8 and without control characters")
    return read_name(value.replace(SLASH, "/"))


def write_place(scope: Scope) -> str:
    """Write where an item was sent to: its method and its path, with what ids hold of slashes and signs escaped."""
    return f"{scope['method']} {'/'.join(map(_write_part, scope['path'].split('/')))}"


def read_query(query: bytes, known: frozenset[str]) -> Mapping[str, str]:
    """Read query parameters, each at most once.

    Raises
    ------
    BadField
        If one is not known, comes twice, or is no text in UTF-8.
    """
    if not query:
        return {}
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        raise BadField("bad_parameter", "the query string cannot be read") from None
    told: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            raise BadField("unknown_parameter", f"known parameters: {', '.join(sorted(known)) or 'none'}")
        if name in told:
            raise BadField("bad_parameter", f"give {name} once")
        told[name] = value
    return told


def find_caller(scope: Scope) -> str:
    """Find what the caller's key is called."""
    key = scope.get("state", {}).get("key")
    return key.name if key is not None else "somebody on this machine"


def read_idempotency(scope: Scope, body: bytes) -> tuple[bytes | None, bytes]:
    """Read the name that a request was given, as digests of it and of the request; None where it has none.

    Raises
    ------
    BadIdempotencyKey
        If there are two, or it is not 1 to 200 visible ASCII characters.
    """
    keys = [value for name, value in scope["headers"] if name == b"idempotency-key"]
    if not keys:
        return None, b""
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        raise BadIdempotencyKey("send one Idempotency-Key of 1 to 200 visible ASCII characters")
    key = scope.get("state", {}).get("key")
    whose = key.key_id if key is not None else ""
    place = f"{whose}\n{scope['method']}\n{scope['path']}\n".encode()
    return blake2b(place + keys[0], digest_size=16).digest(), blake2b(body, digest_size=16).digest()


def _read_part(part: str) -> str:
    """Read a part of a path; what must not be taken for a slash of ours, or is no text, is made unreadable."""
    try:
        return unquote(part, errors="strict").replace(SLASH, _UNREADABLE).replace("/", SLASH)
    except UnicodeDecodeError:
        return _UNREADABLE


def _write_part(part: str) -> str:
    return quote_step(part.replace(SLASH, "/"))
