"""Previewing: how many leads a week would have turned hot at a threshold, and which threshold people can honour.

All instants are microseconds since 1970 in UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agreement.episodes import Change, EpisodeRules, EpisodeState, advance, close
from agreement.weekly_counts import WeeklyForecast, forecast_week
from agreement.zones import DAY_MICROS

Span = tuple[int, int]
WEEK_MICROS = 7 * DAY_MICROS
# So many steps halve any list of scores that a store can hold.
_MOST_STEPS = 40


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
    n_weeks = max(0, (ledger.ends_at - ledger.begins_at) // WEEK_MICROS)
    first_at = ledger.ends_at - n_weeks * WEEK_MICROS
    weeks: list[list[str]] = [[] for _ in range(n_weeks)]
    in_bulk: list[str] = []
    for lead_id, sightings in ledger.sightings.items():
        # Whoever never reaches the threshold never enters; most leads leave the walk here.
        if max((seen.probability for seen in sightings), default=0.0) < threshold:
            continue
        for entered in _list_entries(sightings, ledger.closings.get(lead_id, ()), threshold, rules):
            if not first_at <= entered.at < ledger.ends_at:
                continue
            (in_bulk if entered.is_bulk else weeks[(entered.at - first_at) // WEEK_MICROS]).append(lead_id)
    counts = [len(week) for week in weeks]
    return HotPreview(
        threshold=threshold,
        weeks=tuple(tuple(week) for week in weeks),
        in_bulk=tuple(in_bulk),
        forecast=forecast_week(counts),
    )


def fit_threshold(ledger: Ledger, per_week: float, rules: EpisodeRules) -> HotPreview | None:
    """Find the lowest threshold at which no more leads a week would have turned hot than people can answer.

    It is looked for by halving among the probabilities that were given; a little below it more leads turn hot
    than `per_week` on average, at it as many or fewer.

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
        None where there is no whole week, or no score in it.
    """
    given = np.unique([seen.probability for each in ledger.sightings.values() for seen in each])
    if ledger.ends_at - ledger.begins_at < WEEK_MICROS or not len(given):
        return None
    # Above all scores nobody is hot, so the search has an end that fits.
    candidates = [*given.tolist(), float(np.nextafter(given[-1], np.inf))]
    low, high = -1, len(candidates) - 1
    fitting = preview_threshold(ledger, candidates[high], rules)
    for _ in range(_MOST_STEPS):
        if high - low <= 1:
            break
        middle = (low + high) // 2
        tried = preview_threshold(ledger, candidates[middle], rules)
        if tried.forecast is not None and tried.forecast.mean <= per_week:
            high, fitting = middle, tried
        else:
            low = middle
    return fitting


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
