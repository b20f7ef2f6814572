"""Appraising: what each open lead brings if it is won, by the same values that the forecast counts with."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from threading import Lock

import numpy as np
from sqlalchemy import Connection

from agreement.forecast.deal_values import DealValues, measure_values
from agreement.forecast.landmarks import MOST_WEEKS, WEEK_MICROS
from agreement.forecast.tracks import Tracks
from agreement.lives import Life
from agreement.terms import Terms
from features.times import SECOND
from serving.store.chronicle import read_lives
from serving.store.queue_rows import list_won_since

_HOUR = 3_600 * SECOND
# SQLite takes about 32,000 parameters a statement.
_LIVES_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """What a lead brings if it is won, and what that is worth today; None where nobody can say.

    Attributes
    ----------
    euros
        Of the deal.
    expected
        The same times the probability.
    """

    euros: float | None
    expected: float | None


class Appraiser:
    """Remembers for an hour what deals bring: measuring it reads every deal of two years."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._measured: tuple[tuple[int, str], DealValues] | None = None

    def take_values(self, connection: Connection, *, now: int, terms: Terms) -> DealValues:
        """Take the values of deals, as known at the full hour before a moment."""
        key = now // _HOUR, terms.version
        with self._lock:
            if self._measured is None or self._measured[0] != key:
                self._measured = key, measure_deal_values(connection, key[0] * _HOUR, terms)
            return self._measured[1]


def measure_deal_values(connection: Connection, at: int, terms: Terms) -> DealValues:
    """Measure what deals bring, from those won in the time that the forecast looks back on."""
    won = list_won_since(connection, at - MOST_WEEKS * WEEK_MICROS)
    lives: list[Life] = []
    for start in range(0, len(won), _LIVES_AT_ONCE):
        lives += read_lives(connection, ids=won[start : start + _LIVES_AT_ONCE])
    assumed = terms.assumed
    tracks = Tracks.from_lives(lives, as_of=at)
    return measure_values(tracks, at, assumed=assumed.average_won_value, least=assumed.least_measured)


def appraise_leads(
    connection: Connection, ids: Collection[str], values: DealValues, now: int
) -> Mapping[str, Appraisal]:
    """Appraise leads by what was told of them."""
    if not ids:
        return {}
    tracks = Tracks.from_lives(read_lives(connection, ids=ids), as_of=now)
    euros = values.expect(tracks.find_values(now))
    return {life.lead_id: _appraise(life, float(each)) for life, each in zip(tracks.lives, euros, strict=True)}


def _appraise(life: Life, euros: float) -> Appraisal:
    if np.isnan(euros):
        return Appraisal(euros=None, expected=None)
    return Appraisal(euros=euros, expected=None if life.probability is None else life.probability * euros)
