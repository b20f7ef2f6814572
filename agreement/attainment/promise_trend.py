"""The trend of promises: what both sides kept in each of the last weeks or months."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from agreement.attainment.duties import LeadTimer, Tally, choose_due, tally, tally_by
from agreement.attainment.supplying import Arrival, Supplied, judge_supply
from agreement.calendar.periods import FIRST_DAY, WEEK_DAYS, Period
from agreement.calendar.zones import compute_local_date
from agreement.commitments import Supply
from agreement.timers import Duty

WEEKS, MONTHS = 8, 6
_LONGEST_OF_WEEKS = 4 * WEEK_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One week or month: what was kept of all duties, of each, also by bucket, and of marketing's promises."""

    period: Period
    kept: Tally
    by_duty: Mapping[Duty, Tally]
    by_bucket: Mapping[tuple[Duty, str | None], Tally]
    supplied: Sequence[Supplied]


def list_spans(period: Period, as_of: int) -> list[Period]:
    """List the last `WEEKS`, or the last `MONTHS` where the period is as long as a month, the oldest first.

    Parameters
    ----------
    period : Period
        They end with the week or month of its last day, or of today if that is earlier.
    as_of : int
        Now, in microseconds since 1970.
    """
    at = min(as_of, period.ends_at - 1)
    if (period.ends - period.begins).days >= _LONGEST_OF_WEEKS:
        return _list_months(at, period.zone)
    last = Period.week_of(at, zone=period.zone)
    begins = max(FIRST_DAY, last.begins - timedelta(days=(WEEKS - 1) * WEEK_DAYS))
    return Period(begins=begins, ends=last.ends, zone=period.zone).list_weeks()


def compute_trend(
    due: Sequence[LeadTimer],
    supplies: Sequence[tuple[Supply, Sequence[Arrival]]],
    *,
    period: Period,
    as_of: int,
) -> list[Span]:
    """Compute what was kept in each of the spans of `list_spans`.

    Parameters
    ----------
    due : Sequence of (str, Timer)
        In the order of `agreement.attainment.duties.order_by_due`.
    supplies : Sequence of (Supply, Sequence)
        Marketing's promises, each with who came to count for it, in the order of time.
    """
    return [_compute_span(due, supplies, span, as_of) for span in list_spans(period, as_of)]


def _compute_span(
    due: Sequence[LeadTimer], supplies: Sequence[tuple[Supply, Sequence[Arrival]]], span: Period, as_of: int
) -> Span:
    chosen = choose_due(due, span)
    return Span(
        period=span,
        kept=tally(chosen, as_of),
        by_duty=tally_by(chosen, as_of, lambda timer: timer.duty),
        by_bucket=tally_by(chosen, as_of, lambda timer: (timer.duty, timer.bucket)),
        supplied=[judge_supply(supply, came, period=span, as_of=as_of) for supply, came in supplies],
    )


def _list_months(at: int, zone: str) -> list[Period]:
    day = compute_local_date(at, zone)
    last = day.year * 12 + day.month - 1
    months = (divmod(number, 12) for number in range(last - MONTHS + 1, last + 1))
    return [
        Period.from_text(f"{year:04d}-{month + 1:02d}", zone=zone)
        for year, month in months
        if year >= FIRST_DAY.year
    ]
