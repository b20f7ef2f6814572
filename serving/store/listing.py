"""Listing: leads by what people ask of a list, in the order of an index."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from serving.store.agenda import IS_OPEN
from serving.store.leads import NOBODY_TOLD
from serving.store.pages import Keys, read_page
from serving.store.tables import bases, leads

_LAST_CHARACTER = 0x10FFFF
_BEFORE_SURROGATES, _AFTER_SURROGATES = 0xD7FF, 0xE000
_SORTED_BY: dict[str, ColumnElement[Any]] = {"score": leads.c.score, "scored_at": leads.c.scored_at}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFilter:
    """Which leads are listed; None lets all through.

    `id_prefix` is what the id begins with, `is_hot` whether the lead's hot episode is open.
    """

    bucket: str | None = None
    stage: str | None = None
    owner_id: str | None = None
    account_id: str | None = None
    is_open: bool | None = None
    is_hot: bool | None = None
    id_prefix: str | None = None
    min_score: int | None = None


def list_leads(
    connection: Connection,
    chosen: LeadFilter,
    *,
    by: str,
    is_rising: bool,
    most: int,
    after: Keys | None = None,
) -> list[Row[Any]]:
    """List leads with the basis of their score; those that were never scored come last in every order.

    Parameters
    ----------
    by
        ``score``, ``scored_at`` or ``id``; leads that are equal in it follow by their ids, the same way.
    after
        What `find_keys` returned for the last lead of the page before.
    """
    query = _choose(chosen)
    if by == "id":
        return read_page(connection, query, [leads.c.id], most=most, after=after, is_rising=is_rising)
    column, rows = _SORTED_BY[by], []
    if after is None or after[0] is not None:
        scored = query.where(column.is_not(None))
        keys = [column, leads.c.id]
        rows = read_page(connection, scored, keys, most=most, after=after, is_rising=is_rising)
        after = None
    if len(rows) < most and (by != "score" or chosen.min_score is None):
        behind = None if after is None else after[1:]
        unscored = query.where(column.is_(None))
        rows += read_page(
            connection, unscored, [leads.c.id], most=most - len(rows), after=behind, is_rising=is_rising
        )
    return rows


def read_listed(connection: Connection, lead_ids: Collection[str]) -> dict[str, Row[Any]]:
    """Read some leads as `list_leads` does, by their ids; those that nobody told of are left out."""
    query = _choose(LeadFilter()).where(leads.c.id.in_(sorted(lead_ids)))
    return {row.id: row for row in connection.execute(query)}


def find_keys(row: Row[Any], by: str) -> Keys:
    """Return what the page after this lead is found by."""
    return (row.id,) if by == "id" else (row._mapping[by], row.id)


def follow_text(prefix: str) -> str | None:
    """Return the first text, by code points, behind all that begin with a prefix; None where there is none."""
    kept = prefix.rstrip(chr(_LAST_CHARACTER))
    if not kept:
        return None
    last = ord(kept[-1])
    return kept[:-1] + chr(_AFTER_SURROGATES if last == _BEFORE_SURROGATES else last + 1)


def _choose(chosen: LeadFilter) -> Select[Any]:
    query = select(leads, bases.c.model_version, bases.c.withheld).outerjoin(bases, bases.c.id == leads.c.basis_id)
    return query.where(leads.c.version != NOBODY_TOLD, *_list_conditions(chosen))


def _list_conditions(chosen: LeadFilter) -> Sequence[ColumnElement[bool]]:
    equal = (
        (leads.c.bucket, chosen.bucket),
        (leads.c.stage, chosen.stage),
        (leads.c.owner_id, chosen.owner_id),
        (leads.c.account_id, chosen.account_id),
    )
    conditions = [column == value for column, value in equal if value is not None]
    flags = ((IS_OPEN, chosen.is_open), (leads.c.episode_is_open, chosen.is_hot))
    conditions += [flag if is_so else ~flag for flag, is_so in flags if is_so is not None]
    if chosen.min_score is not None:
        conditions.append(leads.c.score >= chosen.min_score)
    if chosen.id_prefix:
        end = follow_text(chosen.id_prefix)
        conditions.append(leads.c.id >= chosen.id_prefix)
        conditions += [] if end is None else [leads.c.id < end]
    return conditions
