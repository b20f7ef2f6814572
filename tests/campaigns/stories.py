"""Stories: what callers tell of one lead, request by request; those of keen leads end with a lead that is hot."""

import json
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.campaigns.memory import Fact

_KEEN_DOWNLOADS = 12
_KEEN = {"mark_0": "red", "employees": 9_000, "industry": "Software", "country": "DE", "role": "CEO"}
_IDLE = {"mark_0": "grey", "employees": 3, "industry": "Retail", "country": "FR", "role": "Intern"}
_COLLEAGUES = 3


def invent_story(random: Random, lead_id: str, account_id: str | None, now: datetime) -> list[Fact]:
    """Invent the requests that tell of one lead: itself, its events, perhaps a later version of it."""
    is_keen = random.random() < 0.6
    events = [_invent_event(lead_id, f"{lead_id}-{n}", n, is_keen, now) for n in range(_KEEN_DOWNLOADS)]
    versions = [_tell_lead(random, lead_id, account_id, f"{lead_id}-v{n}", is_keen) for n in (1, 2)]
    told = [*_cut(random, lead_id, events), versions[0]]
    # Some leads' events come before anybody tells of the lead.
    told.insert(0 if random.random() < 0.7 else random.randrange(len(told)), told.pop())
    if random.random() < 0.3:
        told.append(versions[1])
    return [*told[:-1], _crown(told[-1])] if is_keen else told


def name_account(prefix: str, number: int, random: Random) -> str | None:
    """Return the account of a caller's lead: shared by some, or none."""
    return f"{prefix}-account-{number // _COLLEAGUES}" if random.random() < 0.5 else None


def _crown(fact: Fact) -> Fact:
    """Mark the last fact of a keen lead: once it is answered, the lead must turn hot."""
    return Fact(**{name: getattr(fact, name) for name in Fact.__slots__} | {"makes_hot": True})


def _invent_event(lead_id: str, token: str, number: int, is_keen: bool, now: datetime) -> dict[str, Any]:
    return {
        "lead_id": lead_id,
        "id": token,
        "type": "download" if is_keen else "email opened",
        "occurred_at": (now - timedelta(minutes=number + 1)).isoformat(),
        "properties": {"pages": 20, "token": token},
    }


def _cut(random: Random, lead_id: str, events: list[dict[str, Any]]) -> list[Fact]:
    """Cut events into requests of one to eight."""
    facts = []
    rest = events
    while rest:
        some, rest = rest[: (size := random.choice((1, 1, 2, 8)))], rest[size:]
        facts.append(_tell_events(random, lead_id, some))
    return facts


def _tell_events(random: Random, lead_id: str, events: list[dict[str, Any]]) -> Fact:
    tokens = tuple(str(event["id"]) for event in events)
    body = events[0] if len(events) == 1 and random.random() < 0.5 else events
    return Fact(
        kind="events",
        lead_id=lead_id,
        tokens=tokens,
        method="POST",
        path="/v1/events",
        body=json.dumps(body).encode(),
        headers=_head(random, tokens[0]),
    )


def _tell_lead(random: Random, lead_id: str, account_id: str | None, token: str, is_keen: bool) -> Fact:
    body = {**(_KEEN if is_keen else _IDLE), "account_id": account_id, "name": token, "token": token}
    return Fact(
        kind="lead",
        lead_id=lead_id,
        tokens=(token,),
        method="PUT",
        path=f"/v1/leads/{lead_id}",
        body=json.dumps(body).encode(),
        headers=_head(random, token),
    )


def _head(random: Random, token: str) -> dict[str, str]:
    named = {"idempotency-key": token} if random.random() < 0.3 else {}
    return {"content-type": "application/json", **named}
