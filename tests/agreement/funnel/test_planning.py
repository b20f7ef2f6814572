"""The plan: a case with round numbers by hand, and what holds of every plan."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agreement.calendar.periods import Period
from agreement.commitments import Supply
from agreement.counting.rates import Rate
from agreement.funnel.channel_plans import plan_channels
from agreement.funnel.measuring import divide_sides, measure_track_record
from agreement.funnel.planned_rates import AS_IS, ImpossibleWhatIf, WhatIf, choose_rate
from agreement.funnel.planning import WAY, Side, compute_weeks_left, plan_backwards
from agreement.funnel.supply_gaps import WEEKS_PER_MONTH, compute_supply_gaps
from agreement.funnel.taking import compute_capacity, compute_workload
from agreement.goal import Assumptions, Goal
from agreement.people import Person
from agreement.stages import Stage
from tests.agreement.ways import day, live, pass_through, step

# 364 days from Monday 4 January 2027 on: 52 weeks.
GOAL = Goal(revenue=100_000, begins=date(2027, 1, 4), ends=date(2028, 1, 3))
NEXT_YEAR = Period(begins=GOAL.begins, ends=GOAL.ends)
NEW_YEAR = NEXT_YEAR.begins_at
ASSUMED = Assumptions(visit_to_lead=0.02, least_measured=5, horizon_days=90)
NOTHING = Assumptions(least_measured=5)
# Of 100 leads 40 become MQL, 20 SQL, 10 opportunities and 5 customers worth 10,000 euros each.
PAST = pass_through("L", (100, 40, 20, 10, 5), value=10_000)

shares = st.floats(0.01, 1.0)
funnels = st.lists(st.integers(5, 400), min_size=5, max_size=5).map(lambda counts: sorted(counts, reverse=True))


def plan(lives=PAST, *, goal=GOAL, assumed=ASSUMED, what_if=AS_IS, as_of=NEW_YEAR, seed=7):
    """Return the plans of both sides."""
    records = {
        side: measure_track_record(its_own, goal_period=NEXT_YEAR, as_of=as_of, horizon_days=assumed.horizon_days)
        for side, its_own in zip(Side, divide_sides(lives, goal), strict=True)
    }
    rng = np.random.default_rng(seed)
    weeks_left = compute_weeks_left(NEXT_YEAR, as_of)
    return plan_backwards(goal, assumed, records, weeks_left=weeks_left, rng=rng, what_if=what_if)


def list_totals(plan):
    """Return what the goal takes of everything, from visits to customers."""
    return [None if plan.needs[what].total is None else plan.needs[what].total.value for what in WAY]


def test_a_plan_with_round_numbers():
    """By hand: 100,000 euros are 10 deals of 10,000; one in two closes, and so on backwards.

    10 customers / (5 of 10) = 20 opportunities / (10 of 20) = 40 SQLs / (20 of 40) = 80 MQLs / (40 of 100) = 200
    leads / 0.02 = 10,000 visits; of 52 weeks none is over and nothing is won.
    """
    (marketing,) = plan()
    assert list_totals(marketing) == pytest.approx([10_000, 200, 80, 40, 20, 10])
    assert [rate.origin for rate in marketing.rates] == ["assumed", *["measured"] * 4]
    for what, total in zip(WAY, list_totals(marketing), strict=True):
        need = marketing.needs[what]
        assert need.left.value == need.total.value
        assert need.per_week.value == pytest.approx(total / 52)
        assert need.total.low <= need.total.value <= need.total.high
    assert marketing.missing == ()


def test_what_is_won_needs_no_leads_any_more():
    """With 60,000 euros won at half-time, 40,000 are left, a deal without a value counting with the average."""
    won = [live(f"W{n}", step("customer", 400, value=10_000.0), created=399) for n in range(5)]
    (marketing,) = plan([*PAST, *won, live("untold", step("customer", 400))], as_of=day(364 + 182))
    assert (marketing.won, marketing.left) == (60_000, 40_000)
    customers = marketing.needs[Stage.CUSTOMER]
    assert (customers.total.value, customers.left.value) == pytest.approx((10, 4))
    assert customers.per_week.value == pytest.approx(4 / 26)


def test_a_goal_that_is_reached_needs_nothing_more_and_a_week_that_is_over_none():
    """What is left is never below 0, and where no time is left nothing is said of weeks."""
    rich = [live(f"R{n}", step("customer", 370, value=50_000.0)) for n in range(5)]
    (marketing,) = plan([*PAST, *rich], as_of=NEXT_YEAR.ends_at)
    assert marketing.needs[Stage.CUSTOMER].left.value == 0
    assert marketing.needs[Stage.CUSTOMER].per_week is None


def test_assumed_rates_count_until_enough_is_measured():
    """Thirty leads make a rate measured, twenty-nine leave the assumed one, or none."""
    for of, assumed, expected in (
        (30, 0.5, ("measured", 0.1)),
        (29, 0.5, ("assumed", 0.5)),
        (29, None, ("missing", None)),
    ):
        rate = choose_rate("lead", "mql", Rate(count=of // 10, of=of), assumed, 30)
        assert (rate.origin, rate.value) == (expected[0], pytest.approx(expected[1]))


def test_a_missing_figure_is_named_and_nothing_before_it_is_guessed():
    """Without history the assumed rates carry the plan as far as they reach, without an interval."""
    assumed = replace(NOTHING, average_won_value=10_000.0, opportunity_to_customer=0.25, mql_to_sql=0.5)
    (marketing,) = plan([], assumed=assumed)
    assert list_totals(marketing) == [None, None, None, None, 40, 10]
    assert marketing.needs[Stage.OPPORTUNITY].total.low is None
    assert [said.split(":")[0] for said in marketing.missing] == [
        "Visits are not counted",
        "The rate from lead to mql of marketing's leads",
        "The rate from sql to opportunity of marketing's leads",
    ]
    (bare,) = plan([], assumed=NOTHING)
    assert list_totals(bare) == [None] * 6
    assert "The average won value of marketing's deals: 0 measured, fewer than 5, none assumed" in bare.missing


def test_a_rate_of_zero_hinders_and_divides_nothing():
    """Where none of twenty closed, no number of opportunities is enough, and the plan says so."""
    assumed = replace(ASSUMED, average_won_value=10_000.0)
    (marketing,) = plan(pass_through("L", (40, 30, 20, 20, 0)), assumed=assumed)
    assert list_totals(marketing) == [None] * 5 + [10]
    assert any("is 0 (0 of 20)" in said for said in marketing.missing)


def test_sales_own_prospecting_is_planned_by_itself():
    """Three quarters of the goal are marketing's; each side counts with its own leads, whatever their case."""
    own = [
        replace(life, lead_id=f"own {life.lead_id}") for life in pass_through("S", (10, 10, 10, 10, 5), value=5_000)
    ]
    goal = replace(GOAL, marketing_share=0.75, own_sources=("Cold calls ",))
    marketing, sales = plan([*PAST, *(replace(life, source="cold calls") for life in own)], goal=goal)
    assert (marketing.side, sales.side) == (Side.MARKETING, Side.SALES)
    assert list_totals(marketing) == pytest.approx([7_500, 150, 60, 30, 15, 7.5])
    assert list_totals(sales)[1:] == pytest.approx([10, 10, 10, 10, 5])
    (only,) = plan(PAST, goal=replace(GOAL, marketing_share=0.0, own_sources=("unknown",)))
    assert only.side == Side.SALES


def test_a_change_is_told_beside_the_usual_plan():
    """Ten points more close 0.6 instead of 0.5, and a quarter more a deal makes 8 deals of 10."""
    (usual,), (better,) = plan(), plan(what_if=WhatIf(close_rate_plus=10, value_plus=25))
    assert list_totals(better)[-1] == pytest.approx(8)
    assert list_totals(better)[-2] == pytest.approx(8 / 0.6)
    for what in WAY:
        assert better.needs[what].total.high < usual.needs[what].total.high
    (closer,) = plan(what_if=WhatIf(close_rate_plus=10))
    offers, fewer = (each.needs[Stage.OPPORTUNITY].total for each in (usual, closer))
    assert fewer.low < offers.low
    assert fewer.high < offers.high
    assert closer.needs[Stage.CUSTOMER] == usual.needs[Stage.CUSTOMER]
    (sure,) = plan(what_if=WhatIf(close_rate_plus=100))
    assert list_totals(sure)[-2] == list_totals(sure)[-1]


@pytest.mark.parametrize(
    "told",
    [
        {"close_rate_plus": 101},
        {"close_rate_plus": float("nan")},
        {"value_plus": -100},
        {"reps_plus": float("inf")},
    ],
)
def test_a_change_that_nobody_could_make_is_refused(told):
    """Rates and values stay within what they can be."""
    with pytest.raises(ImpossibleWhatIf):
        WhatIf(**told)


def test_channels_bring_their_share_by_their_own_rates():
    """A fair with half of the leads and twice the MQLs has to bring half of the leads; small ones use all rates."""
    lives = [
        *pass_through("fair", (50, 30, 10, 10, 5), value=10_000, source="fair"),
        *pass_through("web", (46, 10, 10, 10, 5), value=10_000, source="web"),
        *pass_through("mail", (4, 0, 0, 0, 0), source="mail"),
    ]
    (marketing,) = plan(lives)
    fair, web, mail = plan_channels(marketing, _list_sources(lives), ASSUMED)
    leads = marketing.needs[Stage.LEAD]
    assert [channel.share for channel in (fair, web, mail)] == [Rate(count=count, of=100) for count in (50, 46, 4)]
    assert fair.leads + web.leads + mail.leads == pytest.approx(leads.total.value)
    assert (fair.n_own_rates, mail.n_own_rates) == (4, 0)
    assert fair.to_mql == pytest.approx(0.6)
    assert fair.to_customer == pytest.approx(0.1)
    assert fair.customers == pytest.approx(fair.leads / 10)
    assert fair.mqls_per_week == pytest.approx(fair.leads_per_week * 0.6)
    assert mail.to_mql == marketing.rates[1].value


def test_promised_supply_stands_beside_the_need():
    """One MQL a week beside 80 / 52, a month's promise spread over its weeks, and none for what is hot."""
    supplies = (
        Supply(quality="mql", count=1),
        Supply(quality="lead", count=2, per="month", channel="Web "),
        Supply(quality="hot", count=5),
        Supply(quality="sql", count=5, channel="web"),
        Supply(quality="mql", count=5, channel="moon"),
    )
    lives = [replace(life, source="web") for life in PAST]
    (marketing,) = plan(lives)
    channels = plan_channels(marketing, _list_sources(lives), ASSUMED)
    mql, lead, hot, of_channel, moon = compute_supply_gaps(supplies, marketing, channels)
    assert mql.gap_per_week == pytest.approx(80 / 52 - 1)
    assert lead.promised_per_week == pytest.approx(2 / WEEKS_PER_MONTH)
    assert lead.needed_per_week == pytest.approx(200 / 52)
    assert [each.gap_per_week for each in (hot, of_channel, moon)] == [None] * 3
    assert compute_supply_gaps(supplies, None, ())[0].needed_per_week is None
    assert pytest.approx(52.1775 / 12) == WEEKS_PER_MONTH


def test_people_limit_what_can_be_won():
    """Two who answer 5 a week take 520 leads in 52 weeks, of which one in four is worth 10,000 euros."""
    people = [
        Person(id="anna", capacity_per_week=4),
        Person(id="ben", capacity_per_week=6),
        Person(id="gone", capacity_per_week=6, is_active=False),
        Person(id="boss", capacity_per_week=6, takes_leads=False),
        Person(id="new"),
    ]
    capacity = compute_capacity(people)
    assert (capacity.takers, capacity.untold, capacity.per_taker, capacity.per_week) == (3, 1, 5, 10)
    workload = compute_workload(plan(), capacity, 52)
    assert workload.needed_per_week == pytest.approx(40 / 52)
    assert workload.takers_needed == pytest.approx(40 / 52 / 5)
    assert workload.reachable.value == pytest.approx(520 / 4 * 10_000)
    assert workload.reachable.low < workload.reachable.value < workload.reachable.high
    assert compute_capacity(people, WhatIf(reps_plus=2)).per_week == 20
    assert compute_capacity(people, WhatIf(reps_plus=-9)).per_week == 0
    nobody = compute_workload(plan(), compute_capacity([]), 52)
    assert (nobody.takers_needed, nobody.reachable) == (None, None)


def test_the_time_to_a_win_says_until_when_a_lead_must_be_there():
    """Customers took 40 days from lead to win, so leads must be there 40 days before the end."""
    record = measure_track_record(PAST, goal_period=NEXT_YEAR, as_of=NEW_YEAR, horizon_days=90)
    time = record.to_win[Stage.LEAD]
    assert (time.median_days, time.n) == (40, 5)
    assert time.find_latest_start(day(100)) == day(60)
    nothing = measure_track_record([], goal_period=NEXT_YEAR, as_of=NEW_YEAR, horizon_days=90).to_win[Stage.SQL]
    assert (nothing.n, nothing.find_latest_start(day(100))) == (0, None)


@pytest.mark.parametrize(("as_of", "weeks"), [(-5, 52), (364 - 5, 52), (364 + 7, 51), (364 + 364, 0), (900, 0)])
def test_weeks_left_are_those_of_the_period(as_of, weeks):
    """Before the period all are left, after it none."""
    assert compute_weeks_left(NEXT_YEAR, day(as_of)) == pytest.approx(weeks)


@settings(max_examples=30)
@given(funnels, st.floats(1, 1e9), st.floats(1, 100))
def test_a_higher_goal_needs_no_fewer(counts, revenue, times):
    """However the funnel looks, more revenue takes as many or more of everything, at both ends of the interval."""
    lives = pass_through("L", counts)
    (small,), (large,) = (plan(lives, goal=replace(GOAL, revenue=euros)) for euros in (revenue, revenue * times))
    for what in WAY:
        less, more = small.needs[what].total, large.needs[what].total
        assert less.value <= more.value
        assert less.low <= less.value <= less.high
        assert (less.low, less.high) <= (more.low, more.high)


@settings(max_examples=30)
@given(st.lists(shares, min_size=5, max_size=5), st.integers(0, 4), shares)
def test_a_higher_rate_needs_no_more(rates, place, other):
    """Whichever assumed rate rises, nothing is needed in greater number."""
    names = ("visit_to_lead", "lead_to_mql", "mql_to_sql", "sql_to_opportunity", "opportunity_to_customer")
    assume(other >= rates[place])
    usual = replace(NOTHING, average_won_value=1_000.0, **dict(zip(names, rates, strict=True)))
    (before,), (after,) = (plan([], assumed=each) for each in (usual, replace(usual, **{names[place]: other})))
    assert all(new <= old for old, new in zip(list_totals(before), list_totals(after), strict=True))


@settings(max_examples=25)
@given(st.lists(st.integers(0, 12), min_size=5, max_size=5), st.integers(-200, 900))
def test_no_history_divides_by_zero(counts, now):
    """Whatever history there is and whatever day it is, there is a plan, and every number in it is finite."""
    lives = pass_through("L", sorted(counts, reverse=True))
    (marketing,) = plan(lives, assumed=replace(ASSUMED, least_measured=1), as_of=day(now))
    told = [amount for need in marketing.needs.values() for amount in (need.total, need.left, need.per_week)]
    assert all(np.isfinite(amount.value) for amount in told if amount is not None)


def test_the_same_seed_gives_the_same_plan():
    """Two plans of one seed are equal to the last digit; another seed moves the interval, and not the plan."""
    (one,), (same,), (other,) = plan(), plan(), plan(seed=8)
    assert one == same
    assert list_totals(one) == list_totals(other)
    assert one.needs["lead"].total.low != other.needs["lead"].total.low


def _list_sources(lives):
    record = measure_track_record(lives, goal_period=NEXT_YEAR, as_of=NEW_YEAR, horizon_days=90)
    return record.funnel.by_source
