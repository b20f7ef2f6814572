"""Auditing: who did what to what by a page, in the same transaction that does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection

from serving.store.audit import insert_audit, list_audit

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(dict[str, Any])


def record_audit(
    connection: Connection, *, at: int, who: str, what: str, target: str | None = None, **details: Any
) -> None:
    """Record that somebody did something.

    Parameters
    ----------
    who
        The user's id; "" for anybody on this machine.
    what
        Words joined by dots, the place before what is done there: ``lead.accept``, ``session.begin``.
    target
        The id of what it was done to.
    details
        Plain data; never a secret, and of a lead nothing but ids.
    """
    row = {"at": at, "who": who, "what": what, "target": target, "details": _ENCODER.encode(details).decode()}
    insert_audit(connection, [row])


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that somebody did; `who` is "" for somebody on this machine."""

    id: int
    at: int
    who: str
    what: str
    target: str | None
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Entries, the latest first, and before which one the rest begins; None where there is no rest."""

    entries: tuple[Entry, ...]
    rest: int | None


def list_entries(
    connection: Connection,
    *,
    most: int,
    before: int | None = None,
    who: str | None = None,
    what: str | None = None,
    target: str | None = None,
) -> Entries:
    """List what was done, the latest first.

    Parameters
    ----------
    before
        The entry after which the list goes on, None from the latest.
    what
        An entry's words, or the place alone: ``lead``.
    """
    rows = list_audit(connection, most=most + 1, before=before, who=who, what=what, target=target)
    shown = tuple(
        Entry(
            id=row.id,
            at=row.at,
            who=row.who,
            what=row.what,
            target=row.target,
            details=_DECODER.decode(row.details),
        )
        for row in rows[:most]
    )
    return Entries(entries=shown, rest=shown[-1].id if len(rows) > most else None)
