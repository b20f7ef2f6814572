"""Holding: what people do on a page is durable at once, and told to the rest when it can no longer be undone.

The row of a held act is all there is of it: whoever applies it deletes the row in the transaction that files the
fact, whoever undoes it deletes the row, and so one of the two happens, once. It counts from the moment at which it
was done: what happened to the lead meanwhile is later, and prevails where the two disagree. A lead that is
forgotten takes its held acts along.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from features.times import SECOND
from serving.store import holds as store
from serving.store.forgotten import lock_out_erasures
from serving.usecases.auditing import record_audit
from serving.usecases.histories import Histories
from serving.usecases.ingesting import ingest
from serving.usecases.rights import Right, Visitor
from serving.usecases.standing import Standing
from serving.usecases.told import Acknowledgement, Command, Snooze, ToldContact, ToldNote, ToldStage

HOLD_FOR = 10 * SECOND
MOST_AT_ONCE = 200
# What cannot be applied is tried again, and holds up no other.
_PUT_OFF = 60 * SECOND

Holdable = ToldContact | ToldStage | ToldNote | Snooze | Acknowledgement

KINDS: Mapping[str, type] = {
    "reached": ToldContact,
    "no_answer": ToldContact,
    "left_message": ToldContact,
    "contact": ToldContact,
    "accept": ToldStage,
    "reject": ToldStage,
    "return": ToldStage,
    "note": ToldNote,
    "snooze": Snooze,
    "wake": Snooze,
    "acknowledge": Acknowledgement,
}
"""What people do on a page, and what each of it is told as."""

_READERS: Mapping[str, Callable[[str], Any]] = {
    kind: msgspec.json.Decoder(type_).decode for kind, type_ in KINDS.items()
}


class TooLate(ValueError):
    """An act cannot be undone any more."""


class NotYours(PermissionError):
    """An act is somebody else's to undo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAct:
    """Something done on a page that can still be undone.

    Attributes
    ----------
    kind
        One of `KINDS`.
    made_at, due_at
        When it was done, and until when it is sure to wait; microseconds since 1970.
    attributes
        What is known of the lead, as JSON, where it was asked for.
    """

    id: str
    user_id: str
    lead_id: str
    kind: str
    item: Holdable
    made_at: int
    due_at: int
    attributes: str = "{}"


def hold_act(connection: Connection, act: HeldAct) -> bool:
    """Hold an act and write it into the audit log; the same one again changes nothing and returns False."""
    row = {name: getattr(act, name) for name in ("id", "user_id", "lead_id", "kind", "made_at", "due_at")}
    if not store.insert_held(connection, {**row, "item": msgspec.json.encode(act.item).decode()}):
        return False
    record_audit(connection, at=act.made_at, who=act.user_id, what=f"lead.{act.kind}", target=act.lead_id)
    return True


def undo_act(connection: Connection, held_id: str, *, by: Visitor, at: int) -> HeldAct:
    """Undo an act, as long as it has not been applied, and write that into the audit log.

    Raises
    ------
    TooLate
        If it has been applied or undone.
    NotYours
        If somebody else did it, and the visitor administers nothing.
    """
    row = store.find_held(connection, held_id)
    if row is None:
        raise TooLate("this cannot be undone any more: it was passed on, or undone before")
    if row.user_id != by.id and not by.may(Right.ADMINISTER):
        raise NotYours("somebody else did this: ask them to undo it, or an admin")
    store.delete_held(connection, {held_id})
    record_audit(connection, at=at, who=by.id, what="lead.undo", target=row.lead_id, act=row.kind)
    return read_held(row)


def list_own(connection: Connection, visitor: Visitor) -> tuple[HeldAct, ...]:
    """List what a visitor can still undo, the latest first."""
    return tuple(read_held(row) for row in store.list_held_of(connection, visitor.id))


def gather_held(connection: Connection, lead_ids: Collection[str]) -> Mapping[str, tuple[HeldAct, ...]]:
    """Gather the acts that wait on leads, those of each in the order in which they were done."""
    gathered: dict[str, tuple[HeldAct, ...]] = {}
    for row in store.list_held(connection, lead_ids) if lead_ids else ():
        gathered[row.lead_id] = (*gathered.get(row.lead_id, ()), read_held(row))
    return gathered


def release_due(
    connection: Connection,
    standing: Standing,
    histories: Histories | None,
    *,
    ids: Collection[str] | None = None,
) -> int:
    """Apply the acts that are due, as told when they were done; return how many there were.

    Parameters
    ----------
    histories
        Of the scorer in force, None without one.
    ids
        Apply these alone; None for all that are due.
    """
    # Before any row is locked, as an erasure does, or the two would wait for each other.
    lock_out_erasures(connection)
    rows = store.list_due_held(connection, standing.now, most=MOST_AT_ONCE, ids=ids)
    if rows:
        store.delete_held(connection, {row.id for row in rows})
        commands = [Command(items=(read_held(row).item,)) for row in rows]
        ingest(connection, commands, standing, histories)
    return len(rows)


def list_due_ids(connection: Connection, now: int) -> list[str]:
    """List the ids of the acts that are due."""
    return [row.id for row in store.list_due_held(connection, now, most=MOST_AT_ONCE)]


def put_off(connection: Connection, held_id: str, now: int) -> None:
    """Have an act that cannot be applied tried again after a while."""
    store.put_off_held(connection, held_id, now + _PUT_OFF)


def read_held(row: Row[Any]) -> HeldAct:
    """Read a held act from its row."""
    told = row._mapping
    return HeldAct(
        item=_READERS[row.kind](row.item),
        attributes=told.get("attributes") or "{}",
        **{name: told[name] for name in ("id", "user_id", "lead_id", "kind", "made_at", "due_at")},
    )
