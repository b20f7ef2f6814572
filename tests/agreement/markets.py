"""Markets: leads whose law is known, for tests of the forecast."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from agreement.calendar.periods import Period
from agreement.calendar.zones import DAY_MICROS
from agreement.forecast.tracks import Tracks
from agreement.lives import Life, Step
from agreement.stages import Stage

NOW = int(datetime(2026, 11, 2, tzinfo=UTC).timestamp()) * 1_000_000
WEEK = 7 * DAY_MICROS


def ago(days: float) -> int:
    """Return the instant so many days before now."""
    return NOW - round(days * DAY_MICROS)


def make_life(
    lead_id: str, created: float, *steps: tuple[str, float] | tuple[str, float, float], **more: object
) -> Life:
    """Make a lead from days before now: when it came, and its steps with or without a value."""
    told = tuple(
        Step(stage=Stage(step[0]), at=ago(step[1]), value=step[2] if len(step) == 3 else None) for step in steps
    )
    return Life(lead_id=lead_id, created_at=ago(created), steps=told, **more)  # type: ignore[arg-type]


def invent_market(seed: int, *, n_leads: int = 600, weeks: int = 60, hazard: float = 0.002) -> list[Life]:
    """Invent leads that come evenly, and each day are won by one hazard and lost by three times of it."""
    rng = np.random.default_rng(seed)
    lives = []
    for number in range(n_leads):
        born = float(rng.uniform(0, weeks * 7))
        lasts = float(rng.exponential(1 / (4 * hazard)))
        steps: list[tuple[str, float] | tuple[str, float, float]] = []
        if born > 5 and lasts > 5:
            steps.append(("opportunity", born - 5, 900.0 + number % 200))
        if lasts < born:
            is_won = rng.random() < 0.25
            steps.append(("customer", born - lasts, 1_000.0 + number % 300) if is_won else ("lost", born - lasts))
        source = "calls" if number % 4 == 0 else "web"
        lives.append(make_life(f"L{number:04d}", born, *steps, source=source, owner_id=f"rep{number % 3}"))
    return lives


def follow(lives: list[Life], at: int = NOW) -> Tracks:
    """Return the leads' tracks as of an instant."""
    return Tracks.from_lives(lives, as_of=at)


def next_weeks(weeks: int) -> Period:
    """Return the days of so many weeks from now."""
    begins = date(2026, 11, 2)
    return Period(begins=begins, ends=begins + timedelta(weeks=weeks))
