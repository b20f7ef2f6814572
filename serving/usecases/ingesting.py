"""Ingesting: many requests' facts in one transaction, with the scores, episodes and alerts that follow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from agreement.alerting import Origin
from features.times import DAY, SECOND
from serving.store import accounts as account_store
from serving.store import leads as lead_store
from serving.store.accounts import lock_accounts, save_accounts
from serving.store.alerts import list_due_alerts_named
from serving.store.batches import open_batch
from serving.store.events import claim_waiting
from serving.store.journal import record_decisions
from serving.store.leads import LeadRecord, lock_leads, save_leads
from serving.store.rejections import insert_rejections
from serving.usecases.alerting import raise_alerts
from serving.usecases.applying import Desk, apply_item
from serving.usecases.filing import file_facts
from serving.usecases.handing_over import hand_over
from serving.usecases.histories import Histories, Reading
from serving.usecases.looking import Look
from serving.usecases.looking_back import look_at_records
from serving.usecases.promising import follow_promises
from serving.usecases.recognising import drop_forgotten
from serving.usecases.standing import Standing
from serving.usecases.telling import tell_alerts
from serving.usecases.told import (
    Answer,
    Command,
    Snooze,
    ToldAccount,
    ToldContact,
    ToldEvent,
    ToldLead,
    ToldNote,
    ToldStage,
)
from serving.usecases.turning import settle

# Colleagues are looked at within seconds of a move.
_LIVE_FOR = 60 * SECOND
# What waits for its lead where that has not come yet.
_WAIT = (ToldEvent, ToldStage, ToldContact, ToldNote)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What became of commands: for each the answers to its items, and the leads they speak of as they are now."""

    answers: Sequence[Sequence[Answer]]
    leads: Mapping[str, LeadRecord]
    n_events: int
    n_scored: int
    n_told: int
    reading: Reading | None = None


def ingest(
    connection: Connection, commands: Sequence[Command], standing: Standing, histories: Histories | None
) -> Ingested:
    """Do what commands say, in their order; nothing is kept unless the caller commits.

    Parameters
    ----------
    histories
        What is remembered of events for the scorer in force; None without one.
    """
    commands = drop_forgotten(connection, commands, standing.now)
    desk = _open_desk(connection, commands, standing)
    answers = [[apply_item(desk, item) for item in command.items] for command in commands]
    reading = desk.reading = None if histories is None else Reading.of(histories)
    n_events = file_facts(desk, answers, commands, reading)
    turned = _score(desk, reading)
    if reading is not None:
        hand_over(desk, desk.whys)
    n_told = finish(desk, turned)
    return Ingested(
        answers=answers,
        leads=desk.leads,
        n_events=n_events,
        n_scored=len(desk.whys),
        n_told=n_told,
        reading=reading,
    )


def score_records(
    connection: Connection, records: Sequence[LeadRecord], standing: Standing, reading: Reading
) -> tuple[Look, list[int]]:
    """Look at locked leads; return the look and its moments."""
    as_of = [choose_as_of(record, standing.now) for record in records]
    return look_at_records(connection, records, as_of, standing, reading), as_of


def choose_as_of(record: LeadRecord, now: int) -> int:
    """Return the moment to look at a lead: now, but never before its last look, should a clock go back."""
    if record.scored_at is None or record.scored_at > now + DAY:
        return now
    return max(now, record.scored_at)


def finish(desk: Desk, turned: Iterable[Any]) -> int:
    """Follow timers, raise alerts, save every row and tell what is due; return how many alerts that were."""
    follow_promises(desk)
    due = raise_alerts(desk.connection, list(turned), desk.standing)
    lead_store.insert_versions(desk.connection, desk.lead_versions)
    account_store.insert_versions(desk.connection, desk.account_versions)
    save_leads(desk.connection, [desk.leads[lead_id] for lead_id in sorted(desk.changed)])
    save_accounts(desk.connection, _move(desk))
    record_decisions(desk.connection, desk.decisions)
    insert_rejections(desk.connection, desk.rejections)
    if not due:
        return 0
    return tell_alerts(desk.connection, list_due_alerts_named(desk.connection, due), desk.standing)


def _open_desk(connection: Connection, commands: Sequence[Command], standing: Standing) -> Desk:
    """Lock what the commands speak of: leads before accounts, and each in the order of ids."""
    items = [item for command in commands for item in command.items]
    told_leads = [item for item in items if isinstance(item, ToldLead)]
    told_ids = {item.id for item in told_leads}
    facts = {item.lead_id for item in items if isinstance(item, _WAIT)}
    snoozed = {item.lead_id for item in items if isinstance(item, Snooze)}
    leads, claimed = _lock_leads(connection, facts, told_ids, standing.now)
    leads |= lock_leads(connection, snoozed - leads.keys()) if snoozed else {}
    account_ids = {item.id for item in items if isinstance(item, ToldAccount)}
    account_ids |= {lead.account_id for lead in leads.values() if lead.account_id is not None}
    account_ids |= {item.account_id for item in told_leads if item.account_id is not None}
    accounts = lock_accounts(connection, account_ids)
    # The number is taken last, so that whoever waited for one of these rows has a higher one.
    seq = open_batch(connection, standing.now)
    return Desk(
        connection=connection,
        standing=standing,
        seq=seq,
        leads=leads,
        accounts=accounts,
        claimed=claimed,
    )


def _lock_leads(
    connection: Connection, spoken_of: set[str], told_ids: set[str], now: int
) -> tuple[dict[str, LeadRecord], set[str]]:
    """Lock leads, those that are told for the first time and those of whom nobody has told by their names alone."""
    leads = lock_leads(connection, spoken_of | told_ids, create=told_ids)
    unknown = spoken_of - leads.keys()
    claimed = unknown | {lead_id for lead_id in told_ids if not leads[lead_id].is_told}
    if claimed:
        claim_waiting(connection, claimed, now)
    if unknown:
        # Somebody may have told of them while we waited for their names.
        leads |= lock_leads(connection, unknown)
    return leads, claimed


def _score(desk: Desk, reading: Reading | None) -> list[Any]:
    """Score what asks for a look; without a scorer, have it looked at as soon as there is one."""
    records = [desk.leads[lead_id] for lead_id in sorted(desk.whys)]
    if not records:
        return []
    if reading is None:
        for record in records:
            record.look_at = desk.standing.now if record.is_open else None
        return []
    looked, as_of = score_records(desk.connection, _with_versions(desk, records), desk.standing, reading)
    turns = settle(desk.connection, records, looked, desk.whys, as_of, desk.seq, desk.standing)
    for record in records:
        if not record.is_open:
            record.look_at = None
    return turns


def _with_versions(desk: Desk, records: Sequence[LeadRecord]) -> Sequence[LeadRecord]:
    """Write memberships and account attributes first: a look reads them from the store."""
    if desk.lead_versions or desk.account_versions:
        save_leads(desk.connection, [desk.leads[row["lead_id"]] for row in desk.lead_versions])
        save_accounts(desk.connection, [desk.accounts[row["account_id"]] for row in desk.account_versions])
    return records


def _move(desk: Desk) -> list[Any]:
    moved = [desk.accounts[account_id] for account_id in sorted(desk.moved_accounts)]
    for account in moved:
        batch = _find_batch(desk, account.id)
        # What is live prevails until the colleagues have been looked at.
        was_live = account.moved_batch is None and account.moved_at > desk.standing.now - _LIVE_FOR
        account.moved_at, account.moved_batch = desk.standing.now, None if was_live else batch
    return moved


def _find_batch(desk: Desk, account_id: str) -> str | None:
    """Find the import that moved an account, None where anything about it was live."""
    whys = [why for lead_id, why in desk.whys.items() if desk.leads[lead_id].account_id == account_id]
    is_import = whys and all(why.origin == Origin.IMPORT for why in whys)
    return whys[0].batch if is_import else None
