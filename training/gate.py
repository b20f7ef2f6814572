"""The gate: a model is published only where later windows show it better than the base rate."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.calibration import Window
from models.log_odds import compute_losses, to_log_odds

# Two standard errors, so that on data without signal about one training in forty passes by luck.
_NEEDED_ERRORS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GateDecision:
    """What the windows said.

    `gain` is the mean log loss saved against each window's base rate, in nats; its standard error counts the
    rows of one lead as one.
    """

    passed: bool
    gain: float
    standard_error: float
    n: int

    def to_sentence(self) -> str:
        """Return the decision in words."""
        measured = f"{self.gain:+.4f} ± {self.standard_error:.4f} nats a row over {self.n:,} rows"
        if self.passed:
            return f"On later windows the trees beat the base rate: {measured} saved."
        return f"On later windows the trees do not beat the base rate ({measured} saved): it is published instead."


def decide(
    windows: Sequence[Window], base_rates: Sequence[float], groups: Sequence[NDArray[np.int32]]
) -> GateDecision:
    """Decide whether a model beats the base rate by two standard errors on windows later than its training.

    Parameters
    ----------
    windows
        Predictions on each window.
    base_rates
        The rate in each window's training rows, in [0, 1].
    groups
        For each window the lead of each row, shape (n,): rows of one lead hang together.
    """
    savings = np.concatenate([_save(w, rate) for w, rate in zip(windows, base_rates, strict=True)])
    _, lead = np.unique(np.concatenate(groups), return_inverse=True)
    gain = float(savings.mean())
    by_lead = np.bincount(lead, savings - gain)
    error = float(np.sqrt((by_lead**2).sum()) / len(savings))
    return GateDecision(passed=gain > _NEEDED_ERRORS * error, gain=gain, standard_error=error, n=len(savings))


def _save(window: Window, base_rate: float) -> NDArray[np.float64]:
    constant = np.full(len(window.labels), to_log_odds(base_rate))
    return compute_losses(constant, window.labels) - compute_losses(window.log_odds, window.labels)
