"""The weeks and months that stand beside a period."""

from datetime import date
from itertools import pairwise

import pytest

from agreement.attainment.promise_trend import MONTHS, WEEKS, list_spans
from agreement.calendar.periods import Period
from features.times import DAY

_NOW = 20_000 * DAY


@pytest.mark.parametrize(("told", "n", "last"), [("2024-W10", WEEKS, "2024-W10"), ("2024-03", MONTHS, "2024-03")])
def test_the_spans_of_a_trend_end_with_the_period(told, n, last):
    """There are so many of them, one after the other."""
    spans = list_spans(Period.from_text(told), _NOW)
    assert (len(spans), spans[-1].to_text()) == (n, last)
    assert all(before.ends == after.begins for before, after in pairwise(spans))


@pytest.mark.parametrize("told", ["1900-W01", "1900-01", "1900-W03", "1900-05", "1900-01-01/2200-01-01"])
def test_a_trend_begins_no_earlier_than_periods_do(told):
    """Of the first days that a period may have, there is nothing before."""
    period = Period.from_text(told)
    spans = list_spans(period, _NOW)
    assert spans[0].begins >= date(1900, 1, 1)
    assert spans[-1].contains(min(_NOW, period.ends_at - 1))
