"""Owing: what the agreement asks for a lead now: promises with their clocks, what is missing, what comes by itself.

What comes by itself is what happens if nobody does anything: who is told, when it wakes, when it is handed over.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from agreement.criteria import Verdict
from agreement.lives import Contact
from agreement.people import TEAM, Person, choose_recipient
from agreement.terms import Terms
from agreement.timers import Duty, Timer, has_reached
from serving.store.chronicle import read_contact
from serving.store.facts import read_contacts
from serving.store.leads import LeadRecord
from serving.store.queues import IN_SALES
from serving.store.timers import list_timers_of
from serving.usecases.handing_over import BEFORE_SALES
from serving.usecases.qualifying import judge_lead
from serving.usecases.recounting import Step

COMES_BY_ITSELF = frozenset({"escalation_due", "hand_over_due", "sleeps", "in_hold"})
"""Codes of what a survey of the present foresees."""
PROMISES = frozenset({"promise_due", "promise_broken", "not_qualified", "lacks_information", "qualified"})
"""Codes of what a survey says of the agreement, which is told here with more of its particulars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A duty to a lead that is still to be done, in time or late.

    Attributes
    ----------
    is_late
        Whether its time is over.
    made, wanted
        Contacts since the hand-over, and how many it takes; `wanted` is 0 where it takes a decision.
    told_next
        Who hears of it once its time is over: the nearest active superior of the owner.
    """

    duty: Duty
    due_at: int
    is_late: bool
    owner: str
    made: int
    wanted: int
    terms_version: str
    told_next: str

    @property
    def left(self) -> int:
        """Return how many contacts are left to make."""
        return max(0, self.wanted - self.made)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What the agreement asks for a lead now.

    Attributes
    ----------
    verdict
        What marketing's lead still needs to be handed over; None for leads of sales, and where nobody agreed on
        criteria.
    attempts
        Contacts since the hand-over after which nobody answered, None where the lead was not handed over.
    """

    terms_version: str
    promises: Sequence[Promise]
    kept: Sequence[Timer]
    verdict: Verdict | None
    attempts: int | None
    foreseen: Sequence[Step]


def list_owed(
    connection: Connection,
    record: LeadRecord,
    *,
    terms: Terms,
    now: int,
    people: Mapping[str, Person],
    present: Collection[Step],
) -> Owed:
    """List what is owed to a lead.

    Parameters
    ----------
    present
        What a survey of the lead says is so now.
    """
    timers = list_timers_of(connection, record.id)
    started_at = max((timer.started_at for timer in timers), default=None)
    contacts = [read_contact(row) for row in read_contacts(connection, {record.id})]
    made = [contact for contact in contacts if started_at is not None and started_at <= contact.at <= now]
    own = [timer for timer in timers if timer.started_at == started_at]
    is_marketings = record.is_open and record.stage in BEFORE_SALES
    return Owed(
        terms_version=terms.version,
        promises=[_describe(timer, len(made), people, now) for timer in own if _is_owed(timer, record, now)],
        kept=[timer for timer in own if timer.met_at is not None and timer.met_at <= now],
        verdict=judge_lead(connection, record, terms, now) if is_marketings else None,
        attempts=_count_unanswered(made) if own and record.stage in IN_SALES else None,
        foreseen=[step for step in present if step.code in COMES_BY_ITSELF],
    )


def _is_owed(timer: Timer, record: LeadRecord, now: int) -> bool:
    is_done = (at is not None and at <= now for at in (timer.met_at, timer.ended_at))
    return record.stage in IN_SALES and not any(is_done)


def _describe(timer: Timer, made: int, people: Mapping[str, Person], now: int) -> Promise:
    owner = people.get(timer.owner_id or "", TEAM)
    superior = people[choose_recipient(owner.manager_id, people)]
    return Promise(
        duty=timer.duty,
        due_at=timer.due_at,
        is_late=timer.judge(now) == "breached",
        owner=_name(owner),
        made=min(made, timer.wanted),
        wanted=timer.wanted,
        terms_version=timer.terms_version,
        told_next="the team" if superior.id in (TEAM.id, timer.owner_id) else _name(superior),
    )


def _name(person: Person) -> str:
    return person.name or person.id


def _count_unanswered(contacts: Sequence[Contact]) -> int:
    """Count the contacts since somebody answered last."""
    unanswered = 0
    for contact in contacts:
        unanswered = 0 if has_reached(contact) else unanswered + 1
    return unanswered
