"""Alerting: one alert for every hot episode, in the transaction of the score that began it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Connection

from agreement.alerting import AlertPlan, Origin, plan_alert
from agreement.people import Person, choose_recipient
from features.times import DAY
from serving.store import alerts as store
from serving.store.accounts import read_accounts
from serving.store.journal import record_decisions
from serving.usecases.assigning import give_owner
from serving.usecases.standing import Standing
from serving.usecases.turning import Turn, note


@dataclass(slots=True)
class _Tally:
    """Single alerts of the last day by recipient, and open hot leads by owner; both grow as alerts are raised."""

    singles: dict[str, int]
    load: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    """How one turn is to be told, and to whom."""

    turn: Turn
    person: Person
    plan: AlertPlan


def raise_alerts(connection: Connection, turns: Sequence[Turn], standing: Standing) -> list[str]:
    """Raise an alert for each lead that turned hot, and return the ids of those to be told at once.

    Leads without an owner get one by the routing rules, written into their records, which the caller saves.
    """
    turns = _leave_out_told(connection, turns)
    if not turns:
        return []
    load = store.count_open_episodes(connection)
    singles = store.count_singles(connection, list(standing.people), standing.now - DAY)
    tally = _Tally(singles, load)
    accounts = read_accounts(connection, {turn.record.account_id for turn in turns} - {None})  # type: ignore[arg-type]
    planned, decisions = [], []
    for turn in turns:
        account = accounts.get(turn.record.account_id or "")
        told = account.attributes if account else None
        decisions += give_owner(turn.record, told, standing, tally.load)
        planned.append(_plan_in_turn(turn, standing, tally))
    # Digests are locked in one order everywhere, or two workers that share a sweep would wait for each other.
    planned.sort(key=lambda one: (one.person.id, one.plan.cause))
    rows = [_raise(connection, one, standing) for one in planned]
    decisions += [_tell_plan(row, standing.now) for row in rows]
    store.raise_rows(connection, rows)
    record_decisions(connection, decisions)
    return [row["id"] for row in rows if row["form"] == "single" and row["deliver_at"] <= standing.now]


def _leave_out_told(connection: Connection, turns: Sequence[Turn]) -> list[Turn]:
    """Leave out leads that are hot again in an episode somebody was told of, or will be.

    Where its alert was dropped, because the lead had cooled down before its time came, nobody has heard of it.
    """
    names = {name_alert(turn.record.id, turn.record.episode): turn for turn in turns}
    settled = store.list_settled(connection, names)
    return [turn for name, turn in names.items() if name not in settled]


def name_alert(lead_id: str, episode: int) -> str:
    """Return the id of an episode's alert: always the same one, and nothing of the lead can be read from it."""
    return "alt_" + blake2b(f"{episode}:{lead_id}".encode(), digest_size=12).hexdigest()


def name_digest(recipient_id: str, cause: str) -> str:
    """Return the id of a recipient's digest of a cause."""
    return "dig_" + blake2b(f"{cause}\n{recipient_id}".encode(), digest_size=12).hexdigest()


def _plan_in_turn(turn: Turn, standing: Standing, tally: _Tally) -> _Planned:
    person = standing.people[choose_recipient(turn.record.owner_id, standing.people)]
    sent = tally.singles.get(person.id, 0)
    plan = _plan(turn, person, sent, standing)
    if plan.form == "single":
        tally.singles[person.id] = sent + 1
    return _Planned(turn=turn, person=person, plan=plan)


def _raise(connection: Connection, planned: _Planned, standing: Standing) -> dict[str, Any]:
    turn, record, person, now = planned.turn, planned.turn.record, planned.person, standing.now
    digest_id, plan = _join_digest(connection, turn, person, planned.plan, standing)
    return {
        "id": name_alert(record.id, record.episode),
        "lead_id": record.id,
        "episode": record.episode,
        "score_number": record.score_number,
        "origin": turn.origin.value,
        "recipient_id": person.id,
        "form": plan.form,
        "digest_id": digest_id,
        "created_at": now,
        "deliver_at": plan.deliver_at,
        "state": "waiting",
        "notes": msgspec.json.encode(plan.notes).decode(),
        "level": 0,
    }


def _plan(turn: Turn, person: Person, sent_today: int, standing: Standing, *, late: bool = False) -> AlertPlan:
    return plan_alert(
        origin=Origin.LIVE if late else turn.origin,
        batch=turn.batch,
        now=standing.now,
        person=person,
        sent_today=max(sent_today, standing.terms.alerts.cap_per_day) if late else sent_today,
        snoozed_until=turn.record.snoozed_until,
        rules=standing.terms.alerts,
    )


def _join_digest(
    connection: Connection, turn: Turn, person: Person, plan: AlertPlan, standing: Standing
) -> tuple[str | None, AlertPlan]:
    """Join the digest of the plan's cause; where it has gone already, the next morning's."""
    if plan.form == "single":
        return None, plan
    for chosen in (plan, _plan(turn, person, 0, standing, late=True)):
        digest = {
            "id": name_digest(person.id, chosen.cause),
            "recipient_id": person.id,
            "cause": chosen.cause,
            "due_at": chosen.deliver_at,
            "state": "waiting",
        }
        joined = store.join_digest(connection, digest)
        if joined.state == "waiting":
            # A sweep through all leads may take longer than a digest waits; when it ends, they go at once.
            if turn.origin == Origin.PROMOTION and joined.due_at < chosen.deliver_at:
                store.update_digest(connection, joined.id, due_at=chosen.deliver_at)
            return joined.id, chosen
    # Both have gone: rather one message too many than a lead nobody hears of.
    return None, AlertPlan(form="single", cause="", deliver_at=chosen.deliver_at, notes=("digest_gone",))


def _tell_plan(row: Mapping[str, Any], now: int) -> dict[str, Any]:
    told = {name: row[name] for name in ("episode", "recipient_id", "form", "deliver_at", "origin")}
    return note(
        row["lead_id"], now, "alert_raised", alert=row["id"], notes=msgspec.json.decode(row["notes"]), **told
    )
