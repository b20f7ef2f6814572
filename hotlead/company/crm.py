"""What the demo company's CRM tells a running service: all that is in its books, as requests."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any
from urllib.parse import quote

import pandas as pd

from hotlead.company.books import Books
from hotlead.company.countries import list_spellings
from hotlead.company.outcomes import WON
from hotlead.company.team import MANAGER, REPS, Rep
from hotlead.conversation import Push

_AT_ANY_HOUR = "always"
# What sales did; all other steps are told as stages, as a CRM does that knows nothing of hand-overs.
_ACTS = ("accepted", "rejected")
_FACTS_OF_LEADS = ("first_name", "last_name", "email", "role", "product_interest", "source")
_PROPERTIES = ("duration_seconds", "pages", "questions", "title")
_EVENTS_AT_ONCE = 1_000
_FACTS_AT_ONCE = 500


def tell_people_on_call(capacity_per_week: float) -> list[Push]:
    """Tell that the manager and the reps are on call day and night, and for which countries."""
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


def tell_stages(stages: pd.DataFrame, batch: str) -> list[Push]:
    """Tell of the changes of stage, and of what sales made of hand-overs, many a request, as part of an import."""
    bodies = [_write_step(row, number) for number, row in enumerate(stages.to_dict("records"), start=1)]
    return _push_in_parts(f"/v1/stages?import={quote(batch)}", bodies)


def tell_contacts(contacts: pd.DataFrame) -> list[Push]:
    """Tell of the attempts to reach leads, many a request."""
    rows = contacts.assign(id=[f"C{number:06d}" for number in range(1, len(contacts) + 1)]).to_dict("records")
    bodies = [{**_keep_known(row), "occurred_at": _write_moment(row["occurred_at"])} for row in rows]
    return _push_in_parts("/v1/contacts", bodies)


def tell_spending(spending: pd.DataFrame) -> list[Push]:
    """Tell what each channel cost in each month, one a request."""
    return [
        Push(
            method="PUT",
            path=f"/v1/spending/{_name(row['channel'])}/{row['month']}",
            body={"euros": row["euros"]},
        )
        for row in spending.to_dict("records")
    ]


def tell_events(books: Books, batch: str) -> list[Push]:
    """Tell of the events, many a request, as part of an import; those of one account stand together.

    A lead is then looked at when all that its colleagues did is there, and not once for each of them.
    """
    groups = books.leads["account_id"].fillna(books.leads["lead_id"])
    group_of = dict(zip(books.leads["lead_id"], groups, strict=True))
    rows = books.events.sort_values("event_id").to_dict("records")
    rows.sort(key=lambda row: group_of[row["lead_id"]])
    path = f"/v1/events?import={quote(batch)}"
    return [Push(method="POST", path=path, body=body) for body in _pack(rows, group_of)]


def _tell_person(rep: Rep, manager_id: str | None, capacity: float | None = None) -> Push:
    told = {
        "name": rep.name,
        "zone": rep.zone,
        "working_hours": _AT_ANY_HOUR,
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
        # The model knows it by the name of its column, routes by the name that all companies share.
        **_keep_known({"product": row["product_interest"]}),
        "created_at": _write_moment(row["created_at"]),
        **_tell_end(row),
    }
    return Push(method="PUT", path=f"/v1/leads/{_name(row['lead_id'])}?import={quote(batch)}", body=told)


def _tell_end(row: Mapping[Any, Any]) -> dict[str, str]:
    """Tell of a closed lead at once that it is closed: nobody is to hear that it was hot."""
    if pd.isna(row["closed_at"]):
        return {}
    return {"stage": "customer" if row["status"] in WON else "lost", "updated_at": _write_moment(row["closed_at"])}


def _write_step(row: Mapping[Any, Any], number: int) -> dict[str, Any]:
    told = _keep_known(row, "until")
    if told.get("act") not in _ACTS:
        told.pop("act", None)
    if not pd.isna(row["until"]):
        told["until"] = _write_moment(row["until"])
    return {**told, "id": f"S{number:06d}", "occurred_at": _write_moment(row["occurred_at"])}


def _push_in_parts(path: str, bodies: list[dict[str, Any]]) -> list[Push]:
    parts = (bodies[first : first + _FACTS_AT_ONCE] for first in range(0, len(bodies), _FACTS_AT_ONCE))
    return [Push(method="POST", path=path, body=part) for part in parts]


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
