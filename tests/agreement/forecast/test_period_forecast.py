"""The forecast of a period: parts add up, the goal's share is right, and the gap says what closes it."""

from datetime import date

import numpy as np
import pytest

from agreement.calendar.periods import Period
from agreement.forecast.forecast_gap import compute_gap, count_sql_wins, find_goal_revenue
from agreement.forecast.outlooks import LEVELS
from agreement.forecast.period_forecast import Scores, compute_period_forecast
from agreement.forecast.pipeline import divide_by_stage, divide_pipeline
from agreement.goal import Assumptions, Goal
from agreement.insight.closings import list_closings
from agreement.terms import Terms
from tests.agreement.markets import NOW, ago, follow, invent_market, make_life, next_weeks

MARKET = invent_market(21, n_leads=1_200)
AUTUMN = Period.from_text("2026-10-01/2027-01-01")
GOAL = Goal(revenue=60_000, begins=AUTUMN.begins, ends=AUTUMN.ends, marketing_share=0.7, own_sources=("Calls",))
TERMS = Terms(goal=GOAL)


def forecast(period=AUTUMN, terms=TERMS, lives=MARKET, **more):
    """Forecast a period now."""
    return compute_period_forecast(follow(lives), period, terms, np.random.default_rng(1), **more)


def test_what_was_won_is_certain_and_the_rest_is_added():
    """Euros won so far are those of the closings; the interval lies around the expectation above them."""
    found = forecast()
    won = [each for each in list_closings(MARKET, AUTUMN, NOW) if each.is_won]
    assert found.won == tuple(won)
    assert won
    assert found.won_euros == pytest.approx(sum(each.euros for each in won))
    low, high = (found.find_revenue(level) for level in LEVELS)
    assert found.won_euros < low < found.expected < high
    assert found.expected == pytest.approx(found.won_euros + found.outlook.revenue)


def test_sides_and_kinds_of_leads_add_up():
    """Both sides make the whole; so do stages, owners, and the leads that have not come yet."""
    found, tracks = forecast(), follow(MARKET)
    assert sum(side.wins for side in found.sides) == pytest.approx(found.outlook.wins)
    assert sum(side.euros for side in found.sides) == pytest.approx(found.outlook.revenue)
    assert [side.goal for side in found.sides] == pytest.approx([42_000, 18_000])
    assert sum(len(side.won) for side in found.sides) == len(found.won)
    assert {each.life.source for each in found.sides[1].won} == {"calls"}
    arriving = found.outlook.prospects.arrivals * found.outlook.prospects.values.average.euros
    for shares in (divide_by_stage(found.outlook, tracks), divide_pipeline(found.outlook, tracks, str)):
        assert sum(share.expected for share in shares) + arriving == pytest.approx(found.outlook.revenue)
        assert sum(len(share.lead_ids) for share in shares) == len(found.outlook.chances)
    stages = divide_by_stage(found.outlook, tracks)
    assert [share.name for share in stages] == ["lead", "opportunity"]
    assert stages[1].valued == len(stages[1].lead_ids)
    assert stages[0].valued == 0


def test_the_chance_of_the_goal_falls_with_the_goal():
    """A goal that is reached already is certain, one far away hopeless, and the expectation about even."""
    found = forecast()

    def aim(euros):
        goal = Goal(revenue=euros, begins=AUTUMN.begins, ends=AUTUMN.ends)
        return forecast(terms=Terms(goal=goal)).chance

    assert aim(found.won_euros) == 1
    assert aim(10 * found.expected) == 0
    assert aim(found.find_revenue(0.5)) == pytest.approx(0.5, abs=0.01)
    assert forecast(terms=Terms()).chance is None


def test_a_part_of_the_goal_counts_for_a_part_of_its_days():
    """October has 31 of 92 days; days outside have no goal."""
    assert find_goal_revenue(GOAL, Period.from_text("2026-10")) == pytest.approx(60_000 * 31 / 92)
    assert find_goal_revenue(GOAL, Period.from_text("2026-10-01/2028-01-01")) == 60_000
    assert find_goal_revenue(GOAL, Period.from_text("2027-01")) is None
    assert find_goal_revenue(None, AUTUMN) is None


def close_gap(lives, *, goal=1_000.0, expected=400.0, average=100.0, days=30.0, assumed=None):
    """Compute a gap at the end of so many days."""
    return compute_gap(
        lives,
        goal=goal,
        expected=expected,
        average_value=average,
        as_of=NOW,
        ends_at=ago(-days),
        since=ago(900),
        assumed=assumed or Assumptions(least_measured=4),
    )


def test_the_gap_is_told_in_deals_and_in_sqls():
    """Six deals of a hundred are missing; a quarter of SQLs is won within the thirty days that are left."""
    quick = make_life("quick", 200, ("sql", 100), ("customer", 80))
    slow = [make_life(f"slow{n}", 200, ("sql", 100), ("customer", 60)) for n in range(3)]
    young = make_life("young", 200, ("sql", 20), ("customer", 10))
    gap = close_gap([quick, *slow, young])
    assert (gap.euros, gap.wins, gap.origin) == (600, 6, "measured")
    assert (gap.sql_wins.count, gap.sql_wins.of, gap.sqls) == (1, 4, 24)
    assert gap.least_sqls < 24 < gap.most_sqls
    assert close_gap([quick, *slow], days=50).share == 1
    assert close_gap([quick], expected=2_000).euros == 0
    assert close_gap([quick], expected=2_000).wins == 0


def test_the_share_of_sqls_may_be_assumed_or_missing():
    """Too few SQLs give way to both assumed shares; without them the few count, and none is said as none."""
    assumed = Assumptions(sql_to_opportunity=0.5, opportunity_to_customer=0.4)
    quick = [make_life("quick", 200, ("sql", 100), ("customer", 80))]
    assert (close_gap(quick, assumed=assumed).origin, close_gap(quick, assumed=assumed).sqls) == ("assumed", 30)
    assert close_gap(quick).share == 1
    nothing = close_gap([], average=None)
    assert (nothing.origin, nothing.share, nothing.wins, nothing.sqls, nothing.most_sqls) == (
        "missing",
        *[None] * 4,
    )
    assert count_sql_wins(quick, as_of=NOW, within=0, since=ago(50)).of == 0


def test_past_forecasts_are_spread_over_what_can_be_checked():
    """As many as were asked for, in the order of time, and the rate says how many held."""
    found = forecast(next_weeks(5), n_past=9)
    moments = [past.outlook.at for past in found.past]
    assert len(moments) == found.held.of == 9
    assert moments == sorted(set(moments))
    assert all(past.outlook.window.ends == 5 for past in found.past)
    assert found.held.count == sum(past.holds for past in found.past)
    assert forecast(next_weeks(5)).past == ()
    assert forecast(next_weeks(5), lives=[], n_past=9).past == ()


def test_a_model_says_which_leads_where_the_stage_says_how_many():
    """Leads with ten times the probability have the larger part of about the same wins."""
    tracks = follow(MARKET)
    told = np.array([0.3 if life.owner_id == "rep0" else 0.03 for life in tracks.lives])
    nothing = np.full(len(told), np.nan)
    scores = Scores(horizon_days=90, find=lambda at: told if at == NOW else nothing)
    blind, knowing = (forecast(next_weeks(5), scores=each).outlook for each in (None, scores))
    assert knowing.scored == len(knowing.chances)
    assert knowing.prospects.chances.sum() == pytest.approx(blind.prospects.chances.sum(), rel=1e-4)
    shares = [divide_pipeline(each, tracks, lambda life: life.owner_id) for each in (blind, knowing)]
    by_owner = [{share.name: share.wins for share in each} for each in shares]
    assert by_owner[1]["rep0"] > 1.9 * by_owner[0]["rep0"]


def test_without_values_there_are_deals_but_no_euros():
    """Nothing is guessed: euros, chances and the gap are missing, deals are not."""
    bare = [make_life(f"{n}", 100, *([("customer", 40.0 + n % 40)] if n % 2 else [])) for n in range(200)]
    found = forecast(
        next_weeks(5),
        terms=Terms(goal=Goal(revenue=9, begins=date(2026, 11, 1), ends=date(2027, 1, 1))),
        lives=bare,
    )
    assert found.outlook.wins > 0
    assert (found.expected, found.chance, found.gap, found.find_revenue(0.5)) == (None,) * 4
    assert [side.euros for side in found.sides] == [None, None]
