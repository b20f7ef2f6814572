"""Kinds of leads: those that have one or two traits in common, beside all other leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agreement.counting.lifts import Lift, compare_shares, compute_p_values, control_false_discoveries
from agreement.counting.rates import Rate
from agreement.insight.closings import Closing
from agreement.insight.traits import Trait
from agreement.lives import Life


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Leads that have something in common.

    Attributes
    ----------
    traits
        One or two.
    wins, others
        How many of them were won, and how many of all other leads.
    lift
        How many times as often they are won as others; None where there are no others.
    value_per_lead
        Euros won, by each lead of the kind, won or not.
    p_value
        How likely chance alone makes them as unlike others, in [0, 1]; two traits: as unlike those of either.
    is_found
        Whether it stands among all that were tried with it; see `control_false_discoveries`.
    lead_ids
        Of all of the kind.
    """

    traits: tuple[Trait, ...]
    wins: Rate
    others: Rate
    lift: Lift | None
    value_per_lead: float
    p_value: float
    is_found: bool
    lead_ids: Sequence[str]

    @property
    def is_better(self) -> bool:
        """Return whether they are won more often than others, beyond what chance explains."""
        return self.is_found and self.lift is not None and self.lift.value > 1

    @property
    def is_worse(self) -> bool:
        """Return whether they are won less often than others, beyond what chance explains."""
        return self.is_found and self.lift is not None and self.lift.value < 1


class Comparison:
    """Compares kinds of leads with all others.

    Parameters
    ----------
    lives, closings : Sequence of Life, Sequence of Closing or None
        Each lead, with its end; None for one that is open.
    traits : Mapping
        For each trait the places of the leads that have it.
    """

    def __init__(
        self,
        lives: Sequence[Life],
        closings: Sequence[Closing | None],
        traits: Mapping[Trait, Sequence[int]],
    ) -> None:
        self._lives, self._traits = lives, tuple(traits)
        self._won = np.array([end is not None and end.is_won for end in closings], dtype=np.float32)
        self._euros = np.array([0.0 if end is None else end.euros for end in closings], dtype=np.float64)
        self._has = np.zeros((len(traits), len(lives)), dtype=np.float32)
        for number, places in enumerate(traits.values()):
            self._has[number, list(places)] = 1.0
        sizes, won = self._has.sum(axis=1), self._has @ self._won
        self._alone = [_read_rate(*both) for both in zip(won, sizes, strict=True)]
        self.base = Rate(count=int(self._won.sum()), of=len(lives))

    def compare_traits(self) -> list[Kind]:
        """Compare the leads of each trait with all others, in the order of the traits."""
        p_values = compute_p_values(self._alone, [self.base] * len(self._alone))
        found = control_false_discoveries(p_values)
        places = range(len(self._traits))
        return [self._describe((at,), self._alone[at], p_values[at], is_found=found[at]) for at in places]

    def compare_pairs(self, *, least: int) -> tuple[list[Kind], int]:
        """List the pairs of traits that say more than each of the two, and tell how many were tried.

        The two are of two attributes, and at least `least` leads have both. A pair says more where its leads are
        won more often than the rest of those with the one trait, and than the rest of those with the other, or
        less often than both. It stands if both do: its p-value is the larger one (R. L. Berger, Technometrics 24,
        1982, on tests of a union of hypotheses).
        """
        sizes, won = self._has @ self._has.T, (self._has * self._won) @ self._has.T
        pairs = [pair for pair in np.argwhere(np.triu(sizes >= least, k=1)).tolist() if self._differ(*pair)]
        wins = [_read_rate(won[a, b], sizes[a, b]) for a, b in pairs]
        by_first = compute_p_values(wins, [self._alone[a] for a, _ in pairs])
        by_second = compute_p_values(wins, [self._alone[b] for _, b in pairs])
        p_values = [max(both) for both in zip(by_first, by_second, strict=True)]
        found = control_false_discoveries(p_values)
        kinds = [
            self._describe(pair, rate, p_value, is_found=True)
            for pair, rate, p_value, is_found in zip(pairs, wins, p_values, found, strict=True)
            if is_found and self._says_more(pair, rate)
        ]
        return kinds, len(pairs)

    def _differ(self, a: int, b: int) -> bool:
        return self._traits[a].attribute != self._traits[b].attribute

    def _says_more(self, pair: Sequence[int], wins: Rate) -> bool:
        share, shares = wins.value or 0.0, [self._alone[at].value or 0.0 for at in pair]
        return share > max(shares) or share < min(shares)

    def _describe(self, places: Sequence[int], wins: Rate, p_value: float, *, is_found: bool) -> Kind:
        others = Rate(count=self.base.count - wins.count, of=self.base.of - wins.of)
        members: NDArray[np.intp] = np.flatnonzero(self._has[list(places)].all(axis=0))
        return Kind(
            traits=tuple(self._traits[at] for at in places),
            wins=wins,
            others=others,
            lift=compare_shares(wins, others),
            value_per_lead=float(self._euros[members].sum()) / wins.of if wins.of else 0.0,
            p_value=p_value,
            is_found=is_found,
            lead_ids=[self._lives[at].lead_id for at in members.tolist()],
        )


def _read_rate(count: float, of: float) -> Rate:
    return Rate(count=int(count), of=int(of))
