"""Closings: how leads ended, won or lost, as far as it is known at a moment."""

from collections.abc import Iterable
from dataclasses import dataclass

from agreement.calendar.periods import Period
from agreement.insight.spending import MOST_EUROS
from agreement.lives import Life, Step
from agreement.stages import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The end of a lead.

    Parameters
    ----------
    life : Life
        Whose.
    is_won : bool
        Whether it became a customer.
    at : int
        When, in microseconds since 1970 in UTC.
    value : float or None
        Euros from 0 to `agreement.insight.spending.MOST_EUROS`, as last told by then with a step, else of the
        lead; None where nobody told.
    reason : str or None
        The code of the reason of a loss; None where nobody told, and for a win.
    stage_before : Stage
        Where it stood until then.
    """

    life: Life
    is_won: bool
    at: int
    value: float | None
    reason: str | None
    stage_before: Stage

    @property
    def euros(self) -> float:
        """Return what it brought: 0 for a loss, and for a win of which nobody told a value."""
        return self.value or 0.0 if self.is_won else 0.0


def find_closing(life: Life, as_of: int) -> Closing | None:
    """Return how a lead ended by `as_of` (microseconds since 1970), None while it is open.

    The first win counts, whatever became of the customer later. A loss counts while the lead stays lost, from its
    first day on; its reason may be told later.
    """
    steps = [step for step in life.steps if step.at <= as_of]
    won = next((place for place, step in enumerate(steps) if step.stage == Stage.CUSTOMER), None)
    if won is not None:
        # A correction of the same win comes at the same instant.
        told = [step for step in steps if step.at <= steps[won].at]
        return _close(life, told, won, is_won=True)
    lost = len(steps)
    while lost > 0 and steps[lost - 1].stage == Stage.LOST:
        lost -= 1
    return _close(life, steps, lost, is_won=False) if lost < len(steps) else None


def list_closings(lives: Iterable[Life], period: Period, as_of: int) -> list[Closing]:
    """List the ends within a period, as known at `as_of`, in the order of the lives."""
    begins_at, ends_at = period.begins_at, period.ends_at
    found = (find_closing(life, as_of) for life in lives if life.steps)
    return [closing for closing in found if closing is not None and begins_at <= closing.at < ends_at]


def _close(life: Life, steps: list[Step], place: int, *, is_won: bool) -> Closing:
    reasons = [step.reason for step in steps[place:] if step.reason]
    return Closing(
        life=life,
        is_won=is_won,
        at=steps[place].at,
        value=_find_value(life, steps),
        reason=reasons[-1] if reasons and not is_won else None,
        stage_before=steps[place - 1].stage if place else Stage.LEAD,
    )


def _find_value(life: Life, steps: list[Step]) -> float | None:
    told = [life.facts.get("value"), *(step.value for step in steps)]
    known = [value for value in told if isinstance(value, int | float) and 0 <= value <= MOST_EUROS]
    return known[-1] if known else None
