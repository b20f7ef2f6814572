"""Careers: how marketing and sales handled one lead, from its qualification to its end, as the CRM holds it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hotlead.company.calendars import add_work
from hotlead.company.cases import Case
from hotlead.company.marketing import draw_hand_over, find_awakening, find_qualification
from hotlead.company.seasons import DAY, NEVER, to_timestamps
from hotlead.company.team import MARKETER

_MOST_HAND_OVERS = 3
_MISSING_INFORMATION, _NO_ANSWER = "missing_information", "no_answer"
# What sales says of leads that it reached and that are lost or open in the end: code, share, days of rest.
_PUT_ASIDE = (("not_now", 0.18, 75.0), ("budget_next_year", 0.08, 0.0), (_MISSING_INFORMATION, 0.07, 0.0))
_SECOND_CHANCE = 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChange:
    """A change of stage; moments are microseconds since 1970, ``until`` is `NEVER` but where a lead rests."""

    lead_id: str
    stage: str
    at: int
    by: str
    act: str | None = None
    reason: str | None = None
    until: int = NEVER
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt to reach a lead."""

    lead_id: str
    kind: str
    outcome: str
    at: int
    by: str


@dataclass(slots=True, kw_only=True)
class Career:
    """What was written down of one lead: changes of stage in the order of time, and attempts to reach it."""

    case: Case
    rng: np.random.Generator
    stages: list[StageChange] = field(default_factory=list)
    contacts: list[Attempt] = field(default_factory=list)

    def add_stage(self, stage: str, at: int, *, by: str, **said: Any) -> None:
        """Write down a change of stage, with ``act``, ``reason``, ``until`` and ``value`` where they are said."""
        self.stages.append(StageChange(lead_id=self.case.lead_id, stage=stage, at=at, by=by, **said))

    def add_contact(self, kind: str, outcome: str, at: int) -> None:
        """Write down an attempt of the owner."""
        told = {"lead_id": self.case.lead_id, "by": self.case.rep.email}
        self.contacts.append(Attempt(kind=kind, outcome=outcome, at=at, **told))


def walk(case: Case, rng: np.random.Generator) -> Career:
    """Return the career of a lead: nothing in it lies before its creation, nor after its end."""
    career = Career(case=case, rng=rng)
    for at, outcome in case.calls:
        career.add_contact("call", outcome, at)
    qualified_at = find_qualification(case)
    if qualified_at is not None:
        career.add_stage("mql", qualified_at, by=MARKETER)
    for number in range(_MOST_HAND_OVERS):
        if qualified_at is None or qualified_at >= case.end:
            break
        qualified_at = _hand_over(career, qualified_at, is_last=number == _MOST_HAND_OVERS - 1)
    _close(career)
    return career


def _hand_over(career: Career, at: int, *, is_last: bool) -> int | None:
    """Let sales have the lead; return when it is marketing's again, None where it stays with sales or nobody."""
    case, rng = career.case, career.rng
    handed_at = draw_hand_over(rng, case, at)
    if handed_at is None or handed_at >= case.end:
        return None
    career.add_stage("sql", handed_at, by=MARKETER, act="handed_over")
    given_up_at, reached_at = _try_to_reach(career, handed_at)
    decided_at = add_work(case.rep, reached_at or given_up_at, rng.exponential(4.0))
    tells = rng.random() < case.rep.candour
    if case.is_offered:
        if tells and not is_last and case.end - decided_at > 60 * DAY and rng.random() < _SECOND_CHANCE:
            # It wakes in time for its offer.
            return _put_aside(career, "not_now", decided_at, decided_at + (case.end - decided_at) // 3)
        _make_offer(career, handed_at, decided_at, tells=tells)
        return None
    if decided_at >= case.end:
        return None
    return _decide(career, decided_at, was_reached=reached_at is not None, tells=tells)


def _try_to_reach(career: Career, handed_at: int) -> tuple[int, int | None]:
    """Call and write until somebody answers or patience ends; return the last attempt, and the answer."""
    case, rng, rep = career.case, career.rng, career.case.rep
    logged = next((at for at, outcome in case.calls if outcome == "reached" and at > handed_at), None)
    answers = 0.03 if case.reason == _NO_ANSWER else 0.42 + 0.08 * float(np.clip(case.appetite, -2, 2))
    # Who calls rarely takes long: the wait grows with the square.
    at = add_work(rep, handed_at, rng.exponential(1.1 / rep.daily_call**2))
    for number in range(rep.persistence):
        if logged is not None and logged <= at:
            return logged, logged
        if at >= case.end:
            break
        was_reached = rng.random() < answers
        kind = "email" if number and rng.random() < 0.3 else "call"
        missed = "voicemail" if kind == "call" and rng.random() < 0.3 else "no_answer"
        career.add_contact(kind, "reached" if was_reached else missed, at)
        if was_reached:
            return at, at
        last, at = at, add_work(rep, at, 1.0 + rng.exponential(4.5))
    else:
        return last, logged
    return at, logged


def _decide(career: Career, at: int, *, was_reached: bool, tells: bool) -> int | None:
    """Accept the lead, send it back or put it aside; who does not tell keeps it without a word."""
    case, rng = career.case, career.rng
    if not tells:
        return None
    if not was_reached:
        return _put_aside(career, _NO_ANSWER, at, at + 90 * DAY)
    luck = rng.random()
    for code, share, days in _PUT_ASIDE:
        if luck < share:
            if code == _MISSING_INFORMATION:
                career.add_stage("mql", at, by=case.rep.email, act="rejected", reason=code)
                return at + round((3 + rng.exponential(6.0)) * DAY)
            rests = round((days + rng.exponential(15.0)) * DAY)
            return _put_aside(career, code, at, at + rests if days else find_new_year(at) + rests)
        luck -= share
    career.add_stage("sql", at, by=case.rep.email, act="accepted")
    return None


def _put_aside(career: Career, reason: str, at: int, until: int) -> int | None:
    """Let a lead rest until a date, or until it comes back by itself; return when it wakes."""
    career.add_stage("recycled", at, by=career.case.rep.email, act="rejected", reason=reason, until=until)
    woken_at = find_awakening(career.case, at, until)
    if woken_at >= career.case.end:
        return None
    career.add_stage("mql", woken_at, by=MARKETER, act="woken")
    return woken_at


def _make_offer(career: Career, handed_at: int, decided_at: int, *, tells: bool) -> None:
    """Accept the lead, meet it and make an offer, all before its end."""
    case, rng = career.case, career.rng
    room = case.end - handed_at
    met_at = min(add_work(case.rep, decided_at, 6 + rng.exponential(30.0)), handed_at + round(0.8 * room))
    if tells and decided_at < met_at:
        career.add_stage("sql", decided_at, by=case.rep.email, act="accepted")
    career.add_contact("meeting", "reached", met_at)
    asked = case.value if not case.is_won else round((case.value or 0) * float(rng.uniform(0.95, 1.25)), -2)
    offered_at = met_at + round((case.end - met_at) * float(rng.uniform(0.05, 0.4)))
    career.add_stage("opportunity", offered_at, by=case.rep.email, value=asked)


def _close(career: Career) -> None:
    case = career.case
    if case.is_won:
        career.add_stage("customer", case.end, by=case.rep.email, value=case.value)
    elif case.is_lost:
        was_sales = any(step.stage == "sql" for step in career.stages)
        by = case.rep.email if was_sales else MARKETER
        career.add_stage("lost", case.end, by=by, reason=case.reason)


def find_new_year(at: int) -> int:
    """Return when the year after a moment begins, in microseconds since 1970 in UTC."""
    year = to_timestamps(np.array([at]))[0].year
    return int((np.datetime64(f"{year + 1}-01-01", "us")).astype(np.int64))
