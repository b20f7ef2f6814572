"""Webhooks: messages for programs, signed as Standard Webhooks asks (https://www.standardwebhooks.com)."""

import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from time import monotonic

from standardwebhooks import Webhook

from serving.channels.guarding import RefusedTarget, Target, is_trusted, open_connection, parse_target
from serving.channels.judging import judge_answer, name_failure
from serving.channels.message import Message, build_payload
from serving.channels.outcome import Outcome, fail_outcome
from serving.channels.posting import Answer, post
from serving.channels.resolving import Resolve
from serving.channels.secrets import BadSecret, check_secret, new_secret

__all__ = ["BadSecret", "Outcome", "Patience", "check_secret", "is_from_hotlead", "new_secret", "send_webhook"]

HOPS_HEADER = "hotlead-hops"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a send may take, in seconds: to be connected, and until the answer is there."""

    connect_seconds: float = 5.0
    overall_seconds: float = 15.0


PATIENCE = Patience()


def send_webhook(
    message: Message,
    *,
    url: str,
    secret: str,
    now: datetime,
    trusted: frozenset[str] = frozenset(),
    resolve: Resolve = socket.getaddrinfo,
    patience: Patience = PATIENCE,
    context: ssl.SSLContext | None = None,
    own_hosts: frozenset[str] = frozenset(),
) -> Outcome:
    """Post a message to a webhook and say what became of it.

    Parameters
    ----------
    now
        The time that is signed; receivers refuse what is more than five minutes off.
    trusted
        Hosts, or `host:port`, that the operator vouches for.
    context
        How TLS verifies; the system's authorities by default.
    own_hosts
        Hosts, or `host:port`, of this service itself: never receivers, or messages would circle.

    Raises
    ------
    BadSecret
        If the secret has no fit form.
    """
    body = json.dumps(build_payload(message), separators=(",", ":"))
    headers = _build_headers(message.id, body, secret, now)
    began = monotonic()
    try:
        target = parse_target(url, trusted=trusted)
        if is_trusted(target.host, target.port, own_hosts):
            return fail_outcome("loop", "the receiver is this service itself", 0.0, is_final=True)
    except RefusedTarget as error:
        return fail_outcome("refused_target", str(error), 0.0, is_final=True)
    try:
        answer = _exchange(target, headers, body.encode(), began, trusted, resolve, patience, context)
    except (OSError, ValueError) as error:
        code, detail = name_failure(error)
        return fail_outcome(code, detail, monotonic() - began)
    return judge_answer(answer, monotonic() - began, now)


def is_from_hotlead(headers: Mapping[str, str]) -> bool:
    """Tell whether a request comes out of a service of this kind; taking it as an event would make a circle."""
    return any(name.lower() == HOPS_HEADER for name in headers)


def _build_headers(message_id: str, body: str, secret: str, now: datetime) -> dict[str, str]:
    check_secret(secret)
    at = now.astimezone(UTC)
    return {
        "User-Agent": "Hotlead",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        HOPS_HEADER: "1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        # The library reads the clock face and calls it UTC, whatever zone is on it.
        "webhook-signature": Webhook(secret).sign(message_id, at, body),
    }


def _exchange(
    target: Target,
    headers: Mapping[str, str],
    body: bytes,
    began: float,
    trusted: frozenset[str],
    resolve: Resolve,
    patience: Patience,
    context: ssl.SSLContext | None,
) -> Answer:
    ends = began + patience.overall_seconds
    connection = open_connection(target.host, target.port, patience.connect_seconds, trusted, resolve)
    try:
        if target.scheme == "https":
            connection.settimeout(max(0.001, ends - monotonic()))
            connection = (context or _load_context()).wrap_socket(connection, server_hostname=target.host)
        return post(connection, target.authority, target.path, headers, body, ends)
    finally:
        connection.close()


@cache
def _load_context() -> ssl.SSLContext:
    return ssl.create_default_context()
