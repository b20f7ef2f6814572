"""Predictions: what was said of leads month by month, beside what came of them once the time was over.

All instants are microseconds since 1970 in UTC.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from agreement.calendar.zones import compute_local_date
from agreement.counting.rates import Rate
from agreement.lives import Life
from agreement.stages import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A probability in [0, 1] that was published of a lead at an instant, of a win within the horizon from then."""

    lead_id: str
    at: int
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfPredictions:
    """Leads that were scored in a month while they were open, each by its first score in it.

    Parameters
    ----------
    month : date
        Its first day.
    predicted : float
        Mean probability, in [0, 1].
    seen : Rate
        How many of them were won within the horizon from that score.
    """

    month: date
    predicted: float
    seen: Rate


def compare_predictions(
    predictions: Iterable[Prediction], lives: Mapping[str, Life], *, horizon: int, now: int, zone: str
) -> list[MonthOfPredictions]:
    """Compare what was predicted in each month with what was seen, the earliest month first.

    A prediction counts where its horizon is over, so nobody is counted as lost too soon; and of each lead the first
    of a month alone, or busy leads would count many times.

    Parameters
    ----------
    predictions : iterable of Prediction
        Each lead's in the order of time.
    lives : Mapping
        Of the leads, by id; whose life is not known is left out.
    horizon : int
        Microseconds, above 0.
    now : int
        Wins after it are not known.
    zone : str
        Whose months.
    """
    months: dict[date, list[tuple[float, bool]]] = {}
    counted: set[tuple[str, date]] = set()
    for said in predictions:
        life = lives.get(said.lead_id)
        if life is None or said.at + horizon > now:
            continue
        month = compute_local_date(said.at, zone).replace(day=1)
        won_at = life.find_reached(Stage.CUSTOMER)
        if (said.lead_id, month) in counted or (won_at is not None and won_at <= said.at):
            continue
        counted.add((said.lead_id, month))
        months.setdefault(month, []).append((said.probability, won_at is not None and won_at < said.at + horizon))
    return [_sum_up(month, told) for month, told in sorted(months.items())]


def _sum_up(month: date, told: list[tuple[float, bool]]) -> MonthOfPredictions:
    return MonthOfPredictions(
        month=month,
        predicted=sum(probability for probability, _ in told) / len(told),
        seen=Rate(count=sum(is_won for _, is_won in told), of=len(told)),
    )
