"""Signed pushes: Standard Webhooks inwards, for senders that sign a body and show no key."""

import asyncio
import hmac
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Collection
from dataclasses import dataclass

from starlette.types import Message, Receive, Scope

from serving.api.bodies import BodyTooLarge, CallerGone
from serving.api.callers import Told
from serving.usecases.admitting import Admitted, Signer

TOLERANCE_SECONDS = 300
_NAMES = (b"webhook-id", b"webhook-timestamp", b"webhook-signature")
_ID = re.compile(rb"[A-Za-z0-9_-]{1,200}")
_SECONDS = re.compile(rb"[0-9]{1,12}")
# Hashing 64 KiB takes a tenth of a millisecond; what is longer would hold up the callers behind it.
_WORTH_A_THREAD_BYTES = 64 * 1024


class WrongSignature(PermissionError):
    """A push is not signed by anybody we know, or not wholly."""


class StaleSignature(PermissionError):
    """A push was signed long ago, or in the future."""


class BadWebhookId(ValueError):
    """A push's id could be read as something else in what is signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a push tells of its signing: what is signed before the body, and the signatures."""

    signed_before: bytes
    signatures: tuple[bytes, ...]


def is_signed(told: Told) -> bool:
    """Tell whether a request claims to be a signed push."""
    return any(name in told for name in _NAMES)


def read_signature(told: Told, now: int) -> Signature:
    """Read the three headers of a push.

    Raises
    ------
    WrongSignature
        If one is missing, stands there twice or is none.
    BadWebhookId
        If the id holds anything but letters, digits, ``_`` and ``-``.
    StaleSignature
        If the moment is more than five minutes from `now`, in microseconds.
    """
    values = [told.get(name, []) for name in _NAMES]
    if any(len(value) != 1 for value in values):
        raise WrongSignature("send webhook-id, webhook-timestamp and webhook-signature, each once")
    webhook_id, seconds, signatures = (value[0] for value in values)
    if not _ID.fullmatch(webhook_id):
        raise BadWebhookId("a webhook-id has 1 to 200 letters, digits, _ or -")
    _check_moment(seconds, now)
    return Signature(signed_before=webhook_id + b"." + seconds + b".", signatures=_read_signatures(signatures))


async def admit_signer(signature: Signature, body: bytes, signers: Collection[Signer]) -> Admitted:
    """Admit the caller whose secret signed this body.

    Raises
    ------
    WrongSignature
        If it is nobody's.
    """
    if len(body) > _WORTH_A_THREAD_BYTES:
        admitted = await asyncio.to_thread(_find_signer, signature, body, signers)
    else:
        admitted = _find_signer(signature, body, signers)
    if admitted is None:
        raise WrongSignature("no secret in force signed these bytes; sign the body as it is sent")
    return admitted


async def hold_body(scope: Scope, receive: Receive, limit: int) -> tuple[bytes, Receive]:
    """Hold a body as it was sent, and return it with what gives it to the next reader once more.

    Raises
    ------
    BodyTooLarge
        Before more than the limit is held.
    CallerGone
        If the caller hung up.
    """
    declared = [value for name, value in scope["headers"] if name == b"content-length"]
    if any(value.isdigit() and int(value) > limit for value in declared):
        raise _too_large(limit)
    held, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise CallerGone("the caller hung up")
        held += message.get("body", b"")
        if len(held) > limit:
            raise _too_large(limit)
        more = message.get("more_body", False)
    body = bytes(held)
    return body, _give_again(body, receive)


def _give_again(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_held() -> Message:
        return messages.pop() if messages else await receive()

    return receive_held


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"send at most {limit:,} bytes at once, compressed or not")


def _check_moment(seconds: bytes, now: int) -> None:
    if not _SECONDS.fullmatch(seconds):
        raise WrongSignature("a webhook-timestamp is a whole number of seconds since 1970")
    if abs(int(seconds) * 1_000_000 - now) > TOLERANCE_SECONDS * 1_000_000:
        raise StaleSignature("the webhook-timestamp is more than five minutes off; sign anew, and set the clock")


def _read_signatures(told: bytes) -> tuple[bytes, ...]:
    """Read the signatures of the one version there is; what is none signs nothing."""
    found = []
    for part in told.split(b" "):
        version, _, encoded = part.partition(b",")
        try:
            decoded = b64decode(encoded, validate=True)
        except NotBase64:
            continue
        if version == b"v1":
            found.append(decoded)
    return tuple(found)


def _find_signer(signature: Signature, body: bytes, signers: Collection[Signer]) -> Admitted | None:
    for signer in signers:
        secret = b64decode(signer.secret.removeprefix("whsec_"))
        expected = hmac.digest(secret, signature.signed_before + body, "sha256")
        if any(hmac.compare_digest(expected, told) for told in signature.signatures):
            return signer.admitted
    return None
