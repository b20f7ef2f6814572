"""Contents: what won deals had read, seen or downloaded, beside what lost ones had."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agreement.counting.lifts import Lift, compare_shares
from agreement.counting.rates import Rate
from agreement.insight.closings import Closing

LEAST = 10
"""Fewer deals than this say nothing about a content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentFigures:
    """One content.

    Attributes
    ----------
    type, content
        What was done, and with what: a title, a page.
    won, lost
        How many of the won deals had met it before they were won, and of the lost before they were lost.
    lift
        How many times as often won deals had met it as lost ones; None where there are none of either.
    lead_ids
        Of all that had met it.
    """

    type: str
    content: str
    won: Rate
    lost: Rate
    lift: Lift | None
    lead_ids: Sequence[str]

    @property
    def n(self) -> int:
        """Return how many closed deals had met it."""
        return self.won.count + self.lost.count


def compute_contents(closings: Iterable[Closing], *, least: int = LEAST) -> list[ContentFigures]:
    """Compute the figures of every content that at least `least` closed deals had met.

    Those that speak for won deals come first, by the lower end of their lift. Won deals may have met more because
    they were looked after longer: a content with a lift goes with wins, which is not to say that it brings them.

    Parameters
    ----------
    closings : Iterable of Closing
        The deals, with what their leads did.
    """
    met: dict[tuple[str, str], list[Closing]] = {}
    n_won = n_lost = 0
    for closing in closings:
        n_won, n_lost = n_won + closing.is_won, n_lost + (not closing.is_won)
        for key in _list_met(closing):
            met.setdefault(key, []).append(closing)
    figures = [_compute(key, closed, n_won, n_lost) for key, closed in sorted(met.items()) if len(closed) >= least]
    return sorted(figures, key=lambda each: 0.0 if each.lift is None else -each.lift.low)


def _list_met(closing: Closing) -> set[tuple[str, str]]:
    touches = closing.life.touches
    return {(each.type, each.content) for each in touches if each.content is not None and each.at < closing.at}


def _compute(key: tuple[str, str], met: Sequence[Closing], n_won: int, n_lost: int) -> ContentFigures:
    won = Rate(count=sum(closing.is_won for closing in met), of=n_won)
    lost = Rate(count=sum(not closing.is_won for closing in met), of=n_lost)
    return ContentFigures(
        type=key[0],
        content=key[1],
        won=won,
        lost=lost,
        lift=compare_shares(won, lost),
        lead_ids=[closing.life.lead_id for closing in met],
    )
