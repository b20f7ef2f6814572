"""What the demo company's CRM tells a running service: its people, and lively leads with all that they did."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import quote

import pandas as pd

from hotlead.company.countries import list_spellings
from hotlead.company.history import CompanyHistory
from hotlead.company.live import LiveDays
from hotlead.company.team import MANAGER, REPS, Rep
from hotlead.conversation import Push

_FACTS_OF_LEADS = ("first_name", "last_name", "email", "role", "product_interest", "source")
_PROPERTIES = ("duration_seconds", "pages", "questions")
_EVENTS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Lively:
    """The open leads that did something lately, all that they ever did, and their accounts, as tables of a CRM."""

    accounts: pd.DataFrame
    leads: pd.DataFrame
    events: pd.DataFrame


def choose_lively(history: CompanyHistory, live: LiveDays, *, now: datetime, days: int) -> Lively:
    """Choose the leads that are open at `now` and did something in the `days` before."""
    leads = pd.concat([history.leads, live.leads], ignore_index=True)
    events = pd.concat([history.events, live.events], ignore_index=True)
    accounts = pd.concat([history.accounts, live.accounts], ignore_index=True)
    closed = {*history.leads.loc[history.leads["closed_at"].notna(), "lead_id"], *live.closings["lead_id"]}
    events = events[events["recorded_at"] <= pd.Timestamp(now)]
    recent = set(events.loc[events["occurred_at"] >= pd.Timestamp(now - timedelta(days=days)), "lead_id"])
    chosen = leads[leads["lead_id"].isin(recent - closed)]
    return Lively(
        accounts=accounts[accounts["account_id"].isin(chosen["account_id"].dropna())],
        leads=chosen,
        events=events[events["lead_id"].isin(chosen["lead_id"])],
    )


def tell_people(capacity_per_week: float) -> list[Push]:
    """Tell of the manager and of the reps: who they are, where, and for which countries."""
    return [_tell_person(MANAGER, None), *(_tell_person(rep, MANAGER.email, capacity_per_week) for rep in REPS)]


def tell_accounts(accounts: pd.DataFrame) -> list[Push]:
    """Tell of the accounts, one a request."""
    return [
        Push(method="PUT", path=f"/v1/accounts/{_name(row['account_id'])}", body=_keep_known(row, "account_id"))
        for row in accounts.to_dict("records")
    ]


def tell_leads(leads: pd.DataFrame, batch: str) -> list[Push]:
    """Tell of the leads, one a request, as part of an import."""
    return [_tell_lead(row, batch) for row in leads.to_dict("records")]


def tell_events(lively: Lively, batch: str) -> list[Push]:
    """Tell of the events, many a request, as part of an import; those of one account stand together.

    A lead is then looked at when all that its colleagues did is there, and not once for each of them.
    """
    groups = lively.leads["account_id"].fillna(lively.leads["lead_id"])
    group_of = dict(zip(lively.leads["lead_id"], groups, strict=True))
    rows = lively.events.sort_values("event_id").to_dict("records")
    rows.sort(key=lambda row: group_of[row["lead_id"]])
    path = f"/v1/events?import={quote(batch)}"
    return [Push(method="POST", path=path, body=body) for body in _pack(rows, group_of)]


def _tell_person(rep: Rep, manager_id: str | None, capacity: float | None = None) -> Push:
    told = {
        "name": rep.name,
        "zone": rep.zone,
        "places": list_spellings(rep.countries),
        "manager_id": manager_id,
        "capacity_per_week": capacity,
        "takes_leads": manager_id is not None,
    }
    return Push(method="PUT", path=f"/v1/owners/{_name(rep.email)}", body=told)


def _tell_lead(row: Mapping[Any, Any], batch: str) -> Push:
    told = {
        **_keep_known({name: row[name] for name in _FACTS_OF_LEADS}),
        **_keep_known({"account_id": row["account_id"], "owner_id": row["owner"]}),
        "created_at": _write_moment(row["created_at"]),
    }
    return Push(method="PUT", path=f"/v1/leads/{_name(row['lead_id'])}?import={quote(batch)}", body=told)


def _write_event(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "id": row["event_id"],
        "lead_id": row["lead_id"],
        "type": row["type"],
        "occurred_at": _write_moment(row["occurred_at"]),
        "properties": _keep_known({name: row[name] for name in _PROPERTIES}),
    }


def _pack(rows: list[dict[Any, Any]], group_of: Mapping[str, str]) -> Iterator[list[dict[str, Any]]]:
    """Pack events into requests; a group is cut only where it is larger than a request may be."""
    packed: list[dict[str, Any]] = []
    for _, group in groupby(rows, key=lambda row: group_of[row["lead_id"]]):
        bodies = [_write_event(row) for row in group]
        if packed and len(packed) + len(bodies) > _EVENTS_AT_ONCE:
            yield packed
            packed = []
        packed = packed + bodies
        while len(packed) > _EVENTS_AT_ONCE:
            yield packed[:_EVENTS_AT_ONCE]
            packed = packed[_EVENTS_AT_ONCE:]
    if packed:
        yield packed


def _keep_known(row: Mapping[Any, Any], *without: str) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if name not in without and not pd.isna(value)}


def _write_moment(moment: Any) -> str:
    return str(pd.Timestamp(moment).isoformat())


def _name(text: str) -> str:
    return quote(text, safe="")
