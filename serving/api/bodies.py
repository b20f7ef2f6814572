"""Request bodies: read up to a limit, never past it, plain or gzip, JSON in UTF-8 only."""

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.types import Message, Receive, Scope

_CHARSET = re.compile(rb';\s*charset\s*=\s*"?([^";\s]*)"?', re.IGNORECASE)
_GZIP = 31


class BodyTooLarge(ValueError):
    """A body is larger than the service reads."""


class UnsupportedMediaType(ValueError):
    """A body is not declared as JSON in UTF-8."""


class UnsupportedEncoding(ValueError):
    """A body is compressed in a way the service does not read."""


class DamagedBody(ValueError):
    """A compressed body ends early or does not inflate."""


class AmbiguousLength(ValueError):
    """Two headers tell the body's length, which is how requests are smuggled past proxies."""


class CallerGone(ConnectionError):
    """The caller hung up before the body was complete; nobody waits for an answer."""


@dataclass(frozen=True, slots=True)
class _Declared:
    length: int
    is_gzip: bool


async def read_json_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """Read a JSON body of at most `limit` bytes, both as sent and inflated.

    Raises
    ------
    UnsupportedMediaType, UnsupportedEncoding, AmbiguousLength, BodyTooLarge
        Before more than the limit is held.
    DamagedBody
        If gzip does not inflate.
    CallerGone
        If the caller hung up.
    """
    declared = _check_headers(scope["headers"])
    if declared.length > limit:
        raise _too_large(limit)
    message = await receive()
    body: bytes = message.get("body", b"")
    if message["type"] != "http.request" or message.get("more_body") or len(body) > limit:
        body = await _read_rest(message, receive, limit)
    return _inflate(body, limit) if declared.is_gzip else body


async def _read_rest(message: Message, receive: Receive, limit: int) -> bytes:
    parts = bytearray()
    while True:
        if message["type"] != "http.request":
            raise CallerGone("the caller hung up")
        parts += message.get("body", b"")
        if len(parts) > limit:
            raise _too_large(limit)
        if not message.get("more_body"):
            return bytes(parts)
        message = await receive()


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"send at most {limit:,} bytes at once, compressed or not")


def _check_headers(headers: Iterable[tuple[bytes, bytes]]) -> _Declared:
    media_type, encoding, length, is_chunked = b"", b"", -1, False
    for name, value in headers:
        if name == b"content-type":
            media_type = value if not media_type else b"two of them"
        elif name == b"content-encoding":
            encoding = encoding + b"," + value if encoding else value
        elif name == b"content-length":
            length = int(value)
        elif name == b"transfer-encoding":
            is_chunked = True
    if is_chunked and length >= 0:
        raise AmbiguousLength("send Content-Length or Transfer-Encoding, not both")
    if media_type != b"application/json":
        _check_media_type(media_type)
    return _Declared(length, bool(encoding) and _check_encoding(encoding))


def _check_media_type(told: bytes) -> None:
    if told.partition(b";")[0].strip().lower() != b"application/json":
        raise UnsupportedMediaType("send Content-Type: application/json")
    if any(charset.lower() not in (b"utf-8", b"utf8") for charset in _CHARSET.findall(told)):
        raise UnsupportedMediaType("send JSON in UTF-8")


def _check_encoding(told: bytes) -> bool:
    encoding = told.strip().lower()
    if encoding not in (b"gzip", b"x-gzip", b"identity"):
        raise UnsupportedEncoding("send the body plain or with Content-Encoding: gzip")
    return encoding != b"identity"


def _inflate(packed: bytes, limit: int) -> bytes:
    """Inflate at most one byte more than the limit; a stream may have several members."""
    inflated, rest = bytearray(), packed
    while rest:
        member = zlib.decompressobj(wbits=_GZIP)
        try:
            inflated += member.decompress(rest, limit + 1 - len(inflated))
        except zlib.error:
            raise DamagedBody("the gzip stream is damaged") from None
        if len(inflated) > limit:
            raise _too_large(limit)
        if not member.eof:
            raise DamagedBody("the gzip stream ends early")
        rest = member.unused_data
    return bytes(inflated)
