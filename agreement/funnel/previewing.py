"""Previewing: how many leads a week would have turned hot at a threshold, and which threshold people can honour.

All instants are microseconds since 1970 in UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agreement.calendar.zones import DAY_MICROS
from agreement.counting.weekly_counts import WeeklyForecast, forecast_week
from agreement.episodes import Change, EpisodeRules, EpisodeState, advance, close

Span = tuple[int, int]
WEEK_MICROS = 7 * DAY_MICROS


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A score that a lead was given.

    Parameters
    ----------
    at : int
        As of when.
    probability : float
        Of a win, in [0, 1].
    is_bulk : bool
        Whether it was given because of an import or a promotion, of which digests tell.
    """

    at: int
    probability: float
    is_bulk: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The scores of leads, and what one must know beside them.

    Parameters
    ----------
    sightings : Mapping
        By lead, each in the order of time; the first of each may lie before `begins_at`.
    closings : Mapping
        By lead, the spans in which it could not be won any more: from an instant to before another, in order.
    begins_at, ends_at : int
        The days in question.
    """

    sightings: Mapping[str, Sequence[Sighting]]
    closings: Mapping[str, Sequence[Span]]
    begins_at: int
    ends_at: int

    @property
    def n_weeks(self) -> int:
        """Return how many whole weeks there are."""
        return max(0, (self.ends_at - self.begins_at) // WEEK_MICROS)

    @property
    def first_at(self) -> int:
        """Return when the first whole week begins: they are counted back from the end."""
        return self.ends_at - self.n_weeks * WEEK_MICROS


@dataclass(frozen=True, slots=True, kw_only=True)
class HotPreview:
    """What a threshold would have done.

    Parameters
    ----------
    threshold : float
        The probability from which a lead is hot.
    weeks : tuple of tuple of str
        For each whole week the leads that turned hot in it, once for each episode.
    in_bulk : tuple of str
        Those that turned hot by an import or a promotion, in any week; they are in no week's count.
    forecast : WeeklyForecast or None
        Of a week to come; None where there is no whole week.
    """

    threshold: float
    weeks: tuple[tuple[str, ...], ...]
    in_bulk: tuple[str, ...]
    forecast: WeeklyForecast | None


def preview_threshold(ledger: Ledger, threshold: float, rules: EpisodeRules) -> HotPreview:
    """Replay the scores of leads at a threshold, as if it had been in force all the time.

    An episode counts in the week in which it began; to be hot again within the cool-down is the same episode.
    Weeks are counted back from the end, whole ones only.

    Parameters
    ----------
    ledger : Ledger
        The scores.
    threshold : float
        In [0, 1].
    rules : EpisodeRules
        Of the terms.
    """
    return _replay(ledger, _list_peaks(ledger), threshold, rules)


def fit_threshold(ledger: Ledger, per_week: float, rules: EpisodeRules) -> HotPreview | None:
    """Find the lowest threshold at which no more leads a week would have turned hot than people can answer.

    It is looked for by halving among the probabilities that were given: at it as many or fewer than `per_week`
    turned hot on average, at the next lower one more.

    Parameters
    ----------
    ledger : Ledger
        The scores.
    per_week : float
        Leads that can be answered in a week, 0 or more.
    rules : EpisodeRules
        Of the terms.

    Returns
    -------
    HotPreview or None
        None where there is no whole week, or no score.
    """
    given = np.unique([seen.probability for each in ledger.sightings.values() for seen in each])
    if not ledger.n_weeks or not len(given):
        return None
    # Above all scores nobody is hot, so the search has an end that fits.
    candidates = np.append(given, np.nextafter(given[-1], np.inf))
    peaks = _list_peaks(ledger)
    too_many = np.flatnonzero(_count_least(peaks, candidates) > per_week * ledger.n_weeks)
    low, high = int(too_many[-1]) if len(too_many) else -1, len(candidates) - 1
    fitting = _replay(ledger, peaks, float(candidates[high]), rules)
    while high - low > 1:
        middle = (low + high) // 2
        tried = _replay(ledger, peaks, float(candidates[middle]), rules)
        if sum(map(len, tried.weeks)) <= per_week * ledger.n_weeks:
            high, fitting = middle, tried
        else:
            low = middle
    return fitting


@dataclass(frozen=True, slots=True)
class _Peak:
    """The highest score of a lead that could count in a week, and the highest that could not."""

    lead_id: str
    counting: float
    other: float


def _list_peaks(ledger: Ledger) -> list[_Peak]:
    return [
        _find_peak(lead_id, sightings, ledger.closings.get(lead_id, ()), ledger)
        for lead_id, sightings in ledger.sightings.items()
    ]


def _find_peak(lead_id: str, sightings: Sequence[Sighting], closings: Sequence[Span], ledger: Ledger) -> _Peak:
    counting = other = -np.inf
    for seen in sightings:
        if seen.is_bulk or not ledger.first_at <= seen.at < ledger.ends_at or closings:
            other = max(other, seen.probability)
        else:
            counting = max(counting, seen.probability)
    return _Peak(lead_id, counting, other)


def _count_least(peaks: Sequence[_Peak], thresholds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Count, for each threshold, the leads that surely turned hot at it, shape of `thresholds`.

    They are those that reached it, and only by scores that count: the first such score begins an episode.
    """
    sure = [peak for peak in peaks if peak.other < peak.counting]
    reaching, before = (np.sort([getattr(peak, name) for peak in sure]) for name in ("counting", "other"))
    least: NDArray[np.int64] = np.searchsorted(before, thresholds) - np.searchsorted(reaching, thresholds)
    return least


def _replay(ledger: Ledger, peaks: Sequence[_Peak], threshold: float, rules: EpisodeRules) -> HotPreview:
    first_at, weeks = ledger.first_at, [list[str]() for _ in range(ledger.n_weeks)]
    in_bulk: list[str] = []
    for peak in peaks:
        # Whoever never reaches the threshold never enters; most leads leave the walk here.
        if peak.counting < threshold and peak.other < threshold:
            continue
        closings = ledger.closings.get(peak.lead_id, ())
        for entered in _list_entries(ledger.sightings[peak.lead_id], closings, threshold, rules):
            if first_at <= entered.at < ledger.ends_at:
                week = weeks[(entered.at - first_at) // WEEK_MICROS]
                (in_bulk if entered.is_bulk else week).append(peak.lead_id)
    return HotPreview(
        threshold=threshold,
        weeks=tuple(map(tuple, weeks)),
        in_bulk=tuple(in_bulk),
        forecast=forecast_week([len(week) for week in weeks]),
    )


def _list_entries(
    sightings: Sequence[Sighting], closings: Sequence[Span], threshold: float, rules: EpisodeRules
) -> list[Sighting]:
    """List the scores with which an episode began."""
    state, entries, left = EpisodeState(), [], list(closings)
    for seen in sightings:
        while left and left[0][0] <= seen.at:
            state, _ = close(state, at=left[0][0])
            if seen.at < left[0][1]:
                break
            left.pop(0)
        else:
            probability = seen.probability
            state, change = advance(state, probability=probability, threshold=threshold, at=seen.at, rules=rules)
            if change == Change.ENTERED:
                entries.append(seen)
    return entries
