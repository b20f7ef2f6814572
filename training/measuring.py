"""Measuring: the points of the curves by which people judge a scorer, measured on the test period."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.times import DAY
from models.findings import (
    Driver,
    Findings,
    GainsCurve,
    Measured,
    ReliabilityBin,
    ScoreBin,
    Stretch,
    TurningPoint,
)
from models.log_odds import to_log_odds, to_probability
from training.endings import read_endings
from training.evaluation import compute_gains, compute_reliability
from training.fitting import OURS, Fitted
from training.history import History
from training.report import TrainingReport
from training.summarising import compute_importance

_WEEK = 7 * DAY
_POINTS = 201
# In log-odds, so that the crowded low probabilities spread out; a twelfth of a percent to 98 %.
_EDGES = np.arange(-7.0, 4.01, 0.25)


def gather_findings(fitted: Fitted, history: History, report: TrainingReport) -> Findings:
    """Gather what the test showed, and what thresholds did before it.

    Parameters
    ----------
    report
        Of the same training: its comparison and its periods are kept as they are.
    """
    labels, ours = fitted.test_labels, fitted.test_probabilities[OURS]
    fields = Measured.__dataclass_fields__
    return Findings(
        measured=tuple(Measured(**{name: getattr(row, name) for name in fields}) for row in report.comparison),
        reliability=_list_bins(compute_reliability(labels, ours)),
        gains=tuple(_draw_gains(name, labels, found) for name, found in fitted.test_probabilities.items()),
        distribution=compute_distribution(ours, labels),
        turning_points=_list_turning_points(fitted, history),
        drivers=_list_drivers(compute_importance(fitted)),
        stretches=tuple(
            Stretch(name=part.name, rows=part.rows, positives=part.positives, start=part.start, end=part.end)
            for part in report.periods
        ),
    )


def compute_distribution(probability: NDArray[np.float64], labels: NDArray[np.float64]) -> tuple[ScoreBin, ...]:
    """Count won and lost rows in bins of equal width in log-odds; what lies outside counts in the outermost.

    Parameters
    ----------
    probability, labels
        Shape (n,).
    """
    edges = to_probability(_EDGES)
    place = np.clip(np.searchsorted(_EDGES, to_log_odds(probability), side="right") - 1, 0, len(_EDGES) - 2)
    won = np.bincount(place, labels, minlength=len(edges) - 1).astype(int)
    lost = np.bincount(place, 1 - labels, minlength=len(edges) - 1).astype(int)
    return tuple(
        ScoreBin(begins=float(edges[i]), ends=float(edges[i + 1]), won=int(won[i]), lost=int(lost[i]))
        for i in range(len(edges) - 1)
    )


def compute_turning_points(
    probability: NDArray[np.float64],
    labels: NDArray[np.float64],
    lead: NDArray[np.int32],
    as_of: NDArray[np.int64],
    *,
    start: int | None = None,
    end: int | None = None,
) -> tuple[TurningPoint, ...]:
    """Compute what each of some two hundred thresholds would have done.

    A lead counts where its probability first reaches a threshold, and is won where the snapshot of that moment is;
    whoever reached it before the period does not count. Thresholds are quantiles of how high leads came.

    Parameters
    ----------
    probability, labels, lead, as_of
        Shape (n,): snapshots in any order; microseconds.
    start, end
        The period, for counts by whole week; without them there are none.
    """
    order = np.lexsort((as_of, lead))
    p, y, who, at = probability[order], labels[order], lead[order], as_of[order]
    if not len(p):
        return ()
    peaks = np.asarray(pd.Series(p).groupby(who).max(), dtype=np.float64)
    thresholds = np.unique(np.quantile(peaks, np.linspace(0, 1, _POINTS), method="lower"))
    return tuple(_count_turns(float(threshold), p, y, who, at, start, end) for threshold in thresholds)


def _count_turns(
    threshold: float,
    p: NDArray[np.float64],
    y: NDArray[np.float64],
    who: NDArray[np.int32],
    at: NDArray[np.int64],
    start: int | None,
    end: int | None,
) -> TurningPoint:
    reached = np.flatnonzero(p >= threshold)
    first = reached[np.unique(who[reached], return_index=True)[1]]
    if start is not None:
        first = first[at[first] >= start]
    weeks: tuple[int, ...] = ()
    if start is not None and end is not None and (n_weeks := (end - start) // _WEEK):
        week = (at[first] - start) // _WEEK
        weeks = tuple(np.bincount(week[week < n_weeks], minlength=n_weeks).tolist())
    return TurningPoint(threshold=threshold, leads=len(first), won=int(y[first].sum()), weeks=weeks)


def _list_turning_points(fitted: Fitted, history: History) -> tuple[TurningPoint, ...]:
    """Follow the leads of the rehearsal: whoever tries thresholds looks at it, and not at the test."""
    rows, rehearsal = fitted.rows, fitted.rehearsal
    if rehearsal is None:
        return ()
    lead, as_of = rehearsal.snapshots.lead, rehearsal.snapshots.as_of
    if rows.horizon_days is None:
        labels = rows.labels[fitted.split.development][fitted.split.folds[-1].valid]
        return compute_turning_points(rehearsal.probability, labels, lead, np.zeros(len(lead), np.int64))
    endings = read_endings(history)
    # Whoever was won on an unknown day has no label.
    known = ~endings.is_won_undated[lead]
    won = endings.is_won[lead] & (endings.decided_at[lead] < as_of + rows.horizon_days * DAY)
    return compute_turning_points(
        rehearsal.probability[known],
        won[known].astype(np.float64),
        lead[known],
        as_of[known],
        start=rehearsal.start,
        end=rehearsal.end,
    )


def _list_bins(table: pd.DataFrame) -> tuple[ReliabilityBin, ...]:
    columns = ("mean_predicted", "observed_rate", "lower", "upper")
    shares = table[list(columns)].to_numpy(np.float64).tolist()
    return tuple(
        ReliabilityBin(predicted=predicted, seen=seen, lower=lower, upper=upper, count=count)
        for (predicted, seen, lower, upper), count in zip(shares, table["count"].astype(int).tolist(), strict=True)
    )


def _draw_gains(name: str, labels: NDArray[np.float64], probability: NDArray[np.float64]) -> GainsCurve:
    captured = compute_gains(labels, probability)["captured"].to_numpy()
    return GainsCurve(model=name, captured=() if np.isnan(captured).any() else tuple(captured.tolist()))


def _list_drivers(importance: pd.DataFrame) -> tuple[Driver, ...]:
    pairs = zip(importance["feature"], importance["importance"], strict=True)
    return tuple(Driver(name=str(name), importance=float(value)) for name, value in pairs)
