"""Recalling: what was known of leads when a batch was committed, laid out as a look takes it.

Every entry of the ledger gets a world of its own: its lead, its account and its colleagues under names that no
other entry uses. So one look scores hundreds of entries, each from its own facts.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row

from features.feature_set import FeatureSet
from features.tables import EventLog, LeadTable, SnapshotTable
from models.scorer import LeadScorer
from serving.store.past import (
    find_last_erasure,
    list_ever_members,
    read_account_versions,
    read_events_until,
    read_lead_versions,
)
from serving.usecases.histories import Happening, Histories, History
from serving.usecases.looking import Look, Seen, lay_out, look

Versions = Mapping[str, Sequence[Row[Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Events of one lead in the order of time, and the batch each came in, shape (n,)."""

    happenings: Sequence[Happening]
    seq: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """All that was told of some leads, their accounts and everybody who ever was of these accounts."""

    leads: Versions
    accounts: Versions
    events: Mapping[str, Told]
    members: Mapping[str, Sequence[str]]
    erased_at: int | None


@dataclass(slots=True)
class _Worlds:
    """What a look takes, world by world."""

    seen: list[Seen] = field(default_factory=list)
    members: dict[str, list[str]] = field(default_factory=dict)
    histories: dict[str, History] = field(default_factory=dict)


def read_past(connection: Connection, entries: Sequence[Row[Any]]) -> Past:
    """Read what entries may have been computed from; there is at least one."""
    by_seq = max(entry.seq for entry in entries)
    own = _group(read_lead_versions(connection, {entry.lead_id for entry in entries}, by_seq=by_seq), "lead_id")
    account_ids = {version.account_id for versions in own.values() for version in versions} - {None}
    colleagues = list_ever_members(connection, account_ids) - own.keys()
    leads = {**own, **_group(read_lead_versions(connection, colleagues, by_seq=by_seq), "lead_id")}
    accounts = _group(read_account_versions(connection, account_ids, by_seq=by_seq), "account_id")
    events = _read_told(connection, leads, by_seq)
    return Past(
        leads=leads,
        accounts=accounts,
        events=events,
        members=_list_members(leads),
        erased_at=find_last_erasure(connection),
    )


def can_recall(past: Past, entry: Row[Any]) -> bool:
    """Tell whether the lead's facts are still there; those of a lead that was forgotten are not."""
    return _find_version(past.leads, entry.lead_id, entry.seq) is not None


def may_lack_colleague(past: Past, entry: Row[Any]) -> bool:
    """Tell whether somebody was forgotten since, so that events of a colleague may be missing."""
    version = _find_version(past.leads, entry.lead_id, entry.seq)
    has_account = version is not None and version.account_id is not None
    return has_account and past.erased_at is not None and past.erased_at >= entry.at


def look_back(past: Past, entries: Sequence[Row[Any]], scorer: LeadScorer) -> Look:
    """Look once more at what entries looked at, with what was known then; all of them can be recalled."""
    worlds = _build_worlds(past, entries, scorer.feature_set)
    return look(worlds.seen, worlds.members, worlds.histories, scorer)


def lay_out_past(
    past: Past, entries: Sequence[Row[Any]], feature_set: FeatureSet
) -> tuple[LeadTable, EventLog, SnapshotTable]:
    """Lay out what `look_back` looks at as the engine's tables; all entries can be recalled."""
    worlds = _build_worlds(past, entries, feature_set)
    return lay_out(worlds.seen, worlds.members, worlds.histories, feature_set)


def _build_worlds(past: Past, entries: Sequence[Row[Any]], feature_set: FeatureSet) -> _Worlds:
    histories = Histories(feature_set, most_events=0)
    built: dict[str, History] = {}
    worlds = _Worlds()
    for number, entry in enumerate(entries):
        _add_world(worlds, f"{number}/", past, entry, histories, built)
    return worlds


def _add_world(
    worlds: _Worlds,
    prefix: str,
    past: Past,
    entry: Row[Any],
    histories: Histories,
    built: dict[str, History],
) -> None:
    version = _find_version(past.leads, entry.lead_id, entry.seq)
    assert version is not None
    account_id = version.account_id
    colleagues = _find_colleagues(past, account_id, entry.seq)
    account = None if account_id is None else _find_version(past.accounts, account_id, entry.seq)
    worlds.seen.append(
        Seen(
            lead_id=prefix + entry.lead_id,
            account_id=None if account_id is None else prefix + account_id,
            created_at=version.created_at,
            as_of=entry.as_of,
            attributes=version.attributes,
            # An account that a lead named before anybody told of it has none.
            account_attributes=None if account is None else account.attributes,
        )
    )
    if account_id is not None:
        worlds.members[prefix + account_id] = [prefix + lead_id for lead_id in colleagues]
    for lead_id in {entry.lead_id, *colleagues}:
        if lead_id not in built:
            built[lead_id] = histories.build(past.events[lead_id].happenings)
        worlds.histories[prefix + lead_id] = _cut(built[lead_id], past.events[lead_id].seq <= entry.seq)


def _find_colleagues(past: Past, account_id: str | None, seq: int) -> list[str]:
    """Find who was of an account by a batch, in the order of ids."""
    if account_id is None:
        return []
    latest = ((lead_id, _find_version(past.leads, lead_id, seq)) for lead_id in past.members[account_id])
    return [lead_id for lead_id, version in latest if version is not None and version.account_id == account_id]


def _find_version(versions: Versions, its_id: str, seq: int) -> Row[Any] | None:
    """Find the latest version that was known by a batch."""
    known = [version for version in versions.get(its_id, ()) if version.seq <= seq]
    return known[-1] if known else None


def _cut(history: History, known: NDArray[np.bool_]) -> History:
    if known.all():
        return history
    return History(
        type=history.type[known],
        occurred_at=history.occurred_at[known],
        tie=history.tie[known],
        amounts=history.amounts[:, known],
    )


def _read_told(connection: Connection, lead_ids: Collection[str], by_seq: int) -> dict[str, Told]:
    rows: dict[str, list[Row[Any]]] = {lead_id: [] for lead_id in lead_ids}
    for row in read_events_until(connection, lead_ids, by_seq=by_seq):
        rows[row.lead_id].append(row)
    return {lead_id: _order_told(told) for lead_id, told in rows.items()}


def _order_told(rows: list[Row[Any]]) -> Told:
    """Order events as a history does, so that their batches stand in the same places."""
    rows.sort(key=lambda row: (row.occurred_at, bytes(row.key)))
    return Told(
        happenings=[(bytes(row.key), row.type, row.occurred_at, row.properties) for row in rows],
        seq=np.array([row.seq for row in rows], np.int64),
    )


def _list_members(leads: Versions) -> dict[str, list[str]]:
    members: dict[str, list[str]] = {}
    for lead_id in sorted(leads):
        for account_id in {version.account_id for version in leads[lead_id]} - {None}:
            members.setdefault(account_id, []).append(lead_id)
    return members


def _group(rows: Sequence[Row[Any]], name: str) -> dict[str, list[Row[Any]]]:
    grouped: dict[str, list[Row[Any]]] = {}
    for row in rows:
        grouped.setdefault(row._mapping[name], []).append(row)
    return grouped
