"""Announcing: owners hear of leads that were handed over to them, where no hot alert tells it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agreement.alerting import Origin
from agreement.people import choose_recipient
from agreement.timers import Duty, start_timers
from features.times import to_datetime
from serving.channels.message import LeadLine
from serving.usecases.applying import Desk
from serving.usecases.digesting import add_to_digest
from serving.usecases.inquiring import say_moment
from serving.usecases.telling import describe_lead
from serving.usecases.turning import Why


def tell_new_owners(desk: Desk, lead_ids: Sequence[str], whys: Mapping[str, Why]) -> None:
    """Tell owners of leads that were handed over just now, except of hot ones: their alert says it.

    What happened just now is told as soon as its owner is at work; what came in bulk, in one digest a day.

    Parameters
    ----------
    whys
        Why each was looked at; absent is as good as in bulk.
    """
    told: dict[tuple[str, bool], list[LeadLine]] = {}
    for lead_id in sorted(lead_ids):
        record = desk.leads[lead_id]
        if not record.episode_is_open:
            recipient_id = choose_recipient(record.owner_id, desk.standing.people)
            is_urgent = lead_id in whys and whys[lead_id].origin == Origin.LIVE
            told.setdefault((recipient_id, is_urgent), []).append(_describe(desk, lead_id, recipient_id))
    for (recipient_id, is_urgent), lines in sorted(told.items(), key=lambda each: each[0]):
        person = desk.standing.people[recipient_id]
        add_to_digest(desk.connection, "handed_over", person, lines, desk.standing, is_urgent=is_urgent)


def _describe(desk: Desk, lead_id: str, recipient_id: str) -> LeadLine:
    """Describe a lead with the time until which it is to be contacted first, where that was agreed."""
    record, standing = desk.leads[lead_id], desk.standing
    person = standing.people[recipient_id]
    started = start_timers(at=standing.now, person=person, bucket=record.bucket, terms=standing.terms)
    due = next((timer.due_at for timer in started if timer.duty == Duty.FIRST_CONTACT), None)
    line = describe_lead(desk.connection, record, standing, None)
    until = None if due is None else to_datetime(due)
    said = "" if due is None else f" Contact it until {say_moment(due, now=standing.now, zone=person.zone)}."
    return replace(line, until=until, sentence_why=f"It meets the criteria of the agreement.{said}")
