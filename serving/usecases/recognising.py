"""Recognising: whom an item speaks of, and whether that is somebody whom we were told to forget.

Nothing of the forgotten is kept but digests, under a secret, of a lead's id and of its e-mail address.
"""

import hmac
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from serving.store.erasures import erase_leads
from serving.store.forgotten import (
    find_digests,
    find_secret_in_use,
    insert_digests,
    lock_out_erasures,
    record_refusals,
)
from serving.store.leads import read_leads
from serving.usecases.told import (
    Command,
    Forgotten,
    Item,
    Rejected,
    Snooze,
    ToldContact,
    ToldEvent,
    ToldLead,
    ToldNote,
    ToldStage,
    unquote_step,
)

Name = tuple[str, str]
"""What somebody is recognised by: ``("lead", id)`` or ``("email", address)``."""

_DECODER = msgspec.json.Decoder()
_LEADS_PATH = ("v1", "leads")


def drop_forgotten(connection: Connection, commands: Sequence[Command], now: int) -> Sequence[Command]:
    """Put a mark in the place of every item that speaks of somebody forgotten, and count it.

    As long as nobody is forgotten this costs one look for the secret. A new id that brings the address of somebody
    forgotten is forgotten too, with whatever came under it before.
    """
    lock_out_erasures(connection)
    secret = find_secret_in_use(connection)
    if secret is None:
        return commands
    digests = [[compute_digests(secret, list_names(item)) for item in command.items] for command in commands]
    asked = {digest for of_command in digests for of_item in of_command for digest in of_item}
    found = find_digests(connection, asked)
    if not found:
        return commands
    refused = Counter(
        digest for of_command in digests for of_item in of_command for digest in of_item if digest in found
    )
    record_refusals(connection, refused)
    marked = [
        Command(items=tuple(_mark(item, of_item, found) for item, of_item in zip(c.items, of_command, strict=True)))
        for c, of_command in zip(commands, digests, strict=True)
    ]
    _follow_ids(connection, secret, commands, marked, now)
    return marked


def compute_digests(secret: bytes, names: Collection[Name]) -> list[bytes]:
    """Compute the digests of names: HMAC-SHA-256 under the store's secret."""
    return [hmac.digest(secret, f"{kind}\n{name}".encode(), "sha256") for kind, name in names]


def list_names(item: Item) -> list[Name]:
    """List what an item names somebody by."""
    read = _NAMES.get(type(item))
    return [] if read is None else list(dict.fromkeys(read(item)))


def name_lead(lead_id: str, attributes: str) -> list[Name]:
    """Return what a lead is recognised by: its id, and its address where it has one."""
    return [("lead", lead_id), *_name_address(_DECODER.decode(attributes).get("email"))]


def normalise_address(address: str) -> str:
    """Return an e-mail address as all its spellings: without blanks around it, composed, in small letters."""
    return unicodedata.normalize("NFC", address.strip()).lower()


def name_rejected(kind: str, body: str) -> Iterator[Name]:
    """Name everybody that a refused item may speak of: by the path it was sent to, its ids and its addresses."""
    parts = kind.partition(" ")[2].strip("/").split("/")
    if tuple(parts[:2]) == _LEADS_PATH and len(parts) > 2:
        yield "lead", unquote_step(parts[2])
    told = _DECODER.decode(body)
    for each in told if isinstance(told, list) else [told]:
        if isinstance(each, dict):
            yield from (("lead", each[key]) for key in ("lead_id",) if isinstance(each.get(key), str))
    yield from (name for text in _list_texts(told) for name in _name_address(text))


def _follow_ids(
    connection: Connection, secret: bytes, told: Sequence[Command], marked: Sequence[Command], now: int
) -> None:
    """Forget the ids under which somebody forgotten came again, unless a lead that is known bears one."""
    pairs = ((old, new) for before, after in zip(told, marked, strict=True) for old, new in _pair(before, after))
    ids = {old.id for old, new in pairs if isinstance(old, ToldLead) and isinstance(new, Forgotten)}
    ids -= {lead_id for lead_id, record in read_leads(connection, ids).items() if record.is_told}
    insert_digests(connection, compute_digests(secret, [("lead", lead_id) for lead_id in ids]), now)
    erase_leads(connection, ids, now)


def _pair(before: Command, after: Command) -> Iterator[tuple[Item, Item]]:
    return zip(before.items, after.items, strict=True)


def _mark(item: Item, digests: Collection[bytes], found: Collection[bytes]) -> Item:
    return Forgotten() if any(digest in found for digest in digests) else item


def _name_address(told: Any) -> list[Name]:
    return [("email", normalise_address(told))] if isinstance(told, str) and "@" in told else []


def _list_texts(told: Any) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict | list):
        for inner in told.values() if isinstance(told, dict) else told:
            yield from _list_texts(inner)


def _name_by_id(item: Any) -> list[Name]:
    return [("lead", item.lead_id)]


_NAMES: Mapping[type, Callable[[Any], Any]] = {
    ToldLead: lambda told: name_lead(told.id, told.attributes),
    ToldEvent: _name_by_id,
    ToldStage: _name_by_id,
    ToldContact: _name_by_id,
    ToldNote: _name_by_id,
    Snooze: _name_by_id,
    Rejected: lambda told: name_rejected(told.kind, told.body),
}
