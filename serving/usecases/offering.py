"""Offering: what can be done about a lead just now, by where it stands and by what somebody did a moment ago."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from agreement.lives import Act, Step
from agreement.people import Person
from agreement.prevailing import list_prevailing
from agreement.recycling import Reason
from agreement.stages import IS_OPEN, Stage
from agreement.terms import Terms
from serving.store.alerts import list_unanswered
from serving.store.chronicle import complete_steps, read_step
from serving.store.facts import read_stage_changes
from serving.store.leads import LeadRecord, read_leads
from serving.usecases.holding import HeldAct, gather_held
from serving.usecases.rights import Right, Visitor
from serving.usecases.standing import gather_people
from serving.usecases.telling import find_name
from serving.usecases.told import Snooze, ToldStage

CALLS = ("reached", "no_answer", "left_message")
"""How a call ends."""
_OF_SALES = frozenset({Stage.SQL, Stage.OPPORTUNITY})
_UNTAKEN = frozenset({Stage.PROSPECT, Stage.LEAD, Stage.MQL, Stage.SQL})
_DECODER = msgspec.json.Decoder(dict)


class NotOffered(ValueError):
    """An act makes no sense where the lead stands by now."""


class NotYourLead(PermissionError):
    """A lead is somebody else's to work on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What can be done about a lead.

    Attributes
    ----------
    name
        What the lead is called, its id where nobody said.
    acts
        The kinds of `serving.usecases.holding.KINDS` that make sense; empty for who may not work on the lead.
    held
        What was done a moment ago and can still be undone, by anybody.
    alert_id
        The alert that asks for an answer, None where none does.
    reasons
        Why sales may reject it or give it back, as agreed.
    snoozed_until
        Until when no alert of it is wanted; microseconds since 1970.
    """

    lead_id: str
    name: str
    owner_id: str | None
    stage: Stage
    acts: frozenset[str]
    held: tuple[HeldAct, ...] = ()
    alert_id: str | None = None
    reasons: tuple[Reason, ...] = ()
    snoozed_until: int | None = None


def gather_offers(
    connection: Connection, lead_ids: Collection[str], *, visitor: Visitor, terms: Terms, now: int
) -> Mapping[str, Offer]:
    """Gather what a visitor can do about leads that we were told of, in a few queries however many they are."""
    records = {lead_id: r for lead_id, r in read_leads(connection, lead_ids).items() if r.is_told}
    held, alert_ids = gather_held(connection, records), list_unanswered(connection, records)
    steps: dict[str, list[Step]] = {}
    for row in read_stage_changes(connection, records):
        steps.setdefault(row.lead_id, []).append(read_step(row))
    return {
        lead_id: _offer(
            record,
            steps.get(lead_id, []),
            held.get(lead_id, ()),
            visitor=visitor,
            terms=terms,
            now=now,
            alert_id=alert_ids.get(lead_id),
        )
        for lead_id, record in records.items()
    }


def check_offer(offer: Offer, kind: str, *, visitor: Visitor, people: Mapping[str, Person]) -> None:
    """Check that a visitor may do something about a lead, and that it makes sense there.

    Raises
    ------
    NotYourLead
        If somebody else works on it.
    NotOffered
        If the lead stands elsewhere by now.
    """
    if kind != "note" and not may_work_on(visitor, offer.owner_id):
        owner = people.get(offer.owner_id or "")
        name = (owner.name or owner.id) if owner is not None else offer.owner_id
        raise NotYourLead(f"this lead is {name}'s: ask them, or a team lead, to do it")
    if kind not in offer.acts:
        raise NotOffered(f"by now the lead stands at {offer.stage.value}, where this makes no sense: look again")


def get_people(connection: Connection, terms: Terms) -> Mapping[str, Person]:
    """Get everybody who may own leads, by id."""
    return gather_people(connection, terms)


def may_work_on(visitor: Visitor, owner_id: str | None) -> bool:
    """Tell whether a visitor may act on the leads of somebody."""
    is_own = owner_id is None or owner_id == visitor.person_id
    return visitor.may(Right.WORK) and (is_own or visitor.may(Right.WORK_FOR_OTHERS))


def _offer(
    record: LeadRecord,
    steps: list[Step],
    held: tuple[HeldAct, ...],
    *,
    visitor: Visitor,
    terms: Terms,
    now: int,
    alert_id: str | None,
) -> Offer:
    known = _complete(record, steps, held)
    last = known[-1] if known else Step(stage=Stage(record.stage), at=record.stage_at)
    until = _find_snooze(record, held)
    is_answered = any(act.kind not in ("note", "snooze", "wake") for act in held)
    open_alert = None if is_answered else alert_id
    acts = _list_acts(last.stage, is_taken=_is_taken(known), has_alert=open_alert is not None)
    acts |= _list_rests(last.stage, is_snoozed=until is not None and until > now)
    if not may_work_on(visitor, record.owner_id):
        acts = frozenset({"note"}) if visitor.may(Right.WORK) else frozenset()
    return Offer(
        lead_id=record.id,
        name=find_name(_DECODER.decode(record.attributes)) or record.id,
        owner_id=record.owner_id,
        stage=last.stage,
        acts=acts,
        held=held,
        alert_id=open_alert,
        reasons=terms.reasons,
        snoozed_until=until,
    )


def _list_acts(stage: Stage, *, is_taken: bool, has_alert: bool) -> frozenset[str]:
    acts = {"note", "contact"}
    if stage in IS_OPEN:
        acts |= {*CALLS, "acknowledge"} if has_alert else set(CALLS)
    if stage in _UNTAKEN and not is_taken:
        acts.add("accept")
    if stage in _UNTAKEN | _OF_SALES:
        acts.add("reject")
    if stage in _OF_SALES:
        acts.add("return")
    return frozenset(acts)


def _list_rests(stage: Stage, *, is_snoozed: bool) -> frozenset[str]:
    rests = {"snooze", "wake"} if is_snoozed else {"snooze"}
    return frozenset(rests if stage in IS_OPEN else ())


def _complete(record: LeadRecord, steps: list[Step], held: tuple[HeldAct, ...]) -> list[Step]:
    """List the steps of a lead that hold, with what was done a moment ago."""
    done = [_read_held_step(act.item) for act in held if isinstance(act.item, ToldStage)]
    return list_prevailing([*complete_steps(steps, record.stage, record.stage_at), *done])


def _is_taken(steps: list[Step]) -> bool:
    """Tell whether sales has accepted a lead since it was handed over."""
    for step in reversed(steps):
        if step.act == Act.ACCEPTED:
            return True
        if step.stage != Stage.SQL or step.act == Act.HANDED_OVER:
            return False
    return False


def _read_held_step(told: ToldStage) -> Step:
    act = None if told.act is None else Act(told.act)
    return Step(stage=Stage(told.stage), at=told.occurred_at, act=act, reason=told.reason, until=told.until)


def _find_snooze(record: LeadRecord, held: tuple[HeldAct, ...]) -> int | None:
    until = record.snoozed_until
    for act in held:
        until = act.item.until if isinstance(act.item, Snooze) else until
    return until
