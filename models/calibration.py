"""Calibration: the small correction in log-odds that later periods ask for, chosen by evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from models.log_odds import compute_losses, to_probability

Method = Literal["none", "shift", "platt"]
# How many pseudo-rows say that no correction is needed; keeps a small period from bending the slope.
_PRIOR_ROWS = 50.0
_NEWTON_STEPS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Predictions for a period later than the one they were trained on: log-odds and labels, both (n,)."""

    log_odds: NDArray[np.float64]
    labels: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrator:
    """An affine correction ``slope * x + shift`` of log-odds; being affine, contributions stay additive."""

    method: Method = "none"
    slope: float = 1.0
    shift: float = 0.0

    def apply(self, log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return corrected log-odds, shape (n,)."""
        return self.slope * log_odds + self.shift

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        return cls(**stored)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How a method did on windows later than those it was fitted on.

    `gain` is the mean log loss it saves against no correction, in nats, with its standard error over rows.
    """

    method: Method
    gain: float
    standard_error: float
    n: int


def choose_calibrator(windows: Sequence[Window]) -> tuple[Calibrator, tuple[Evidence, ...]]:
    """Choose the correction that earlier windows show to help on later ones.

    A method is taken only if its gain on later windows exceeds its standard error; the best such wins and is
    fitted on all windows. With fewer than two windows there is no evidence, and nothing is corrected.

    Parameters
    ----------
    windows
        In time order, each predicted by a model trained before it.

    Returns
    -------
    calibrator, evidence
        The chosen correction, and what was measured of each method.
    """
    evidence = tuple(_measure(method, windows) for method in ("shift", "platt")) if len(windows) > 1 else ()
    convincing = [found for found in evidence if found.gain > found.standard_error]
    if not convincing:
        return Calibrator(), evidence
    best = max(convincing, key=lambda found: found.gain)
    return fit_calibrator(best.method, windows), evidence


def fit_calibrator(method: Method, windows: Sequence[Window]) -> Calibrator:
    """Fit a correction of the given kind on windows."""
    if method == "shift":
        return Calibrator(method="shift", shift=_fit_shift(windows))
    if method == "platt":
        slope, shift = _fit_platt(_join(windows))
        return Calibrator(method="platt", slope=slope, shift=shift)
    return Calibrator()


def _measure(method: Method, windows: Sequence[Window]) -> Evidence:
    savings = np.concatenate([_save(method, windows[:later], windows[later]) for later in range(1, len(windows))])
    if len(savings) < 2:
        return Evidence(method=method, gain=0.0, standard_error=float("inf"), n=len(savings))
    error = float(savings.std(ddof=1) / np.sqrt(len(savings)))
    return Evidence(method=method, gain=float(savings.mean()), standard_error=error, n=len(savings))


def _save(method: Method, earlier: Sequence[Window], later: Window) -> NDArray[np.float64]:
    corrected = fit_calibrator(method, earlier).apply(later.log_odds)
    return compute_losses(later.log_odds, later.labels) - compute_losses(corrected, later.labels)


def _join(windows: Sequence[Window]) -> Window:
    return Window(
        log_odds=np.concatenate([window.log_odds for window in windows]),
        labels=np.concatenate([window.labels for window in windows]),
    )


def _fit_shift(windows: Sequence[Window]) -> float:
    """Average the windows' shifts, drawn to zero as far as they disagree (positive-part James–Stein)."""
    shifts = np.array([_solve_shift(window) for window in windows])
    mean = float(shifts.mean())
    if len(shifts) < 2 or mean == 0.0:
        return mean
    noise = float(shifts.var(ddof=1)) / len(shifts)
    return mean * max(0.0, 1.0 - noise / mean**2)


def _solve_shift(window: Window) -> float:
    """Solve for the shift that makes the mean probability the observed rate, by Newton's method.

    A standard normal prior keeps a window without a single win, or with nothing else, from shifting for ever.
    """
    shift = 0.0
    for _ in range(_NEWTON_STEPS):
        p = to_probability(window.log_odds + shift)
        step = ((window.labels - p).sum() - shift) / ((p * (1 - p)).sum() + 1.0)
        shift += float(np.clip(step, -2.0, 2.0))
        if abs(step) < 1e-10:
            break
    return shift


def _fit_platt(window: Window) -> tuple[float, float]:
    """Fit slope and shift by penalised maximum likelihood, drawn towards slope 1 and shift 0.

    After Platt (1999), "Probabilistic outputs for support vector machines"; a prior replaces its smoothing.
    """
    beta = np.array([1.0, 0.0])
    design = np.column_stack([window.log_odds, np.ones_like(window.log_odds)])
    prior = np.diag([_PRIOR_ROWS / 4, _PRIOR_ROWS / 100])
    for _ in range(_NEWTON_STEPS):
        p = to_probability(design @ beta)
        gradient = design.T @ (window.labels - p) - prior @ (beta - np.array([1.0, 0.0]))
        curvature = (design * (p * (1 - p))[:, None]).T @ design + prior
        step = np.clip(np.linalg.solve(curvature, gradient), -1.0, 1.0)
        beta += step
        if np.abs(step).max() < 1e-10:
            break
    # A slope that turned the order of leads over would be no calibration but another model.
    return (float(beta[0]), float(beta[1])) if beta[0] > 0 else (1.0, 0.0)
