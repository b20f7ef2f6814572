"""Erasing: forgetting a lead for good, and doing it again where a backup brought somebody back."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import Connection

from serving.channels.message import Message
from serving.store import erasures, forgotten
from serving.store.leads import read_leads
from serving.store.rejections import delete_rejections
from serving.usecases.digesting import KINDS
from serving.usecases.recognising import Name, compute_digests, name_lead, name_rejected, normalise_address
from serving.usecases.told import quote_step

SECRET_BYTES = 32
# Digests that are written while they wait: no alert says who is in them.
WRITTEN = frozenset(KINDS.values())
_MESSAGES = msgspec.json.Decoder(Message)
_ENCODER = msgspec.json.Encoder()
# Leads erased again after a backup was restored, in one go.
_PAGE = 500
# SQLite nests an expression a thousand deep at most.
_MOST_WORDS = 200


class NobodyNamed(ValueError):
    """Neither a lead nor an address was named."""


class ForeignDigests(ValueError):
    """Digests under another secret than the store's: they can be compared with nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure did: how much is gone, and the digests that stay in its place."""

    n_leads: int
    n_events: int
    n_rejections: int
    secret: bytes
    digests: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Who is to be forgotten: a lead by its id, or everybody with an address."""

    lead_id: str | None = None
    address: str | None = None


def erase(
    connection: Connection,
    wanted: Wanted,
    now: int,
    *,
    randomness: Callable[[int], bytes],
    secret: bytes | None = None,
) -> Erased:
    """Erase somebody: the lead, every other lead with its address, and all that speaks of them.

    What stays is a digest of each id and each address. Erasing again, or somebody who never came, is no mistake.

    Parameters
    ----------
    secret
        Taken where the store has none yet: that of a log of earlier erasures.

    Raises
    ------
    NobodyNamed
        If nobody is named.
    """
    if not wanted.lead_id and not wanted.address:
        raise NobodyNamed("name whom to forget: a lead by its id, or everybody with an e-mail address")
    forgotten.lock_out_facts(connection)
    kept = forgotten.keep_secret(connection, secret or randomness(SECRET_BYTES))
    names = _gather_names(connection, wanted)
    digests = compute_digests(kept, sorted(names))
    forgotten.insert_digests(connection, digests, now)
    lead_ids = {name for kind, name in names if kind == "lead"}
    n_leads, n_events = _erase_leads(connection, lead_ids, now)
    return Erased(
        n_leads=n_leads,
        n_events=n_events,
        n_rejections=_erase_rejections(connection, names),
        secret=kept,
        digests=tuple(digests),
    )


def erase_again(connection: Connection, secret: bytes, digests: Collection[bytes], now: int) -> int:
    """Erase whom a restored backup brought back: those of some digests; return how many leads that were.

    Raises
    ------
    ForeignDigests
        If the store keeps its digests under another secret.
    """
    forgotten.lock_out_facts(connection)
    if forgotten.keep_secret(connection, secret) != secret:
        raise ForeignDigests("the log of erasures belongs to another store: give each store a log of its own")
    wanted = set(digests) - forgotten.list_digests(connection).keys()
    forgotten.insert_digests(connection, wanted, now)
    back = set(_find_back(connection, secret, wanted)) if wanted else set()
    lead_ids = sorted(name for kind, name in back if kind == "lead")
    for start in range(0, len(lead_ids), _PAGE):
        _erase_leads(connection, lead_ids[start : start + _PAGE], now)
    _erase_rejections(connection, back)
    return len(lead_ids)


def _gather_names(connection: Connection, wanted: Wanted) -> set[Name]:
    names: set[Name] = {("lead", wanted.lead_id)} if wanted.lead_id else set()
    if wanted.lead_id:
        for lead_id, record in read_leads(connection, {wanted.lead_id}).items():
            names.update(name_lead(lead_id, record.attributes))
    if wanted.address:
        names.add(("email", normalise_address(wanted.address)))
    for address in [name for kind, name in names if kind == "email"]:
        # Databases fold other letters than ASCII in their own ways, so those are looked for one by one.
        holding = _quote(address) if address.isascii() else None
        for lead_id, attributes in erasures.list_lead_attributes(connection, holding):
            if ("email", address) in name_lead(lead_id, attributes):
                names.add(("lead", lead_id))
    return names


def _erase_leads(connection: Connection, lead_ids: Collection[str], now: int) -> tuple[int, int]:
    for row in erasures.list_digest_messages(connection, lead_ids, WRITTEN):
        message = _MESSAGES.decode(row.body)
        others = tuple(line for line in message.lines if line.lead_id not in lead_ids)
        if not others:
            erasures.erase_messages(connection, {row.id})
        elif len(others) < len(message.lines):
            erasures.save_message(connection, row.id, _ENCODER.encode(replace(message, lines=others)).decode())
    erasures.erase_replies(connection, {f'"id":"{_quote(lead_id)}"' for lead_id in lead_ids})
    return erasures.erase_leads(connection, lead_ids, now)


def _erase_rejections(connection: Connection, names: Collection[Name]) -> int:
    if not names:
        return 0
    # A body shows an id as JSON has it, the path it was sent to as paths have it.
    words = {write(name) for _, name in names for write in (_quote, quote_step)}
    can_search = len(words) <= _MOST_WORDS and all(word.isascii() for word in words)
    suspects = erasures.list_suspects(connection, words if can_search else {""})
    gone = [row.id for row in suspects if not set(names).isdisjoint(name_rejected(row.kind, row.body))]
    return delete_rejections(connection, gone)


def _find_back(connection: Connection, secret: bytes, wanted: Collection[bytes]) -> Iterator[Name]:
    for lead_id, attributes in erasures.list_lead_attributes(connection):
        names = name_lead(lead_id, attributes)
        if not set(compute_digests(secret, names)).isdisjoint(wanted):
            yield from names
    for lead_id in erasures.list_named_leads(connection):
        if compute_digests(secret, [("lead", lead_id)])[0] in wanted:
            yield "lead", lead_id


def _quote(text: str) -> str:
    """Return a text as it stands inside of our JSON."""
    return _ENCODER.encode(text).decode()[1:-1]
