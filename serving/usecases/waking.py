"""Waking: leads whose own moment has come: to wake, or to be handed over after facts that came in bulk."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, select

from agreement.lives import Step
from agreement.people import choose_recipient
from agreement.stages import Stage
from serving.store.forgotten import lock_out_erasures
from serving.store.leads import LeadRecord, lock_chosen_leads
from serving.store.tables import leads
from serving.usecases.digesting import add_to_digest
from serving.usecases.handing_over import check_due, choose_due, hand_over_woken
from serving.usecases.ingesting import finish
from serving.usecases.inquiring import say_moment
from serving.usecases.rescoring import MOST_AT_ONCE, open_desk
from serving.usecases.staging import find_reason, take_steps
from serving.usecases.standing import Standing
from serving.usecases.telling import describe_lead


def hand_over_due(connection: Connection, standing: Standing) -> int:
    """Check leads that facts in bulk made ready, now that those have settled; return how many there were."""
    lock_out_erasures(connection)
    records = lock_chosen_leads(connection, choose_due(standing).limit(MOST_AT_ONCE))
    if records:
        desk = open_desk(connection, records, standing)
        desk.changed |= desk.leads.keys()
        check_due(desk, sorted(desk.leads))
        finish(desk, [])
    return len(records)


def wake_due(connection: Connection, standing: Standing) -> int:
    """Wake leads whose date has come, and tell their owners; return how many there were.

    Each is checked at once: one that meets the criteria is handed over in the same transaction.
    """
    lock_out_erasures(connection)
    due = select(leads).where(leads.c.wake_at <= standing.now).order_by(leads.c.wake_at, leads.c.id)
    records = lock_chosen_leads(connection, due.limit(MOST_AT_ONCE))
    if not records:
        return 0
    desk = open_desk(connection, records, standing)
    desk.changed |= desk.leads.keys()
    take_steps(desk, desk.leads)
    slept = {lead_id: steps[-1] for lead_id, steps in desk.steps.items() if steps}
    sleeping = [record.id for record in records if record.stage == Stage.RECYCLED]
    for record in records:
        record.wake_at = None
    hand_over_woken(desk, sleeping)
    finish(desk, [])
    _tell_owners(connection, {lead_id: desk.leads[lead_id] for lead_id in sleeping}, slept, standing)
    return len(records)


def _tell_owners(
    connection: Connection, woken: Mapping[str, LeadRecord], slept: Mapping[str, Step], standing: Standing
) -> None:
    by_recipient: dict[str, list[str]] = {}
    for lead_id, record in woken.items():
        by_recipient.setdefault(choose_recipient(record.owner_id, standing.people), []).append(lead_id)
    for recipient_id, lead_ids in sorted(by_recipient.items()):
        person = standing.people[recipient_id]
        lines = [
            replace(
                describe_lead(connection, woken[lead_id], standing, None),
                sentence_why=_say(slept[lead_id], person.zone, standing),
            )
            for lead_id in lead_ids
        ]
        add_to_digest(connection, "woken", person, lines, standing)


def _say(step: Step, zone: str, standing: Standing) -> str:
    reason = find_reason(step.reason, standing.terms)
    why = reason.means if reason is not None else step.reason
    when = say_moment(step.at, now=standing.now, zone=zone)
    return f"It was put aside on {when}{f': {why}' if why else ''}."
