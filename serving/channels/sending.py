"""Sending: one door for every kind of channel, out of which only outcomes come."""

import logging
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Literal, Protocol

from serving.channels.apprising import check_apprise_url, send_apprise
from serving.channels.guarding import RefusedTarget, check_target, is_trusted
from serving.channels.message import Message
from serving.channels.outcome import Outcome, fail_outcome
from serving.channels.resolving import Resolve
from serving.channels.secrets import check_secret
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whom a sender may speak to."""

    trusted: frozenset[str]
    resolve: Resolve
    own_hosts: frozenset[str]


class Kind(Protocol):
    """What makes a kind of channel: how an address is checked when it is saved, and how a message is sent."""

    def check(self, channel: Channel, reach: Reach) -> None:
        """Check a channel, and raise a `ValueError` that says what to do."""

    def send(self, message: Message, channel: Channel, now: datetime, reach: Reach) -> Outcome:
        """Send a message."""


class Webhooks:
    """Signed posts to programs."""

    def check(self, channel: Channel, reach: Reach) -> None:
        check_secret(channel.secret or "")
        target = check_target(channel.url, trusted=reach.trusted, resolve=reach.resolve)
        if is_trusted(target.host, target.port, reach.own_hosts):
            raise RefusedTarget

    def send(self, message: Message, channel: Channel, now: datetime, reach: Reach) -> Outcome:
        return send_webhook(
            message,
            url=channel.url,
            secret=channel.secret or "",
            now=now,
            trusted=reach.trusted,
            resolve=reach.resolve,
            own_hosts=reach.own_hosts,
        )


class AppriseServices:
    """Messages to people, through the services that Apprise knows."""

    def check(self, channel: Channel, reach: Reach) -> None:
        check_apprise_url(channel.url, reach.trusted, resolve=reach.resolve, own_hosts=reach.own_hosts)

    def send(self, message: Message, channel: Channel, now: datetime, reach: Reach) -> Outcome:
        return send_apprise(
            message,
            url=channel.url,
            now=now,
            trusted=reach.trusted,
            resolve=reach.resolve,
            own_hosts=reach.own_hosts,
        )


KINDS: Mapping[str, Kind] = {"webhook": Webhooks(), "apprise": AppriseServices()}


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
    kinds
        The kinds of channels there are.
    """

    def __init__(
        self,
        trusted: frozenset[str] = frozenset(),
        resolve: Resolve = socket.getaddrinfo,
        own_hosts: frozenset[str] = frozenset(),
        kinds: Mapping[str, Kind] = KINDS,
    ) -> None:
        self._reach = Reach(trusted=trusted, resolve=resolve, own_hosts=own_hosts)
        self._kinds = kinds

    def check(self, channel: Channel) -> None:
        """Check a channel when it is saved.

        Raises
        ------
        ValueError
            As `RefusedTarget`, `BadSecret` or `BadChannel`, with a line that says what to do.
        """
        self._kinds[channel.kind].check(channel, self._reach)

    def send(self, message: Message, channel: Channel, now: datetime) -> Outcome:
        """Send a message and say what became of it; this never raises, or one message would stop all others."""
        began = monotonic()
        try:
            return self._kinds[channel.kind].send(message, channel, now, self._reach)
        except Exception as error:
            # The text of an error may quote a name or an address, so its kind must do.
            _LOG.error("channel %s broke on message %s: %s", channel.id, message.id, type(error).__name__)
            return fail_outcome("broken", "the channel broke; the log names the error", monotonic() - began)
