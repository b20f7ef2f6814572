"""Resting: leads that were put aside, those that wake soon, and what became of those that woke."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agreement.calendar.periods import Period
from agreement.episodes import DAY_MICROS
from agreement.lives import Act, Life, Step
from agreement.stages import PASSED, Stage
from agreement.terms import Terms

SOON_MICROS = 30 * DAY_MICROS
"""How far ahead one looks for leads that wake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rested:
    """Leads by what happened to their rest.

    Parameters
    ----------
    put_aside : tuple of str
        Put aside within the period.
    waking : tuple of str
        Still resting, and waking within `SOON_MICROS`.
    overdue : tuple of str
        Still resting, although the rest is over.
    woken : Mapping
        Woken within the period, by the stage in which they stand now.
    """

    put_aside: tuple[str, ...]
    waking: tuple[str, ...]
    overdue: tuple[str, ...]
    woken: Mapping[Stage, Sequence[str]]

    @property
    def n_woken(self) -> int:
        """Return how many woke within the period."""
        return sum(map(len, self.woken.values()))


def find_rested(lives: Iterable[Life], terms: Terms, period: Period, as_of: int) -> Rested:
    """Find the leads that rest or rested.

    Parameters
    ----------
    lives : Iterable of Life
        With what is known at `as_of`.
    terms : Terms
        They say how long a lead rests for which nobody named a date.
    period : Period
        In which leads were put aside or woken.
    as_of : int
        Now, in microseconds since 1970.
    """
    begins_at, ends_at = period.begins_at, period.ends_at
    put_aside: list[str] = []
    wakes: dict[str, int] = {}
    woken: dict[Stage, list[str]] = {}
    for life in lives:
        if not _may_matter(life, begins_at):
            continue
        pairs = list(zip((None, *life.steps), life.steps, strict=False))
        within = [(before, step) for before, step in pairs if begins_at <= step.at < ends_at]
        if any(_is_put_aside(before, step) for before, step in within):
            put_aside.append(life.lead_id)
        if any(_is_woken(before, step) for before, step in within):
            woken.setdefault(life.steps[-1].stage, []).append(life.lead_id)
        if life.steps[-1].stage == Stage.RECYCLED:
            wakes[life.lead_id] = _find_wake(life.steps[-1], terms)
    return Rested(
        put_aside=tuple(put_aside),
        waking=tuple(lead_id for lead_id, at in wakes.items() if as_of < at <= as_of + SOON_MICROS),
        overdue=tuple(lead_id for lead_id, at in wakes.items() if at <= as_of),
        woken=woken,
    )


def _may_matter(life: Life, begins_at: int) -> bool:
    """Tell whether a lead rests, or has moved since an instant and ever rested."""
    if not life.steps:
        return False
    last = life.steps[-1]
    if last.stage == Stage.RECYCLED or last.at < begins_at:
        return last.stage == Stage.RECYCLED
    return any(step.stage == Stage.RECYCLED or step.act == Act.WOKEN for step in life.steps)


def _is_put_aside(before: Step | None, step: Step) -> bool:
    return step.stage == Stage.RECYCLED and (before is None or before.stage != Stage.RECYCLED)


def _is_woken(before: Step | None, step: Step) -> bool:
    is_back = before is not None and before.stage == Stage.RECYCLED and step.stage in PASSED
    return step.act == Act.WOKEN or is_back


def _find_wake(step: Step, terms: Terms) -> int:
    reason = next((reason for reason in terms.reasons if reason.code == step.reason), None)
    return terms.recycling.find_wake(step.at, reason, step.until)
