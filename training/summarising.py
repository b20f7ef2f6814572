"""Summarising: the report, the figures and the plain facts of a fitted scorer."""

from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from features.times import to_datetime
from models.explanation import list_families, name_family
from models.sources import compute_code_fingerprint
from training.evaluation import compute_gains, compute_metrics, compute_reliability
from training.fitting import BASE_RATE, OURS, Fitted, TrainingOptions
from training.history import History
from training.plots import (
    plot_gains,
    plot_importance,
    plot_learning_curve,
    plot_lift,
    plot_reliability,
    plot_score_distribution,
)
from training.report import DataDescription, Period, TrainingReport, compute_verdict, list_rows
from training.snapshots import TrainingRows

# A probability that is off by more than ten points on average misleads more than a rank does.
CALIBRATION_BOUND = 0.10
_IMPORTANCE_ROWS = 2_000
_SHOWN_TIMES_CHOSEN = 3


def build_report(fitted: Fitted, history: History, *, name: str, now: datetime) -> TrainingReport:
    """Build the report of a training."""
    rows, split, scorer = fitted.rows, fitted.split, fitted.scorer
    return TrainingReport(
        model=name,
        created_at=now,
        data=DataDescription(
            name="imported history",
            rows=len(rows),
            positives=int(rows.labels.sum()),
            **_span(rows, np.arange(len(rows))),
            fingerprint=history.about.fingerprint,
            warnings=(*history.about.warnings, *fitted.warnings),
        ),
        periods=_list_periods(fitted),
        comparison=list_rows(fitted.comparison),
        settings={
            **asdict(fitted.settings),
            "lines beside the trees": _describe_lines(fitted),
            "split": split.kind,
            "embargoed rows": split.n_embargoed,
            "censored snapshots": rows.n_censored,
            "horizon in days": rows.horizon_days,
        },
        calibrator=scorer.calibrator_.method,
        calibrator_evidence={f"{found.method} saves": found.gain for found in fitted.evidence},
        thresholds={"warm": scorer.thresholds_.warm, "hot": scorer.thresholds_.hot},
        verdict=compute_verdict(fitted.comparison),
    )


def describe_scorer(fitted: Fitted, history: History, options: TrainingOptions, *, now: datetime) -> dict[str, Any]:
    """Describe a scorer in plain data that travels with it, and decide whether it may publish probabilities."""
    metrics = compute_metrics(fitted.test_labels, fitted.test_probabilities[OURS])
    is_close = metrics.calibration_error <= CALIBRATION_BOUND
    described = {
        "product": f"hotlead {version('hotlead')}",
        "trained_at": now.isoformat(),
        "code_fingerprint": compute_code_fingerprint(),
        "history_fingerprint": history.about.fingerprint,
        "time_basis": history.about.time_basis,
        "horizon_days": fitted.rows.horizon_days,
        "test_share": options.test_share,
        "seed": options.seed,
        "base_rate": float(fitted.rows.labels[fitted.split.development].mean()),
        "test": {name: _finite(value) for name, value in asdict(metrics).items()},
        "verdict": list(compute_verdict(fitted.comparison).sentences),
        "warnings": list(fitted.warnings),
        "floods": list(fitted.rows.floods),
        "publishes_probability": is_close,
    }
    if not is_close:
        described["probability_withheld"] = (
            f"on the test period probabilities were off by {metrics.calibration_error:.2f} on average, "
            f"more than {CALIBRATION_BOUND:.2f}: rank by score and bucket"
        )
    return described


def draw_figures(fitted: Fitted) -> dict[str, Figure]:
    """Draw the figures of a training on its test rows, by caption."""
    labels, ours = fitted.test_labels, fitted.test_probabilities[OURS]
    gains = {
        name: compute_gains(labels, probability)
        for name, probability in fitted.test_probabilities.items()
        if name != BASE_RATE
    }
    thresholds = {"warm": fitted.scorer.thresholds_.warm, "hot": fitted.scorer.thresholds_.hot}
    figures = {
        "Reliability": plot_reliability(compute_reliability(labels, ours)),
        "Gains": plot_gains(gains),
        "Lift": plot_lift(gains),
        "Score distribution": plot_score_distribution(ours, labels, thresholds),
        "Importance": plot_importance(compute_importance(fitted)),
    }
    if fitted.trials:
        figures["Learning curve"] = _plot_curves(fitted)
    return figures


def compute_importance(fitted: Fitted) -> pd.DataFrame:
    """Compute each family's mean absolute part of the log-odds over test rows.

    Returns
    -------
    DataFrame
        Columns `feature` (the family) and `importance` (log-odds, at least 0), the largest first.
    """
    table = fitted.test_table.take(np.arange(min(_IMPORTANCE_ROWS, len(fitted.test_table))))
    parts = fitted.scorer.compute_parts(table)
    importance = {
        name_family(family): float(np.abs(parts.by_feature[:, positions].sum(axis=1)).mean())
        for family, positions in list_families(parts.feature_set)
    }
    found = pd.DataFrame({"feature": list(importance), "importance": list(importance.values())})
    return found.sort_values("importance", ascending=False, kind="stable", ignore_index=True)


def _describe_lines(fitted: Fitted) -> str:
    lines = fitted.additive
    if lines is None:
        return "none"
    return f"{lines.weight:.0%} of the sum, strength {lines.strength:g}, half-life {lines.half_life}"


def _plot_curves(fitted: Fitted) -> Figure:
    chosen = min(fitted.trials, key=lambda trial: trial.loss)
    name = "window" if fitted.split.kind == "time" else "fold"
    shown = min(len(chosen.curve), _SHOWN_TIMES_CHOSEN * chosen.best_rounds)
    curves = {f"{name} {number}": curve[:shown] for number, curve in enumerate(chosen.fold_curves, start=1)}
    return plot_learning_curve(curves, chosen.best_rounds)


def _list_periods(fitted: Fitted) -> tuple[Period, ...]:
    split = fitted.split
    periods = [
        _describe_period(fitted.rows, split.development, "development", "fit the model and choose its settings")
    ]
    for number, fold in enumerate(split.folds, start=1):
        name = f"forward window {number}" if split.kind == "time" else f"fold {number}"
        purpose = "choose the number of trees and the calibration" + (
            " by models fitted before it" if split.kind == "time" else " by models fitted on the other folds"
        )
        periods.append(_describe_period(fitted.rows, split.development[fold.valid], name, purpose))
    test = (
        "test the model once" if split.kind == "time" else "test the model once (drawn at random: there is no date)"
    )
    return (*periods, _describe_period(fitted.rows, split.test, "test", test))


def _describe_period(rows: TrainingRows, positions: NDArray[np.intp], name: str, purpose: str) -> Period:
    return Period(
        name=name,
        purpose=purpose,
        rows=len(positions),
        positives=int(rows.labels[positions].sum()),
        **_span(rows, positions),
    )


def _span(rows: TrainingRows, positions: NDArray[np.intp]) -> dict[str, datetime | None]:
    if rows.horizon_days is None or len(positions) == 0:
        return {"start": None, "end": None}
    as_of = rows.snapshots.as_of[positions]
    return {"start": to_datetime(int(as_of.min())), "end": to_datetime(int(as_of.max()))}


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
