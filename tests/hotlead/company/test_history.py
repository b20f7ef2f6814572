"""The demo company's past: the same each time, and it hangs together."""

from datetime import timedelta, timezone

import pandas as pd
import pytest

from hotlead.company import CompanyHistory, generate_history, generate_live
from hotlead.company.history import EmptyHistory
from hotlead.company.seasons import NaiveTime
from hotlead.company.sessions import EVENT_TYPES
from tests.hotlead.company.past import UNTIL


def test_the_same_arguments_give_the_same_bytes() -> None:
    """Two runs with equal arguments agree in every cell, in the past and in the live days."""
    first, second = (generate_history(until=UNTIL, leads=300, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(first.accounts, second.accounts, check_exact=True)
    pd.testing.assert_frame_equal(first.leads, second.leads, check_exact=True)
    pd.testing.assert_frame_equal(first.events, second.events, check_exact=True)
    lives = [generate_live(history=each, start=UNTIL) for each in (first, second, first)]
    for other in lives[1:]:
        pd.testing.assert_frame_equal(lives[0].events, other.events, check_exact=True)
        pd.testing.assert_frame_equal(lives[0].closings, other.closings, check_exact=True)


def test_another_seed_gives_another_company() -> None:
    """The seed decides what happens."""
    first, second = (generate_history(until=UNTIL, leads=50, seed=seed) for seed in (1, 2))
    assert not first.leads["created_at"].equals(second.leads["created_at"])


def test_a_shifted_end_in_another_zone_is_the_same_moment() -> None:
    """Only the moment counts, not the zone in which it is written."""
    helsinki = UNTIL.astimezone(timezone(timedelta(hours=2)))
    pd.testing.assert_frame_equal(
        generate_history(until=UNTIL, leads=50).events, generate_history(until=helsinki, leads=50).events
    )


def test_every_reference_points_to_a_row(history: CompanyHistory) -> None:
    """Identifiers are unique, and no lead or event hangs in the air."""
    assert history.accounts["account_id"].is_unique
    assert history.leads["lead_id"].is_unique
    assert history.events["event_id"].is_unique
    assert history.leads["account_id"].dropna().isin(history.accounts["account_id"]).all()
    assert history.events["lead_id"].isin(history.leads["lead_id"]).all()
    assert len(history.leads) == 6000


def test_times_are_aware_and_exact_to_the_microsecond(history: CompanyHistory) -> None:
    """All time columns are UTC at microsecond resolution and lie within the year."""
    moments = pd.concat(
        [history.leads[["created_at", "closed_at"]], history.events[["occurred_at", "recorded_at"]]]
    )
    assert set(map(str, moments.dtypes)) == {"datetime64[us, UTC]"}
    assert (moments.min() >= pd.Timestamp(UNTIL) - pd.DateOffset(months=12)).all()
    assert (moments.max() <= pd.Timestamp(UNTIL)).all()


def test_the_volume_is_that_of_a_small_sales_team(history: CompanyHistory) -> None:
    """Six thousand leads leave roughly a hundred and twenty thousand events of all types."""
    assert 100_000 < len(history.events) < 150_000
    assert set(history.events["type"]) == set(EVENT_TYPES)
    assert history.leads["owner"].nunique() == 6


@pytest.mark.parametrize(("months", "leads"), [(0, 10), (12, 0)])
def test_an_empty_history_is_refused(months: int, leads: int) -> None:
    """A history needs a month and a lead."""
    with pytest.raises(EmptyHistory):
        generate_history(until=UNTIL, months=months, leads=leads)


def test_a_time_without_a_zone_is_refused() -> None:
    """A naive end is an error, not a guess."""
    with pytest.raises(NaiveTime, match="time zone"):
        generate_history(until=UNTIL.replace(tzinfo=None), leads=10)
