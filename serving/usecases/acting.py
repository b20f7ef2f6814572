"""Acting: the steps that Hotlead takes by itself: each a change of stage like one that somebody told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from agreement.lives import Act
from agreement.prevailing import AUTOMATIC
from agreement.stages import Stage
from features.times import DAY
from serving.store.accounts import read_accounts
from serving.store.alerts import count_open_episodes
from serving.store.facts import insert_stage_changes
from serving.store.journal import find_last_decisions
from serving.store.leads import LeadRecord
from serving.usecases.applying import Desk
from serving.usecases.assigning import give_owner
from serving.usecases.qualifying import find_bucket
from serving.usecases.staging import stand_at, take_steps
from serving.usecases.turning import note

HOTLEAD = "hotlead"
"""Who tells of what Hotlead does by itself."""


@dataclass(slots=True, kw_only=True)
class Plan:
    """What becomes of some leads: the steps of each in their order, and what the journal is to say of each."""

    acts: dict[str, list[tuple[Act, Stage]]] = field(default_factory=dict)
    said: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)


def carry_out(desk: Desk, plan: Plan) -> None:
    """Take the steps of a plan: store them, let the leads stand there, and say so in the journal."""
    acts = {lead_id: acts for lead_id, acts in plan.acts.items() if acts}
    _say_once(desk, plan)
    if not acts:
        return
    _give_owners(desk, [lead_id for lead_id, done in acts.items() if (Act.HANDED_OVER, Stage.SQL) in done])
    rows = [_lay_out(desk, lead_id, *act) for lead_id, done in acts.items() for act in done]
    insert_stage_changes(desk.connection, rows)
    slept = {lead_id: desk.leads[lead_id].stage_at for lead_id in acts}
    take_steps(desk, acts)
    for lead_id, done in acts.items():
        record = desk.leads[lead_id]
        desk.decisions += [_note(desk, record, act, slept[lead_id]) for act, _ in done]
        stand_at(record, desk.steps[lead_id][-1], desk.standing.terms)
        record.hand_over_at = None
        desk.changed.add(lead_id)
        desk.followed.add(lead_id)


def name_act(act: Act, at: int) -> bytes:
    """Return the key of a step that Hotlead takes: a transaction that is tried again takes the same."""
    return blake2b(f"{HOTLEAD}\n{act}\n{at}".encode(), digest_size=16).digest()


def _say_once(desk: Desk, plan: Plan) -> None:
    """Say what keeps leads from being handed over, where it is not what was said of them last."""
    whats = ("missing_information", "ready")
    last = find_last_decisions(desk.connection, [lead_id for lead_id, _, _ in plan.said], whats)
    for lead_id, what, details in plan.said:
        told, found = note(lead_id, desk.standing.now, what, **details), last.get(lead_id)
        is_stale = found is None or (found.what, found.details) != (what, told["details"])
        if is_stale or plan.acts.get(lead_id):
            desk.decisions.append(told)


def _give_owners(desk: Desk, lead_ids: Sequence[str]) -> None:
    if not lead_ids:
        return
    records = [desk.leads[lead_id] for lead_id in lead_ids]
    load = count_open_episodes(desk.connection)
    accounts = read_accounts(desk.connection, {r.account_id for r in records if r.account_id is not None})
    for record in records:
        account = accounts.get(record.account_id or "")
        told = None if account is None else account.attributes
        desk.decisions += give_owner(record, told, desk.standing, load)


def _lay_out(desk: Desk, lead_id: str, act: Act, stage: Stage) -> dict[str, Any]:
    at = _choose_instant(desk, desk.leads[lead_id])
    nothing: dict[str, Any] = dict.fromkeys(("note", "reason", "until", "value"))
    return {
        "lead_id": lead_id,
        "key": name_act(act, at),
        "stage": stage.value,
        "occurred_at": at,
        "recorded_at": desk.standing.now,
        "told_by": HOTLEAD,
        "act": act.value,
        "seq": desk.seq,
        **nothing,
    }


def _choose_instant(desk: Desk, record: LeadRecord) -> int:
    """Return when a step is taken: now, but behind what people told, whose clock may be a little ahead."""
    now = desk.standing.now
    last = desk.steps.get(record.id, [])[-1:]
    if record.stage_at == now and last and last[0].act in AUTOMATIC:
        return now
    return record.stage_at + 1 if now <= record.stage_at <= now + DAY else now


def _note(desk: Desk, record: LeadRecord, act: Act, slept_since: int) -> dict[str, Any]:
    told: dict[str, Any] = {"before": record.stage}
    if act == Act.HANDED_OVER:
        told |= {"owner": record.owner_id, "bucket": find_bucket(record)}
    if act == Act.WOKEN:
        told |= {"slept_since": slept_since}
    return note(record.id, desk.standing.now, act.value, **told)
