"""Reaching: the channels over which people are told: added once they are checked, tested, and taken out of use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from sqlalchemy import Connection, Row

from agreement.people import TEAM, Person
from agreement.terms import Terms
from features.times import to_datetime
from serving.channels.apprising import describe_channel
from serving.channels.message import Message
from serving.channels.secrets import new_secret
from serving.channels.sending import KINDS, Channel, Outcome
from serving.store.deliveries import bury_deliveries
from serving.store.people import delete_channel, find_channel, insert_channel, list_channels
from serving.usecases.delivering import record_health
from serving.usecases.standing import gather_people

_ID_BYTES = 8
Randomness = Callable[[int], bytes]
"""Returns that many random bytes, as `secrets.token_bytes` does."""


class UnknownChannel(LookupError):
    """There is no channel of this id in use."""


class UnknownRecipient(LookupError):
    """Nobody has this id, so nobody would be reached."""


class BadSecretUse(ValueError):
    """A secret was given for a kind of channel that signs nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChannel:
    """A channel to be added, its address and secret hidden from `repr`."""

    id: str
    person_id: str
    kind: Literal["webhook", "apprise"]
    url: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)

    def as_channel(self) -> Channel:
        """Return it as senders see it."""
        return Channel(id=self.id, kind=self.kind, url=self.url, secret=self.secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownChannel:
    """A channel in use as people see it: neither address nor secret."""

    id: str
    owner_id: str
    kind: str
    description: str
    created_at: int
    failures: int
    rests_until: int | None


def propose_channel(
    *, person_id: str, kind: str, url: str, secret: str | None, randomness: Randomness
) -> NewChannel:
    """Propose a channel; a webhook without a secret gets a new one.

    Raises
    ------
    BadSecretUse
        If a secret comes with a kind that signs nothing.
    KeyError
        If there is no such kind.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    if kind != "webhook" and secret is not None:
        raise BadSecretUse("only webhooks are signed: leave the secret out")
    if kind == "webhook" and secret is None:
        secret = new_secret(randomness)
    new_id = f"ch_{randomness(_ID_BYTES).hex()}"
    return NewChannel(id=new_id, person_id=person_id, kind=cast(Any, kind), url=url, secret=secret)


def add_channel(connection: Connection, new: NewChannel, terms: Terms, now: int) -> KnownChannel:
    """Add a channel that a sender has checked.

    Raises
    ------
    UnknownRecipient
        If nobody has its recipient's id.
    """
    if new.person_id not in gather_people(connection, terms):
        raise UnknownRecipient(f"nobody has this id: use {TEAM.id!r} for everybody, or tell of the person first")
    row = {"id": new.id, "person_id": new.person_id, "kind": new.kind, "url": new.url, "secret": new.secret}
    insert_channel(connection, {**row, "is_active": True, "created_at": now, "failures": 0, "rests_until": None})
    return describe_known(get_channel(connection, new.id))


def list_known_channels(connection: Connection) -> list[KnownChannel]:
    """List the channels in use, by recipient and then by id."""
    listed = list_channels(connection)
    return [describe_known(row) for person_id in sorted(listed) for row in listed[person_id]]


def remove_channel(connection: Connection, channel_id: str) -> int:
    """Take a channel out of use with its address and secret; return how many messages it will not deliver.

    Raises
    ------
    UnknownChannel
        If there is none of this id in use.
    """
    if not delete_channel(connection, channel_id):
        raise _unknown()
    return bury_deliveries(connection, channel_id, "channel_removed")


def get_channel(connection: Connection, channel_id: str) -> Row[Any]:
    """Get a channel in use.

    Raises
    ------
    UnknownChannel
        If there is none of this id.
    """
    found = find_channel(connection, channel_id)
    if found is None:
        raise _unknown()
    return found


def compose_test(
    connection: Connection, row: Row[Any], terms: Terms, *, now: int, randomness: Randomness
) -> Message:
    """Compose the message by which a channel is tested."""
    person = gather_people(connection, terms).get(row.person_id) or Person(id=row.person_id)
    return Message(
        id=f"test_{randomness(_ID_BYTES).hex()}",
        kind="channel.test",
        at=to_datetime(now),
        zone=person.zone,
        recipient_id=person.id,
        recipient=person.name or person.id,
        lines=(),
    )


def record_test(connection: Connection, channel_id: str, outcome: Outcome, now: int) -> None:
    """Wake a channel that rests once a test came through; a failed one says nothing of the messages that wait."""
    if outcome.is_delivered:
        record_health(connection, channel_id, outcome, now)


def read_channel(row: Row[Any]) -> Channel:
    """Read a channel's row as senders want it."""
    return Channel(id=row.id, kind=row.kind, url=row.url, secret=row.secret)


def describe_known(row: Row[Any]) -> KnownChannel:
    """Describe a channel's row without its secrets."""
    return KnownChannel(
        id=row.id,
        owner_id=row.person_id,
        kind=row.kind,
        description=describe_channel(row.kind, row.url),
        created_at=row.created_at,
        failures=row.failures,
        rests_until=row.rests_until,
    )


def _unknown() -> UnknownChannel:
    return UnknownChannel("there is no channel of this id: GET /v1/channels, or `hotlead channels list`")
