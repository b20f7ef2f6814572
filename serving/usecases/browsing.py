"""Browsing: leads, their scores and their events as plain data, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from features.times import to_datetime
from serving.store.accounts import read_accounts
from serving.store.leads import read_leads
from serving.store.listing import LeadFilter, find_keys, list_leads, read_listed
from serving.store.pages import Keys
from serving.store.timelines import list_entries, list_events
from serving.usecases.looking import merge_attributes
from serving.usecases.telling import find_company, find_name
from serving.usecases.turning import decode_reasons


class UnknownLead(LookupError):
    """Nobody has told us of a lead with this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some items of a list, and the keys that the next page is found by, None behind the last."""

    items: Sequence[Mapping[str, Any]]
    last: Keys | None


def browse_leads(
    connection: Connection, chosen: LeadFilter, *, by: str, is_rising: bool, most: int, after: Keys | None
) -> Page:
    """Return a page of leads, each with its latest score."""
    rows = list_leads(connection, chosen, by=by, is_rising=is_rising, most=most + 1, after=after)
    shown = rows[:most]
    return Page(
        items=_describe_leads(connection, shown), last=find_keys(shown[-1], by) if len(rows) > most else None
    )


def browse_named(connection: Connection, lead_ids: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    """Return leads by their ids, in this order, each with its latest score; those that are gone are left out."""
    rows = read_listed(connection, lead_ids)
    return _describe_leads(connection, [rows[lead_id] for lead_id in lead_ids if lead_id in rows])


def browse_scores(connection: Connection, lead_id: str, *, most: int, before: int | None) -> Page:
    """Return a page of a lead's ledger, the latest entry first.

    Raises
    ------
    UnknownLead
        If there is no such lead.
    """
    check_lead(connection, lead_id)
    rows = list_entries(connection, lead_id, most=most + 1, before=before)
    items = [describe_entry(row) for row in rows[:most]]
    return Page(items=items, last=(rows[most - 1].number,) if len(rows) > most else None)


def browse_events(connection: Connection, lead_id: str, *, most: int, before: Keys | None) -> Page:
    """Return a page of a lead's events, the latest first.

    Raises
    ------
    UnknownLead
        If there is no such lead.
    """
    check_lead(connection, lead_id)
    rows = list_events(connection, lead_id, most=most + 1, before=before)
    items = [_describe_event(row) for row in rows[:most]]
    last = (rows[most - 1].occurred_at, bytes(rows[most - 1].key)) if len(rows) > most else None
    return Page(items=items, last=last)


def check_lead(connection: Connection, lead_id: str) -> None:
    """Check that somebody has told us of a lead.

    Raises
    ------
    UnknownLead
        If nobody has.
    """
    record = read_leads(connection, {lead_id}).get(lead_id)
    if record is None or not record.is_told:
        raise UnknownLead("there is no lead of this id: tell of it with PUT /v1/leads/{id}")


def describe_entry(row: Row[Any]) -> dict[str, Any]:
    """Describe a ledger entry, joined with its basis; where the model vouches for no probability, its reason."""
    return {
        "number": row.number,
        "as_of": to_datetime(row.as_of),
        "origin": row.origin,
        "score": row.score,
        "bucket": row.bucket,
        **describe_probability(row.probability, row.withheld),
        "low_confidence": row.low_confidence,
        "reasons": [
            {
                "family": reason.family,
                "text": reason.sentence,
                "effect": reason.effect,
                "direction": reason.direction,
            }
            for reason in decode_reasons(row.reasons)
        ],
        "thresholds": None if row.withheld is not None else {"warm": row.warm, "hot": row.hot},
        "model_version": row.model_version,
        "terms_version": row.terms_version,
    }


def describe_probability(probability: float | None, withheld: str | None) -> dict[str, Any]:
    """Describe a probability, or say why there is none."""
    if withheld is None:
        return {"probability": probability}
    return {"probability": None, "withheld": withheld}


def tell_moment(at: int | None) -> datetime | None:
    """Return a moment as answers tell it, None where there is none."""
    return None if at is None else to_datetime(at)


def _describe_leads(connection: Connection, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    accounts = read_accounts(connection, {row.account_id for row in rows if row.account_id is not None})
    companies = {account_id: account.attributes for account_id, account in accounts.items()}
    return [_describe_lead(row, companies.get(row.account_id or "")) for row in rows]


def _describe_lead(row: Row[Any], account: str | None) -> dict[str, Any]:
    told = merge_attributes(row.attributes, account)
    return {
        "id": row.id,
        "name": find_name(told),
        "company": find_company(told),
        "account_id": row.account_id,
        "owner_id": row.owner_id,
        "stage": row.stage,
        "is_open": row.is_open,
        "score": row.score,
        "bucket": row.bucket,
        **describe_probability(row.probability, row.withheld),
        "scored_at": tell_moment(row.scored_at),
        "model_version": row.model_version,
        "is_hot": row.episode_is_open,
        "hot_since": tell_moment(row.entered_at) if row.episode_is_open else None,
        "snoozed_until": tell_moment(row.snoozed_until),
    }


def _describe_event(row: Row[Any]) -> dict[str, Any]:
    return {
        "type": row.type,
        "occurred_at": to_datetime(row.occurred_at),
        "recorded_at": to_datetime(row.recorded_at),
        "properties": None if row.properties is None else msgspec.Raw(row.properties.encode()),
    }
