"""How likely a lead closes on a day, given who it is, what it did lately and what its colleagues do."""

from dataclasses import dataclass

import numpy as np

from hotlead.company.arrays import Flags, Floats, Integers
from hotlead.company.crowd import Crowd, Pulse
from hotlead.company.seasons import DAY, compute_drift

_ACTIVE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The weights behind the outcomes, in log hazard per working day."""

    win: float = -9.1
    appetite: float = 0.95
    visits: float = 1.35
    pricing: float = 1.2
    demos: float = 1.4
    calls: float = 0.3
    colleagues: float = 0.6
    loss: float = -3.5
    loss_visits: float = -0.9
    loss_appetite: float = -0.45


TRUTH = Truth()


def compute_win_hazard(crowd: Crowd, pulse: Pulse, moment: int, origin: int) -> Floats:
    """Return each lead's probability to be won on a working day; it never exceeds 0.25."""
    log_hazard: Floats = (
        TRUTH.win
        + compute_drift(moment, origin)
        + TRUTH.appetite * crowd.appetite
        + TRUTH.visits * np.log1p(pulse.visits)
        + TRUTH.pricing * np.log1p(pulse.pricing)
        + TRUTH.demos * np.minimum(pulse.demos, 1.5)
        + TRUTH.calls * np.minimum(pulse.calls, 2)
        + TRUTH.colleagues * np.log1p(count_active_colleagues(crowd, pulse))
    )
    age = (moment - crowd.created) / DAY
    # A deal needs offers, tests and signatures: it hardly closes in its first week.
    ripeness = 1 - np.exp(-((np.maximum(age, 0) / 12) ** 2))
    hazard: Floats = np.minimum(np.exp(log_hazard) * ripeness, 0.25)
    return hazard


def compute_loss_hazard(crowd: Crowd, pulse: Pulse, moment: int) -> Floats:
    """Return each lead's probability to be given up on a working day: the quiet and the unfit go first."""
    log_hazard: Floats = (
        TRUTH.loss
        + TRUTH.loss_appetite * crowd.appetite
        + TRUTH.loss_visits * np.log1p(pulse.visits + 2 * pulse.pricing + 4 * pulse.demos)
        + 0.5 * ~pulse.subscribed
    )
    age = (moment - crowd.created) / DAY
    hazard: Floats = np.minimum(np.exp(log_hazard) * np.clip(age / 22, 0.05, 2.2), 0.25)
    return hazard


def count_active_colleagues(crowd: Crowd, pulse: Pulse) -> Integers:
    """Return for each lead how many others of its buying group were active in the last days."""
    active: Flags = pulse.visits > _ACTIVE
    per_group = np.bincount(crowd.group, weights=active, minlength=len(pulse.project))
    return (per_group[crowd.group] - active).astype(np.int64)
