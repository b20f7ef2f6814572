"""Inquiring: everything that speaks for or against an alert of one lead, read in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row

from agreement.calendar.zones import get_zone
from agreement.criteria import Verdict
from agreement.people import TEAM, Person
from agreement.terms import Terms
from agreement.timers import Timer
from features.times import to_datetime
from models.scorer import LeadScorer
from serving.store.alert_pages import (
    find_latest_alert,
    list_attempts,
    list_messages,
    list_sendings,
    read_digest,
)
from serving.store.journal import list_decisions
from serving.store.leads import LeadRecord, read_leads
from serving.store.people import list_channels
from serving.store.timelines import list_entries
from serving.store.timers import list_timers_of
from serving.usecases.qualifying import judge_lead
from serving.usecases.standing import gather_people

_MOST_DECISIONS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What an inquiry must be told, since the store does not know it.

    Attributes
    ----------
    now
        Microseconds since 1970 in UTC.
    terms
        What is agreed now.
    has_model
        Whether a model is in force.
    find_hot_score
        Returns the score at which hot begins, by a model's fingerprint and its threshold; None where that model is
        not at hand.
    """

    now: int
    terms: Terms
    has_model: bool
    find_hot_score: Callable[[str, float], int | None] = lambda *_: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One delivery of what was told of an alert, with every attempt at it."""

    delivery: Row[Any]
    attempts: Sequence[Row[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A lead, its latest alert, and what was decided; `zone` is that of whom the alert is for."""

    record: LeadRecord
    circumstances: Circumstances
    people: Mapping[str, Person]
    entry: Row[Any] | None
    alert: Row[Any] | None
    digest: Row[Any] | None
    decisions: Sequence[Row[Any]]
    sendings: Sequence[Sending]
    channels: Sequence[Row[Any]]
    zone: str
    verdict: Verdict | None = None
    timers: Sequence[Timer] = ()

    def name_person(self, person_id: str | None) -> str:
        """Return what somebody is called; "the team" stands for itself."""
        if person_id is None or person_id == TEAM.id:
            return "the team"
        person = self.people.get(person_id)
        return person_id if person is None else person.name or person_id

    def say(self, at: int) -> str:
        """Say a moment on the clock of the zone."""
        return say_moment(at, now=self.circumstances.now, zone=self.zone)


def say_moment(at: int, *, now: int, zone: str) -> str:
    """Say a moment on a zone's clock: ``3 March at 09:14``, with the year where it is not this one."""
    moment, today = (to_datetime(micros).astimezone(get_zone(zone)) for micros in (at, now))
    year = "" if moment.year == today.year else f" {moment.year}"
    return f"{moment.day} {moment:%B}{year} at {moment:%H:%M}"


def open_case(connection: Connection, lead_id: str, circumstances: Circumstances) -> Case | None:
    """Gather what there is about a lead; None where nobody has told us of it."""
    record = read_leads(connection, {lead_id}).get(lead_id)
    if record is None or not record.is_told:
        return None
    people = gather_people(connection, circumstances.terms)
    alert = find_latest_alert(connection, lead_id)
    recipient_id = record.owner_id if alert is None else alert.recipient_id
    listed = list_channels(connection, {recipient_id or TEAM.id, TEAM.id})
    recipient = people.get(recipient_id or "")
    is_placed = recipient is not None and recipient.id != TEAM.id
    return Case(
        record=record,
        circumstances=circumstances,
        people=people,
        entry=next(iter(list_entries(connection, lead_id, most=1)), None),
        alert=alert,
        digest=None if alert is None or alert.digest_id is None else read_digest(connection, alert.digest_id),
        decisions=list(reversed(list_decisions(connection, lead_id, most=_MOST_DECISIONS))),
        sendings=[] if alert is None else _list_sendings(connection, alert),
        channels=listed.get(recipient_id or TEAM.id) or listed.get(TEAM.id, []),
        verdict=judge_lead(connection, record, circumstances.terms, circumstances.now),
        timers=list_timers_of(connection, lead_id),
        zone=recipient.zone if recipient is not None and is_placed else circumstances.terms.zone,
    )


def rank_threshold(scorer: LeadScorer, hot: float) -> int:
    """Return the score at which a threshold lies."""
    return int(scorer.reference_.rank(np.array([hot]))[0])


def _list_sendings(connection: Connection, alert: Row[Any]) -> list[Sending]:
    told = list_messages(connection, alert)
    deliveries = list_sendings(connection, [message.id for message in told])
    attempts = list_attempts(connection, [delivery.id for delivery in deliveries])
    return [
        Sending(
            delivery=delivery,
            attempts=[attempt for attempt in attempts if attempt.delivery_id == delivery.id],
        )
        for delivery in deliveries
    ]
