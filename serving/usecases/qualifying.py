"""Qualifying: what leads still need to be handed over, by all that is known of them and what they did lately."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from agreement.commitments import BUCKET_NAMES
from agreement.criteria import HandOver, Verdict, check_lead
from agreement.terms import Terms
from features.text import normal_form
from features.times import DAY
from serving.store.accounts import read_accounts
from serving.store.events import find_latest
from serving.store.leads import LeadRecord
from serving.store.scores import list_buckets
from serving.usecases.looking import merge_attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How warm a lead is, and when it last gave each signal of the criteria; empty where it gave none lately."""

    bucket: str | None
    signals: Mapping[str, int]


def find_bucket(record: LeadRecord) -> str | None:
    """Find a lead's bucket: it is hot as long as its episode is open, so that a flicker changes nothing."""
    return "hot" if record.episode_is_open else record.bucket


def reaches(bucket: str | None, least: str) -> bool:
    """Tell whether a bucket is at least another."""
    return bucket is not None and BUCKET_NAMES.index(bucket) >= BUCKET_NAMES.index(least)


def list_behaviours(
    connection: Connection, records: Sequence[LeadRecord], criteria: HandOver, now: int
) -> dict[str, Behaviour]:
    """List how leads behave; events are asked for only where the criteria name signals."""
    ids = [record.id for record in records]
    signals = find_latest(connection, ids, criteria.signals, now - criteria.signal_days * DAY)
    return {
        record.id: Behaviour(bucket=find_bucket(record), signals=signals.get(record.id, {})) for record in records
    }


def judge_leads(
    connection: Connection,
    records: Sequence[LeadRecord],
    behaviours: Mapping[str, Behaviour],
    criteria: HandOver,
) -> dict[str, Verdict]:
    """Judge leads by the criteria."""
    accounts = read_accounts(connection, {r.account_id for r in records if r.account_id is not None})
    verdicts = {}
    for record in records:
        account = accounts.get(record.account_id or "")
        facts = gather_facts(record, None if account is None else account.attributes)
        behaviour = behaviours[record.id]
        verdicts[record.id] = check_lead(
            facts, bucket=behaviour.bucket, signals=behaviour.signals, criteria=criteria
        )
    return verdicts


def judge_lead(connection: Connection, record: LeadRecord, terms: Terms, now: int) -> Verdict | None:
    """Judge one lead as it is now; None where nobody agreed on criteria."""
    if terms.handover is None:
        return None
    behaviours = list_behaviours(connection, [record], terms.handover, now)
    return judge_leads(connection, [record], behaviours, terms.handover)[record.id]


def gather_facts(record: LeadRecord, account: str | None) -> dict[str, str | float]:
    """Gather what is known of a lead and its account: texts in normal form, and numbers."""
    told = merge_attributes(record.attributes, account)
    facts = {name: _clean(value) for name, value in told.items()}
    return {name: value for name, value in facts.items() if value is not None}


def list_renewed(
    connection: Connection,
    since: Mapping[str, int],
    records: Mapping[str, LeadRecord],
    behaviours: Mapping[str, Behaviour],
    least: str,
) -> set[str]:
    """List leads that did something new since a moment of each: a signal, a new episode, or back in a bucket.

    Parameters
    ----------
    since
        By lead.
    least
        The bucket that counts, which a lead must have left and reached again.
    """
    renewed = {lead_id for lead_id, at in since.items() if _is_renewed(records[lead_id], behaviours[lead_id], at)}
    if least != "warm":
        return renewed
    others = {lead_id for lead_id in since.keys() - renewed if reaches(behaviours[lead_id].bucket, least)}
    ledgers = list_buckets(connection, others) if others else {}
    return renewed | {lead_id for lead_id in others if _has_left(ledgers.get(lead_id, []), since[lead_id], least)}


def _is_renewed(record: LeadRecord, behaviour: Behaviour, since: int) -> bool:
    is_anew = record.episode_is_open and record.entered_at is not None and record.entered_at > since
    return is_anew or any(at > since for at in behaviour.signals.values())


def _has_left(ledger: Collection[tuple[int, str]], since: int, least: str) -> bool:
    """Tell whether a lead was below a bucket at a moment, or at any time after it."""
    before = [bucket for as_of, bucket in ledger if as_of <= since][-1:]
    after = [bucket for as_of, bucket in ledger if as_of > since]
    return any(not reaches(bucket, least) for bucket in (*before, *after))


def _clean(value: Any) -> str | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    return normal_form(value) or None if isinstance(value, str) else None
