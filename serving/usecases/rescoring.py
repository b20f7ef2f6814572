"""Rescoring: looking at leads that nobody speaks of: in silence, after a promotion, and when colleagues move."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select, update

from agreement.alerting import Origin
from serving.store.accounts import AccountRecord, lock_accounts
from serving.store.agenda import IS_SCORABLE, find_stale, has_moved, list_stale_ranges
from serving.store.alerts import hasten_digests
from serving.store.batches import open_batch
from serving.store.leads import LeadRecord, lock_chosen_leads
from serving.store.tables import bases, leads
from serving.usecases.applying import Desk
from serving.usecases.handing_over import hand_over
from serving.usecases.histories import Histories, Reading
from serving.usecases.ingesting import finish, score_records
from serving.usecases.standing import Standing
from serving.usecases.turning import Why, settle

# A sweep is nobody's hurry: its transactions are short, since whoever tells something live waits for their end.
MOST_AT_ONCE = 100
_SILENCE = Why(origin=Origin.SILENCE, is_quiet=True)


def rescore_due(
    connection: Connection, standing: Standing, histories: Histories, *, most: int = MOST_AT_ONCE
) -> int:
    """Look at leads whose windows have moved; return how many there were."""
    due = select(leads).where(IS_SCORABLE, leads.c.look_at <= standing.now).order_by(leads.c.look_at)
    return _look_at(connection, due.limit(most), lambda *_: _SILENCE, standing, histories)


def rescore_colleagues(
    connection: Connection, standing: Standing, histories: Histories, *, since: int, most: int = MOST_AT_ONCE
) -> int:
    """Look at the leads of accounts that moved since a moment and that were last looked at before.

    Whom a colleague's import turns hot is told of in the import's digest.
    """
    moved = select(leads).where(has_moved(since, standing.now)).order_by(leads.c.id)
    return _look_at(connection, moved.limit(most), _explain_move, standing, histories)


def rescore_after_promotion(
    connection: Connection, standing: Standing, histories: Histories, *, most: int = MOST_AT_ONCE
) -> int:
    """Look at leads whose score is of another model or other terms; return how many there were.

    When none is left, the digests that gathered what this turned hot may go.
    """
    batch = name_promotion(standing)
    promoted = Why(origin=Origin.PROMOTION, batch=batch)
    # Once all were looked at, who has no score yet came while a restarted service was loading the same model.
    unscored = _SILENCE if _is_swept(connection, standing) else promoted
    n_leads = 0
    for stale in list_stale_ranges(standing.basis_id):
        some = select(leads).where(stale).order_by(leads.c.basis_id, leads.c.id).limit(most)
        n_leads = n_leads or _look_at(
            connection, some, lambda lead, _: unscored if lead.basis_id is None else promoted, standing, histories
        )
    # Leads that somebody else holds were passed over, and are still to come.
    if not n_leads and not connection.execute(select(find_stale(standing.basis_id))).scalar():
        hasten_digests(connection, f"{Origin.PROMOTION}:{batch}", standing.now)
        is_first = (bases.c.id == standing.basis_id) & bases.c.swept_at.is_(None)
        connection.execute(update(bases).where(is_first).values(swept_at=standing.now))
    return n_leads


def name_promotion(standing: Standing) -> str:
    """Return what a promotion's digests are called by."""
    return f"{standing.basis_id}"


def _explain_move(_: LeadRecord, account: AccountRecord | None) -> Why:
    if account is None or account.moved_batch is None:
        return _SILENCE
    return Why(origin=Origin.IMPORT, batch=account.moved_batch, is_quiet=True)


def _is_swept(connection: Connection, standing: Standing) -> bool:
    found = select(bases.c.swept_at).where(bases.c.id == standing.basis_id)
    return connection.execute(found).scalar() is not None


def _look_at(
    connection: Connection,
    chosen: Select[Any],
    explain: Callable[[LeadRecord, AccountRecord | None], Why],
    standing: Standing,
    histories: Histories,
) -> int:
    records = lock_chosen_leads(connection, chosen)
    if not records:
        return 0
    desk = open_desk(connection, records, standing)
    reading = Reading.of(histories)
    looked, as_of = score_records(connection, records, standing, reading)
    whys = {record.id: explain(record, desk.accounts.get(record.account_id or "")) for record in records}
    turns = settle(connection, records, looked, whys, as_of, desk.seq, standing)
    desk.changed.update(whys)
    hand_over(desk, whys)
    finish(desk, turns)
    return len(records)


def open_desk(connection: Connection, records: Sequence[LeadRecord], standing: Standing) -> Desk:
    """Open a desk for leads that are locked already."""
    account_ids = {record.account_id for record in records if record.account_id is not None}
    accounts = lock_accounts(connection, account_ids)
    return Desk(
        connection=connection,
        standing=standing,
        seq=open_batch(connection, standing.now),
        leads={record.id: record for record in records},
        accounts=accounts,
    )
