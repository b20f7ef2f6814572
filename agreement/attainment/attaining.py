"""Attaining: whether both sides kept their word in a period, as far as it is known at an instant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agreement.attainment.contact_activity import Activity, count_contacts
from agreement.attainment.duties import LeadTimer, Tally, choose_due, order_by_due, tally_by
from agreement.attainment.hand_overs import HandedOver, list_handed_over, list_known_lives, list_moved_since
from agreement.attainment.promise_trend import Span, compute_trend, list_spans
from agreement.attainment.response_times import Wait, compute_first_waits, compute_waits
from agreement.attainment.resting import Rested, find_rested
from agreement.attainment.supplying import Arrival, Supplied, judge_supply, list_arrivals
from agreement.attainment.turning_down import Misfit, TurnedDown, list_misfits, list_turned_down
from agreement.calendar.periods import Period
from agreement.commitments import Supply
from agreement.lives import Life
from agreement.people import Person
from agreement.terms import Terms
from agreement.timers import Duty


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose hand-overs are meant: of one owner, of one bucket, as the lead was handed over; None means all."""

    owner_id: str | None = None
    bucket: str | None = None

    def holds(self, owner_id: str | None, bucket: str | None) -> bool:
        """Return whether a hand-over with this owner and bucket is meant."""
        return self.owner_id in (None, owner_id) and self.bucket in (None, bucket)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What attainment is computed from.

    Parameters
    ----------
    lives : Sequence of Life
        All leads.
    timers : Sequence of (str, Timer)
        At least those that run at any time within the period and within its trend.
    first_touches : Mapping
        When leads first did anything, by id, in microseconds since 1970; needed of those that were handed over
        within the period.
    people : Mapping
        By id, with the hours that they have now.
    """

    lives: Sequence[Life]
    timers: Sequence[LeadTimer]
    first_touches: Mapping[str, int]
    people: Mapping[str, Person]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attainment:
    """Whether both sides kept their word.

    Parameters
    ----------
    supplied : Sequence of Supplied
        Marketing's promises, in the order of the agreement.
    duties, by_owner : Mapping
        Sales' duties that fell due in the period, by (duty, bucket) and by (owner, duty).
    terms_versions : Sequence of str
        The versions of the agreement by which these were judged.
    handed_over : Sequence of HandedOver
        Of the period.
    waits, first_waits : Sequence of Wait
        From each of these hand-overs, and from the first touch of leads that were first handed over then.
    activity : Sequence of Activity
        Contacts in the period.
    turned_down, misfits : Sequence
        What sales did not take in the period, and the values of criteria behind it.
    rested : Rested
        Leads put aside, waking and woken.
    trend : Sequence of Span
        The last weeks or months, the oldest first.
    """

    supplied: Sequence[Supplied]
    duties: Mapping[tuple[Duty, str | None], Tally]
    by_owner: Mapping[tuple[str | None, Duty], Tally]
    terms_versions: Sequence[str]
    handed_over: Sequence[HandedOver]
    waits: Sequence[Wait]
    first_waits: Sequence[Wait]
    activity: Sequence[Activity]
    turned_down: Sequence[TurnedDown]
    misfits: Sequence[Misfit]
    rested: Rested
    trend: Sequence[Span]


def compute_attainment(
    facts: Facts, *, terms: Terms, period: Period, as_of: int, scope: Scope | None = None
) -> Attainment:
    """Compute whether both sides kept their word.

    Parameters
    ----------
    facts : Facts
        What happened; what is later than `as_of` is not known.
    terms : Terms
        In force now: what marketing promised. Each timer is judged under its own.
    period : Period
        The days in question.
    as_of : int
        Now, in microseconds since 1970.
    scope : Scope or None
        Which hand-overs count for what sales owes, None for all; marketing's promises and resting leads are
        everybody's.
    """
    since = min(span.begins_at for span in (period, *list_spans(period, as_of)))
    known = _know(facts, terms, as_of, since=since, scope=Scope() if scope is None else scope)
    due = choose_due(known.timers, period)
    handed = known.list_within(period)
    turned_down = known.list_turned_down(terms, period)
    return Attainment(
        supplied=[judge_supply(supply, came, period=period, as_of=as_of) for supply, came in known.supplies],
        duties=tally_by(due, as_of, lambda timer: (timer.duty, timer.bucket)),
        by_owner=tally_by(due, as_of, lambda timer: (timer.owner_id, timer.duty)),
        terms_versions=sorted({timer.terms_version for _, timer in due}),
        handed_over=handed,
        waits=compute_waits(handed, facts.people),
        first_waits=compute_first_waits(handed, {life.lead_id: life for life in known.lives}, facts.first_touches),
        activity=known.list_activity(facts.people, period),
        turned_down=turned_down,
        misfits=list_misfits(known.list_lives_in_scope(turned_down), turned_down, period),
        rested=find_rested(known.lives, terms, period, as_of),
        trend=compute_trend(known.timers, known.supplies, period=period, as_of=as_of),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known at an instant: all lives, the hand-overs of those that moved lately, the timers of a scope."""

    lives: Sequence[Life]
    handed_over: Sequence[HandedOver]
    timers: Sequence[LeadTimer]
    supplies: Sequence[tuple[Supply, Sequence[Arrival]]]
    scope: Scope

    def list_within(self, period: Period) -> list[HandedOver]:
        begins_at, ends_at = period.begins_at, period.ends_at
        return [
            each
            for each in self.handed_over
            if begins_at <= each.at < ends_at and self.scope.holds(each.owner_id, each.bucket)
        ]

    def list_activity(self, people: Mapping[str, Person], period: Period) -> list[Activity]:
        activity = count_contacts(self.lives, people, period)
        return [each for each in activity if self.scope.owner_id in (None, each.owner_id)]

    def list_turned_down(self, terms: Terms, period: Period) -> list[TurnedDown]:
        found = list_turned_down(self.lives, self.handed_over, terms.reasons, period)
        return [each for each in found if self.scope.holds(each.owner_id, each.bucket)]

    def list_lives_in_scope(self, turned_down: Sequence[TurnedDown]) -> list[Life]:
        if self.scope == Scope():
            return list(self.lives)
        ids = {each.lead_id for each in self.handed_over if self.scope.holds(each.owner_id, each.bucket)}
        ids |= {each.lead_id for each in turned_down}
        return [life for life in self.lives if life.lead_id in ids]


def _know(facts: Facts, terms: Terms, as_of: int, *, since: int, scope: Scope) -> _Known:
    lives, started = list_known_lives(facts.lives, as_of), order_by_due(facts.timers, as_of)
    moved = list_moved_since(lives, since)
    handed_over = list_handed_over(moved, started)
    return _Known(
        lives=lives,
        handed_over=handed_over,
        timers=[each for each in started if scope.holds(each[1].owner_id, each[1].bucket)],
        supplies=[
            (supply, list_arrivals(supply, lives=moved, handed_over=handed_over, goal=terms.goal))
            for supply in terms.supply
        ],
        scope=scope,
    )
