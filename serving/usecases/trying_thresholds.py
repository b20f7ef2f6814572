"""Trying thresholds: how many leads a week would turn hot, and how many of them be won, before one is saved."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from agreement.counting.rates import Rate
from agreement.counting.weekly_counts import WeeklyForecast, forecast_week
from agreement.funnel.previewing import HotPreview, Ledger, preview_threshold
from agreement.terms import Terms
from models.findings import Findings, TurningPoint
from serving.championing import ScorerInForce
from serving.store.open_scores import list_open_probabilities
from serving.usecases.views.previewing import USUAL_WEEKS, read_ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedWins:
    """How many of some leads should be won by their own probabilities, `share` of them; None of none."""

    leads: int
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdTrial:
    """What a hot threshold does.

    Attributes
    ----------
    hot
        The threshold, a probability.
    per_week
        Leads that turn hot in a week to come, from whole weeks of the store's ledger; before there is one, from
        those of training's last weeks before its test. None where there is neither.
    weeks
        How many weeks that was read from, and `is_rehearsed` whether they are training's.
    turning
        Leads that turned hot in those weeks, and what their probabilities were then; None where those are
        training's.
    open_now
        Open leads at or above it now.
    seen
        Of the leads that reached it in those weeks of training, how many were won within the horizon; `seen_at` is
        the nearest threshold that was measured. None where none was. The test has no say: it is looked at once.
    """

    hot: float
    per_week: WeeklyForecast | None
    weeks: int
    is_rehearsed: bool
    turning: ExpectedWins | None
    open_now: ExpectedWins
    seen: Rate | None
    seen_at: float | None


def try_threshold(
    ledger: Ledger, open_probabilities: Iterable[float], findings: Findings | None, terms: Terms, hot: float
) -> ThresholdTrial:
    """Try a hot threshold.

    Parameters
    ----------
    ledger
        Of the latest weeks, by `previewing.read_ledger`.
    open_probabilities
        Of all open leads now.
    findings
        What the model showed in training.
    """
    preview = preview_threshold(ledger, hot, terms.episodes)
    point = find_nearest(findings, hot)
    rehearsed = forecast_week(point.weeks) if point is not None and point.weeks else None
    is_rehearsed = preview.forecast is None and rehearsed is not None
    above = np.array([probability for probability in open_probabilities if probability >= hot])
    return ThresholdTrial(
        hot=hot,
        per_week=rehearsed if is_rehearsed else preview.forecast,
        weeks=len(point.weeks) if is_rehearsed and point is not None else len(preview.weeks),
        is_rehearsed=is_rehearsed,
        turning=None if preview.forecast is None else _expect(_list_turns(ledger, preview)),
        open_now=_expect(above.tolist()),
        seen=None if point is None else Rate(count=point.won, of=point.leads),
        seen_at=None if point is None else point.threshold,
    )


def read_trial(
    connection: Connection,
    in_force: ScorerInForce,
    findings: Findings | None,
    terms: Terms,
    *,
    now: int,
    hot: float,
) -> ThresholdTrial:
    """Read what a hot threshold of the model in force does."""
    ledger = read_ledger(connection, terms, now, weeks=USUAL_WEEKS)
    found = list_open_probabilities(connection, in_force.champion.fingerprint)
    return try_threshold(ledger, found, findings, terms, hot)


def find_nearest(findings: Findings | None, hot: float) -> TurningPoint | None:
    """Find the measured threshold nearest to one; None where nothing was measured."""
    if findings is None or not findings.turning_points:
        return None
    return min(findings.turning_points, key=lambda point: abs(point.threshold - hot))


def _list_turns(ledger: Ledger, preview: HotPreview) -> list[float]:
    """List with which probability each lead first reached the threshold within the whole weeks."""
    turned = {lead_id for week in preview.weeks for lead_id in week}
    found = []
    for lead_id in sorted(turned):
        reached = (
            seen.probability
            for seen in ledger.sightings[lead_id]
            if ledger.first_at <= seen.at and seen.probability >= preview.threshold and not seen.is_bulk
        )
        found += [probability for probability in [next(reached, None)] if probability is not None]
    return found


def _expect(probabilities: list[float]) -> ExpectedWins:
    share = float(np.mean(probabilities)) if probabilities else None
    return ExpectedWins(leads=len(probabilities), share=share)
