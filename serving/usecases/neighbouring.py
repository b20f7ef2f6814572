"""Neighbouring: the other people of a lead's account, and what each of them did last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from serving.store.events import find_last_doings
from serving.store.listing import LeadFilter, list_leads
from serving.usecases.looking import read_attributes
from serving.usecases.telling import find_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Somebody of the same account; `did` and `did_at` are None where nothing is known of them but a name."""

    lead_id: str
    name: str
    role: str
    stage: str
    bucket: str | None
    score: int | None
    did: str | None
    did_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The people of an account with the highest scores, and whether there are more of them."""

    people: Sequence[Neighbour]
    has_more: bool


def list_neighbours(connection: Connection, lead_id: str, account_id: str | None, *, most: int) -> Neighbours:
    """List the other people of a lead's account."""
    if account_id is None:
        return Neighbours(people=(), has_more=False)
    chosen = LeadFilter(account_id=account_id)
    rows = list_leads(connection, chosen, by="score", is_rising=False, most=most + 2)
    others = [row for row in rows if row.id != lead_id]
    shown = others[:most]
    doings = find_last_doings(connection, [row.id for row in shown])
    people = [_describe(row, doings.get(row.id, (None, None))) for row in shown]
    return Neighbours(people=people, has_more=len(others) > most)


def _describe(row: Row[Any], did: tuple[str | None, int | None]) -> Neighbour:
    told = read_attributes(row.attributes)
    return Neighbour(
        lead_id=row.id,
        name=find_name(told),
        role=str(told.get("role") or ""),
        stage=row.stage,
        bucket=row.bucket,
        score=row.score,
        did=did[0],
        did_at=did[1],
    )
