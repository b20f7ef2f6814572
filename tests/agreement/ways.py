"""Ways: lives written as days, for tests that count them."""

from collections.abc import Iterable
from datetime import date

from agreement.calendar.periods import Period
from agreement.calendar.zones import DAY_MICROS
from agreement.funnel.passages import FUNNEL
from agreement.lives import Life, Step
from agreement.stages import Stage

MONDAY = 1_767_571_200_000_000
"""Midnight in UTC before Monday 5 January 2026."""

YEAR = Period(begins=date(2026, 1, 5), ends=date(2027, 1, 4))


def day(number: float) -> int:
    """Return the instant so many days after the Monday."""
    return MONDAY + round(number * DAY_MICROS)


def step(stage: str, at: float, *, value: float | None = None) -> Step:
    """Return a step on a day."""
    return Step(stage=Stage(stage), at=day(at), value=value)


def live(
    lead_id: str, *steps: Step, created: float = 0, source: str | None = None, owner: str | None = None
) -> Life:
    """Return a life that began on a day."""
    return Life(lead_id=lead_id, created_at=day(created), source=source, owner_id=owner, steps=steps)


def pass_through(
    prefix: str, counts: Iterable[int], *, each: float = 10, value: float = 1_000, source: str | None = None
) -> list[Life]:
    """Return lives of which so many reach each stage, one stage in so many days; customers are worth `value`."""
    reached = list(counts)
    lives = []
    for number in range(reached[0]):
        stages = [stage for stage, count in zip(FUNNEL, reached, strict=True) if number < count][1:]
        steps = [
            step(stage, each * place, value=value if stage == Stage.CUSTOMER else None)
            for place, stage in enumerate(stages, start=1)
        ]
        lives.append(live(f"{prefix}-{number:04d}", *steps, source=source))
    return lives
