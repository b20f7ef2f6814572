"""Leads: what is true of each now, and every version of what was told of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from agreement.episodes import EpisodeState
from serving.store.tables import lead_versions, leads

NOBODY_TOLD = -1
"""The version of a lead that exists so far only because its row had to be locked."""


@dataclass(slots=True, kw_only=True)
class LeadRecord:
    """A lead's row, changed in place while it is locked and saved once at the end of its transaction."""

    id: str
    version: int = NOBODY_TOLD
    account_id: str | None = None
    attributes: str = "{}"
    created_at: int | None = None
    told_at: int = 0
    received_at: int = 0
    facts_seq: int = 0
    owner_id: str | None = None
    stage: str = "lead"
    stage_at: int = 0
    is_open: bool = True
    score_number: int = 0
    basis_id: int | None = None
    scored_at: int | None = None
    probability: float | None = None
    score: int | None = None
    bucket: str | None = None
    look_at: int | None = None
    episode: int = 0
    episode_is_open: bool = False
    entered_at: int | None = None
    below_since: int | None = None
    left_at: int | None = None
    snoozed_until: int | None = None
    hand_over_at: int | None = None
    wake_at: int | None = None

    @property
    def is_told(self) -> bool:
        """Tell whether anybody has told us of this lead, so that it can be scored."""
        return self.version != NOBODY_TOLD

    @property
    def state(self) -> EpisodeState:
        """Return the state of the lead's hot episode."""
        return EpisodeState(
            number=self.episode,
            is_open=self.episode_is_open,
            entered_at=self.entered_at,
            below_since=self.below_since,
            left_at=self.left_at,
        )

    @state.setter
    def state(self, state: EpisodeState) -> None:
        self.episode, self.episode_is_open = state.number, state.is_open
        self.entered_at, self.below_since, self.left_at = state.entered_at, state.below_since, state.left_at


_COLUMNS = list(leads.c)
_CHANGEABLE = [column.name for column in leads.c if column.name != "id"]
_SAVE = (
    leads.update()
    .where(leads.c.id == bindparam("its_id"))
    .values({column.name: bindparam(column.name) for column in _COLUMNS if column.name != "id"})
)


def lock_leads(
    connection: Connection, ids: Collection[str], *, create: Collection[str] = ()
) -> dict[str, LeadRecord]:
    """Lock leads in the order of their ids and return those that exist, by id.

    Parameters
    ----------
    create
        Ids of leads that are about to be told: rows are made for them where there are none, so that two
        processes told of one new lead at once take turns.
    """
    if create:
        rows = [{"id": lead_id, **_changeable(LeadRecord(id=lead_id))} for lead_id in sorted(create)]
        connection.execute(insert(leads).on_conflict_do_nothing(), rows)
    found = select(leads).where(leads.c.id.in_(sorted(ids))).order_by(leads.c.id).with_for_update()
    return _read(connection, found)


def lock_chosen_leads(connection: Connection, chosen: Select[Any]) -> list[LeadRecord]:
    """Lock the leads that a query chooses, past those that somebody else holds, and return them by id."""
    records = _read(connection, chosen.with_for_update(skip_locked=True, of=leads))
    return [records[lead_id] for lead_id in sorted(records)]


def read_leads(connection: Connection, ids: Collection[str]) -> dict[str, LeadRecord]:
    """Read leads without locking them, by id."""
    return _read(connection, select(leads).where(leads.c.id.in_(sorted(ids))))


def save_leads(connection: Connection, records: Iterable[LeadRecord]) -> None:
    """Save changed records."""
    rows = [{"its_id": record.id, **_changeable(record)} for record in records]
    if rows:
        connection.execute(_SAVE, rows)


def list_members(connection: Connection, account_ids: Collection[str]) -> dict[str, list[tuple[str, int]]]:
    """List the leads of accounts: for each account the ids, in order, with the batch of each one's last event."""
    members: dict[str, list[tuple[str, int]]] = {account_id: [] for account_id in account_ids}
    if members:
        found = select(leads.c.account_id, leads.c.id, leads.c.facts_seq).where(
            leads.c.account_id.in_(sorted(account_ids)), leads.c.version != NOBODY_TOLD
        )
        for account_id, lead_id, seq in connection.execute(found.order_by(leads.c.id)):
            members[account_id].append((lead_id, seq))
    return members


def insert_versions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert what was told of leads."""
    if rows:
        connection.execute(lead_versions.insert(), list(rows))


def _read(connection: Connection, query: Any) -> dict[str, LeadRecord]:
    names = [column.name for column in _COLUMNS]
    return {row[0]: LeadRecord(**dict(zip(names, row, strict=True))) for row in connection.execute(query)}


def _changeable(record: LeadRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in _CHANGEABLE}
