"""Following: what happened to a lead, of whatever kind, the latest first and page by page."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from models.explanation import Reason
from serving.store.stories import KINDS, Place, list_happenings
from serving.usecases.turning import decode_reasons

_RANKS = {kind.name: rank for rank, kind in enumerate(KINDS)}
_DIGITS = 19


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that happened to a lead.

    Attributes
    ----------
    kind
        event, score, alert, contact, stage or note.
    row
        As the store has it.
    """

    kind: str
    at: int
    place: Place
    row: Row[Any]

    def list_properties(self) -> dict[str, Any]:
        """List what was told with an event, by name."""
        told: dict[str, Any] = msgspec.json.decode(self.row.properties or "{}")
        return told

    def find_reason(self) -> Reason | None:
        """Find the reason that moved a score most, None where it has none."""
        return next(iter(decode_reasons(self.row.reasons)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Some happenings, the latest first, and the place that the next ones stand before; None behind the last."""

    happenings: Sequence[Happening]
    last: Place | None


def follow_lead(connection: Connection, lead_id: str, *, most: int, before: Place | None = None) -> Story:
    """Follow a lead back in time.

    Parameters
    ----------
    most
        Happenings at most.
    before
        Where the page before ended; None for the latest.
    """
    listed = [_list_kind(connection, lead_id, rank, most + 1, before) for rank in range(len(KINDS))]
    merged = list(heapq.merge(*listed, key=lambda happening: happening.place, reverse=True))
    shown = merged[:most]
    return Story(happenings=list(_drop_repeats(shown)), last=shown[-1].place if len(merged) > most else None)


def write_place(place: Place) -> str:
    """Write a place as one word of an address."""
    at, rank, key = place
    return f"{at}.{KINDS[rank].name}.{key.hex() if isinstance(key, bytes) else key}"


def read_place(text: str) -> Place | None:
    """Read what `write_place` wrote; None where it is nothing of the kind."""
    at, _, rest = text.partition(".")
    name, _, key = rest.partition(".")
    is_moment = at.removeprefix("-").isdecimal() and at.isascii() and len(at) <= _DIGITS
    if not is_moment or name not in _RANKS:
        return None
    try:
        return int(at), _RANKS[name], _read_key(name, key)
    except ValueError:
        return None


def _read_key(name: str, key: str) -> Any:
    if name == "alert":
        return key
    if name == "score":
        if len(key) > _DIGITS - 1:
            raise ValueError("no number of a score has so many digits")
        return int(key)
    return bytes.fromhex(key)


def _list_kind(
    connection: Connection, lead_id: str, rank: int, most: int, before: Place | None
) -> Sequence[Happening]:
    kind = KINDS[rank]
    rows = list_happenings(connection, lead_id, rank, most=most, before=before)
    return [
        Happening(kind=kind.name, at=at, place=(at, rank, _find_key(row, kind.key)), row=row)
        for row in rows
        for at in (getattr(row, kind.at),)
    ]


def _find_key(row: Row[Any], name: str) -> Any:
    key = getattr(row, name)
    return bytes(key) if isinstance(key, memoryview | bytearray) else key


def _drop_repeats(happenings: Sequence[Happening]) -> Iterator[Happening]:
    """Leave out the stage that a CRM told of again for the same moment; the one that says who did it stays."""
    by_stage: dict[tuple[int, str], Happening] = {}
    for one in happenings:
        if one.kind == "stage":
            best = by_stage.get((one.at, one.row.stage))
            if best is None or (best.row.told_by is None and best.row.act is None):
                by_stage[one.at, one.row.stage] = one
    for one in happenings:
        if one.kind != "stage" or by_stage[one.at, one.row.stage] is one:
            yield one
