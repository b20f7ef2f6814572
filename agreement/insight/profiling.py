"""Profiling: the ideal customer profile: what leads that buy have in common, and what those that do not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agreement.calendar.periods import Period
from agreement.counting.rates import Rate
from agreement.episodes import DAY_MICROS
from agreement.insight.asking import CriterionFigures, check_criteria, list_criteria
from agreement.insight.closings import Closing, find_closing
from agreement.insight.kinds import Comparison, Kind
from agreement.insight.traits import list_traits
from agreement.lives import Life
from agreement.terms import Terms

LEAST = 20
"""Fewer leads than this are no kind of lead."""
MOST_TRAITS = 100
"""So many of the most frequent traits are tried, alone and in pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The leads whose end is known well enough, and how many are not.

    Attributes
    ----------
    lives, closings
        Each lead, with its end; None for one that had its time and is still open.
    n_young
        How many of them closed before they had their time.
    n_left_out
        How many leads are open and had not their time yet.
    """

    lives: Sequence[Life]
    closings: Sequence[Closing | None]
    n_young: int
    n_left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The ideal customer profile, as far as the ends of leads tell.

    Attributes
    ----------
    judged, base
        The leads it was read from, and how many of them were won.
    best, worst
        Kinds of one trait that are won more often than others, and less often; the surest first.
    pairs
        Kinds of two traits that say more than each of the two, the surest first.
    criteria
        What the agreement asks for, and what it leaves out.
    n_traits, n_pairs
        How many were tried; each is a family of its own for the guard against chance.
    """

    judged: Judged
    base: Rate
    best: Sequence[Kind]
    worst: Sequence[Kind]
    pairs: Sequence[Kind]
    criteria: Sequence[CriterionFigures]
    n_traits: int
    n_pairs: int


def judge_leads(lives: Iterable[Life], period: Period, as_of: int, *, horizon_days: int) -> Judged:
    """List the leads that came to be in a period and whose end is known well enough.

    A lead that is older than the horizon had its time: it counts, won or not. A younger one counts only if it has
    closed; while it is open nobody knows its end, and it is left out. So the youngest are there with early ends
    only, of every kind alike.
    """
    begins_at, ends_at = period.begins_at, min(period.ends_at, as_of + 1)
    had_time = as_of - horizon_days * DAY_MICROS
    came = [life for life in lives if begins_at <= life.created_at < ends_at]
    ends = [(life, find_closing(life, as_of)) for life in came]
    known = [(life, end) for life, end in ends if end is not None or life.created_at <= had_time]
    return Judged(
        lives=[life for life, _ in known],
        closings=[end for _, end in known],
        n_young=sum(life.created_at > had_time for life, _ in known),
        n_left_out=len(came) - len(known),
    )


def compute_profile(lives: Iterable[Life], period: Period, as_of: int, terms: Terms) -> Profile:
    """Compute the profile of the leads that came to be in a period, and check the hand-over's criteria by it."""
    judged = judge_leads(lives, period, as_of, horizon_days=terms.assumed.horizon_days)
    asked = [] if terms.handover is None else list_criteria(terms.handover, judged.lives)
    traits = list_traits(judged.lives, least=LEAST, most=MOST_TRAITS)
    tried = {**traits, **{criterion.trait: criterion.places for criterion in asked}}
    kinds = Comparison(judged.lives, judged.closings, tried).compare_traits()
    by_trait = {kind.traits[0]: kind for kind in kinds}
    best = sorted((by_trait[trait] for trait in traits if by_trait[trait].is_better), key=_rank_better)
    paired = Comparison(judged.lives, judged.closings, traits)
    pairs, n_pairs = paired.compare_pairs(least=LEAST)
    return Profile(
        judged=judged,
        base=paired.base,
        best=best,
        worst=sorted((by_trait[trait] for trait in traits if by_trait[trait].is_worse), key=_rank_worse),
        pairs=sorted(pairs, key=_rank_distance),
        criteria=check_criteria(asked, by_trait, best, least=LEAST),
        n_traits=len(tried),
        n_pairs=n_pairs,
    )


def _rank_better(kind: Kind) -> float:
    return 0.0 if kind.lift is None else -kind.lift.low


def _rank_worse(kind: Kind) -> float:
    return 0.0 if kind.lift is None else kind.lift.high


def _rank_distance(kind: Kind) -> float:
    """Rank by how far the nearer end of the interval is from 1, as a ratio."""
    return 0.0 if kind.lift is None else -max(kind.lift.low, 1 / kind.lift.high)
