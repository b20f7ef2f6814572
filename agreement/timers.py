"""Timers: the clocks that start when a lead is handed over. All instants are microseconds since 1970 in UTC.

A timer is fixed when it starts: when it is due, who keeps it and under which version of the agreement. What was
told of the lead since then, in whatever order it became known, says whether it was kept.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from agreement.commitments import Keeping, Response
from agreement.lives import Act, Contact, Step, list_hand_overs, order_steps
from agreement.people import Person
from agreement.recycling import NO_ANSWER
from agreement.stages import PASSED, Stage
from agreement.terms import Terms


class Duty(StrEnum):
    """What sales owes a lead that was handed over."""

    FIRST_CONTACT = "first_contact"
    ATTEMPTS = "attempts"
    FEEDBACK = "feedback"


REACHED = frozenset({"reached", "answered", "connected", "meeting"})
"""Outcomes of a contact after which nobody has to try again, in small letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """One duty to one lead from one hand-over.

    Parameters
    ----------
    duty : Duty
        What is owed.
    started_at, due_at : int
        When the lead was handed over, and until when the duty is to be done.
    owner_id : str or None
        Who owes it.
    bucket : str or None
        cold, warm or hot: of the lead as it was handed over.
    terms_version : str
        Of the agreement in force when it started, by which it is judged for ever.
    wanted : int
        Contacts that it takes; 0 where it takes a decision.
    met_at : int or None
        When it was done, in time or late.
    ended_at : int or None
        When nothing was left to be done, although it had not been done.
    """

    duty: Duty
    started_at: int
    due_at: int
    owner_id: str | None
    bucket: str | None
    terms_version: str
    wanted: int = 0
    met_at: int | None = None
    ended_at: int | None = None

    def judge(self, now: int) -> Keeping:
        """Return how it stands at an instant, by what is known of it today."""
        if self.met_at is not None and self.met_at <= now:
            return "met" if self.met_at <= self.due_at else "breached"
        if self.ended_at is not None and self.ended_at <= now:
            return "void" if self.ended_at <= self.due_at else "breached"
        return "due" if now < self.due_at else "breached"


def start_timers(*, at: int, person: Person, bucket: str | None, terms: Terms) -> tuple[Timer, ...]:
    """Return the timers of a hand-over.

    Parameters
    ----------
    at : int
        When the lead was handed over.
    person : Person
        Its owner, in whose working time the duties are counted; on the plain clock where they have no hours.
    bucket : str or None
        Of the lead at that instant; nothing is owed within a time where the agreement does not name its bucket.
    terms : Terms
        In force at that instant.
    """
    return tuple(
        Timer(
            duty=duty,
            started_at=at,
            due_at=add_working_time(at, micros, person),
            owner_id=person.id,
            bucket=bucket,
            terms_version=terms.version,
            wanted=wanted,
        )
        for duty, micros, wanted in _list_duties(bucket, terms)
    )


def add_working_time(at: int, micros: int, person: Person) -> int:
    """Return the instant at which a person has worked so much since another; on the plain clock without hours."""
    hours = person.working_hours
    return at + micros if hours is None else hours.add_working_time(at, micros)


def follow_timers(
    timers: Sequence[Timer], *, steps: Sequence[Step], contacts: Sequence[Contact]
) -> tuple[Timer, ...]:
    """Return timers of one hand-over with what became of them, whatever they said of it before.

    Parameters
    ----------
    timers : Sequence of Timer
        All started by the same hand-over.
    steps, contacts : Sequence
        Of the lead, in any order; those before the hand-over, and from the next one on, do not count.
    """
    if not timers:
        return ()
    started_at, ordered = timers[0].started_at, order_steps(steps)
    next_at = next((s.at for s in list_hand_overs(ordered) if s.at > started_at), math.inf)
    later = [s for s in ordered if started_at <= s.at < next_at]
    later = later[_count_leading_up(later, started_at) :]
    made = sorted((c for c in contacts if started_at <= c.at < next_at), key=lambda contact: contact.at)
    rules = {
        Duty.FIRST_CONTACT: _follow_contacts,
        Duty.ATTEMPTS: _follow_contacts,
        Duty.FEEDBACK: _follow_feedback,
    }
    fresh = (replace(timer, met_at=None, ended_at=None) for timer in timers)
    return tuple(rules[timer.duty](timer, later, made) for timer in fresh)


def _count_leading_up(steps: Sequence[Step], started_at: int) -> int:
    """Count the steps up to the hand-over: those of its own instant led there, such as an MQL before an SQL."""
    places = [n for n, s in enumerate(steps, start=1) if s.at == started_at and s.stage == Stage.SQL]
    return min(places, default=0)


def _list_duties(bucket: str | None, terms: Terms) -> Iterator[tuple[Duty, int, int]]:
    response = find_response(bucket, terms.response)
    if response is not None:
        yield Duty.FIRST_CONTACT, response.first_contact_micros, 1
        if response.attempts > 1:
            yield Duty.ATTEMPTS, response.attempts_within_micros, response.attempts
    if terms.feedback is not None:
        yield Duty.FEEDBACK, terms.feedback.within_micros, 0


def find_response(bucket: str | None, responses: Sequence[Response]) -> Response | None:
    """Find what sales promised for leads of a bucket, None where nothing."""
    return next((response for response in responses if response.bucket == bucket), None)


def _follow_contacts(timer: Timer, steps: Sequence[Step], contacts: Sequence[Contact]) -> Timer:
    """Met by enough contacts, by one that reached the lead, or by a stage that no lead reaches without one."""
    done = [contacts[timer.wanted - 1].at] if len(contacts) >= timer.wanted else []
    done += [contact.at for contact in contacts if has_reached(contact)][:1]
    done += [step.at for step in steps if is_beyond_sql(step.stage)][:1]
    met_at = min(done, default=None)
    left = next((step for step in steps if leaves_sales(step)), None)
    if left is not None and (met_at is None or left.at < met_at):
        # Given up before so many attempts were made: the duty stays, and cannot be done any more.
        return timer if left.reason == NO_ANSWER else replace(timer, ended_at=left.at)
    return replace(timer, met_at=met_at)


def _follow_feedback(timer: Timer, steps: Sequence[Step], contacts: Sequence[Contact]) -> Timer:
    """Met by a decision that says why: accepted, further on, or left with a reason."""
    decided = (
        s.at for s in steps if s.act == Act.ACCEPTED or is_beyond_sql(s.stage) or (leaves_sales(s) and s.reason)
    )
    return replace(timer, met_at=next(decided, None))


def has_reached(contact: Contact) -> bool:
    """Tell whether somebody answered, whatever case a CRM writes its outcome in."""
    return (contact.outcome or "").casefold().strip() in REACHED


def is_beyond_sql(stage: Stage) -> bool:
    """Tell whether no lead reaches a stage unless sales spoke with it."""
    return stage in PASSED and PASSED.index(stage) > PASSED.index(Stage.SQL)


def leaves_sales(step: Step) -> bool:
    """Tell whether a step takes a lead out of the hands of sales without a sale."""
    return step.stage in (Stage.LOST, Stage.RECYCLED, Stage.MQL, Stage.LEAD, Stage.PROSPECT)
