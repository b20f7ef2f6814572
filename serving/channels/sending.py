"""Sending: one door for every kind of channel, out of which only outcomes come."""

import logging
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Literal

from serving.channels.message import Message
from serving.channels.outcome import Outcome, fail_outcome
from serving.channels.resolving import Resolve
from serving.channels.webhook import send_webhook

__all__ = ["Channel", "Outcome", "Sender"]

_LOG = logging.getLogger("hotlead.channels")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where messages go; address and secret are hidden from `repr`, and so from logs."""

    id: str
    kind: Literal["webhook", "apprise"]
    url: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)


class Sender:
    """Sends messages through channels.

    Parameters
    ----------
    trusted
        Hosts, or `host:port`, that the operator vouches for: their mail server, a messenger inside.
    resolve
        Resolves a name, as `socket.getaddrinfo` does.
    own_hosts
        Hosts, or `host:port`, of this service itself: never receivers.
    """

    def __init__(
        self,
        trusted: frozenset[str] = frozenset(),
        resolve: Resolve = socket.getaddrinfo,
        own_hosts: frozenset[str] = frozenset(),
    ) -> None:
        self._trusted, self._resolve, self._own_hosts = trusted, resolve, own_hosts
        self._kinds: Mapping[str, Callable[[Message, Channel, datetime], Outcome]] = {"webhook": self._send_webhook}

    def send(self, message: Message, channel: Channel, now: datetime) -> Outcome:
        """Send a message and say what became of it; this never raises, or one message would stop all others."""
        began = monotonic()
        try:
            return self._kinds[channel.kind](message, channel, now)
        except Exception as error:
            # The text of an error may quote a name or an address, so its kind must do.
            _LOG.error("channel %s broke on message %s: %s", channel.id, message.id, type(error).__name__)
            return fail_outcome("broken", "the channel broke; the log names the error", monotonic() - began)

    def _send_webhook(self, message: Message, channel: Channel, now: datetime) -> Outcome:
        return send_webhook(
            message,
            url=channel.url,
            secret=channel.secret or "",
            now=now,
            trusted=self._trusted,
            resolve=self._resolve,
            own_hosts=self._own_hosts,
        )
