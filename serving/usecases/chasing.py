"""Chasing: whoever stands above an owner hears of promises that ran out, once each, in one digest a day."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row

from agreement.people import TEAM, Person, choose_recipient
from agreement.timers import Duty
from features.times import DAY
from serving.store.forgotten import lock_out_erasures
from serving.store.journal import record_decisions
from serving.store.leads import LeadRecord, read_leads
from serving.store.timers import list_overdue, mark_timers_told
from serving.usecases.digesting import add_to_digest
from serving.usecases.inquiring import say_moment
from serving.usecases.standing import Standing
from serving.usecases.telling import describe_lead
from serving.usecases.turning import note

MOST_AT_ONCE = 200
LOOK_BACK = 2 * DAY
"""What ran out longer ago has been looked at: later comers of that age are nobody's news."""
DUTIES: Mapping[str, str] = {
    Duty.FIRST_CONTACT: "the first contact",
    Duty.ATTEMPTS: "the agreed attempts",
    Duty.FEEDBACK: "an answer to marketing",
}
"""How people call what is owed."""


def chase_overdue(connection: Connection, standing: Standing, *, since: int) -> int:
    """Tell of timers that ran out since a moment and of which nobody was told; return how many there were."""
    lock_out_erasures(connection)
    overdue = list_overdue(connection, standing.now, since=since, most=MOST_AT_ONCE)
    if not overdue:
        return 0
    records = read_leads(connection, {timer.lead_id for timer in overdue})
    by_recipient: dict[str, list[Row[Any]]] = {}
    for timer in overdue:
        by_recipient.setdefault(_find_superior(timer.owner_id, standing), []).append(timer)
    for recipient_id, timers in sorted(by_recipient.items()):
        _tell(connection, standing.people[recipient_id], timers, records, standing)
    keys = [(timer.lead_id, timer.started_at, timer.duty) for timer in overdue]
    mark_timers_told(connection, keys, standing.now)
    return len(overdue)


def _find_superior(owner_id: str | None, standing: Standing) -> str:
    """Find the nearest active manager above an owner, else the team."""
    owner = standing.people.get(owner_id or "", TEAM)
    found = choose_recipient(owner.manager_id, standing.people)
    return TEAM.id if found == owner_id else found


def _tell(
    connection: Connection,
    person: Person,
    overdue: Sequence[Row[Any]],
    records: Mapping[str, LeadRecord],
    standing: Standing,
) -> None:
    known = [timer for timer in overdue if timer.lead_id in records]
    lines = []
    for timer in known:
        line = describe_lead(connection, records[timer.lead_id], standing, None)
        lines.append(replace(line, sentence_why=_say(timer, person, standing)))
    add_to_digest(connection, "overdue", person, lines, standing)
    record_decisions(connection, [_note(timer, person, standing.now) for timer in known])


def _say(timer: Row[Any], person: Person, standing: Standing) -> str:
    owner = standing.people.get(timer.owner_id or "", TEAM)
    when = say_moment(timer.due_at, now=standing.now, zone=person.zone)
    return f"{owner.name or owner.id} owed it {DUTIES[timer.duty]} by {when}."


def _note(timer: Row[Any], person: Person, now: int) -> dict[str, Any]:
    told = {"duty": timer.duty, "owner": timer.owner_id, "due_at": timer.due_at, "recipient": person.id}
    return note(timer.lead_id, now, "promise_overdue", **told)
