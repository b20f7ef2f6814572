"""The funnel: counted by hand on a few lives, and against a slow count of whatever lives there may be."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.counting.rates import Rate
from agreement.episodes import DAY_MICROS
from agreement.funnel.funnel import REST, compute_funnel
from agreement.funnel.passages import FUNNEL
from agreement.stages import PASSED, Stage
from tests.agreement.ways import YEAR, day, live, pass_through, step

HORIZON = 30

stages = st.sampled_from(list(Stage))
days = st.integers(-20, 120)
ways = st.lists(st.tuples(days, stages), max_size=6).map(lambda told: sorted(told, key=lambda one: one[0]))


def count(*lives, as_of=100, horizon=HORIZON, assumed=None):
    """Return the funnel of a year as known on a day."""
    return compute_funnel(lives, YEAR, as_of=day(as_of), horizon_days=horizon, assumed_value=assumed)


def find_group(groups, name, stage):
    """Return one row of a table by source or owner."""
    return next(each for each in groups if (each.group, each.stage) == (name, stage))


def test_each_stage_tells_who_reached_it_and_went_on_in_time():
    """Of four MQLs one becomes SQL in time, one too late, one never, and the youngest has not had its time."""
    funnel = count(
        live("in time", step("mql", 10), step("sql", 20)),
        live("too late", step("mql", 10), step("sql", 45)),
        live("never", step("mql", 10)),
        live("young", step("mql", 80), step("sql", 81)),
    )
    mql = funnel.get_stage(Stage.MQL)
    assert mql.reached == ("in time", "too late", "never", "young")
    assert mql.conversion.rate == Rate(count=1, of=3)
    assert mql.conversion.lead_ids == ("in time",)
    assert (mql.conversion.immature, mql.conversion.median_days, mql.conversion.slow_days) == (1, 10, 10)
    assert funnel.get_stage(Stage.SQL).reached == ("in time", "too late", "young")
    assert funnel.get_stage(Stage.CUSTOMER).conversion is None


def test_a_lead_is_mature_on_the_day_on_which_its_horizon_ends():
    """One day before the horizon is over a lead is in no rate, and on that day it is."""
    one = live("one", step("mql", 10), step("sql", 40))
    assert count(one, as_of=39.9).get_stage(Stage.MQL).conversion.rate == Rate(count=0, of=0)
    assert count(one, as_of=40).get_stage(Stage.MQL).conversion.rate == Rate(count=1, of=1)


def test_who_skips_stages_has_passed_them():
    """A lead told of as a customer has reached all stages at that instant."""
    funnel = count(live("one", step("customer", 5, value=7.0)))
    assert [len(each.reached) for each in funnel.stages] == [1, 1, 1, 1, 1]
    assert funnel.get_stage(Stage.SQL).conversion.median_days == 0
    assert [each.rate.count for each in funnel.spans] == [1, 1, 1]


def test_what_is_later_than_now_is_not_known():
    """Neither a lead that comes tomorrow nor a step of tomorrow counts."""
    funnel = count(live("here", step("mql", 50)), live("tomorrow", created=12), as_of=11)
    assert [len(each.reached) for each in funnel.stages] == [1, 0, 0, 0, 0]
    assert funnel.get_stage(Stage.LEAD).standing == ("here",)


def test_days_are_told_as_median_and_ninetieth_percentile():
    """Of ten leads that took one to ten days, half took five and a half, and nine took 9.1 or fewer."""
    lives = [live(f"{took}", step("mql", took)) for took in range(1, 11)]
    conversion = count(*lives).get_stage(Stage.LEAD).conversion
    assert conversion.median_days == 5.5
    assert conversion.slow_days == pytest.approx(9.1)


def test_who_stands_somewhere_is_worth_what_was_told_last_or_the_average():
    """An offer counts with its latest value, one without a value with the average won value, else with none."""
    offers = (
        live("told", step("opportunity", 1, value=10.0), step("opportunity", 2, value=30.0)),
        live("untold", step("opportunity", 1)),
    )
    won = live("won", step("customer", 1, value=100.0))
    found = count(*offers, won).get_stage(Stage.OPPORTUNITY)
    assert (found.standing, found.euros, found.unvalued) == (("told", "untold"), 130.0, 1)
    assert count(*offers).get_stage(Stage.OPPORTUNITY).euros is None
    assert count(*offers, assumed=50.0).get_stage(Stage.OPPORTUNITY).euros == 80.0


def test_ways_out_are_counted_where_leads_left():
    """A lead leaves the stage in which it stood, counts there once, and stands nowhere until it comes back."""
    twice = live("twice", step("mql", 1), step("recycled", 2), step("mql", 5), step("recycled", 6))
    back = live("back", step("sql", 1), step("recycled", 2), step("mql", 5))
    gone = live("gone", step("opportunity", 1), step("recycled", 2), step("lost", 5), step("lost", 6))
    funnel = count(twice, back, gone)
    assert funnel.get_stage(Stage.MQL).recycled == ("twice",)
    assert funnel.get_stage(Stage.SQL).recycled == ("back",)
    assert funnel.get_stage(Stage.OPPORTUNITY).recycled == ("gone",)
    assert funnel.get_stage(Stage.OPPORTUNITY).lost == ("gone",)
    assert [each.standing for each in funnel.stages] == [(), ("back",), (), (), ()]


def test_recycled_leads_are_followed_until_they_win():
    """Of four that rest, three wake, two of them a horizon ago, and one of these wins in time."""
    funnel = count(
        live("wins", step("sql", 1), step("recycled", 2), step("mql", 40), step("sql", 50), step("customer", 60)),
        live("wakes", step("sql", 1), step("recycled", 2), step("lead", 90), step("customer", 91)),
        live("too late", step("sql", 1), step("recycled", 2), step("mql", 40), step("customer", 75)),
        live("rests", step("mql", 1), step("recycled", 2)),
    )
    everybody, of_mql, of_sql = funnel.wakings
    assert (everybody.stage, of_mql.stage, of_sql.stage) == (None, Stage.MQL, Stage.SQL)
    assert everybody.woken == Rate(count=3, of=4)
    assert everybody.to_sql == everybody.to_customer == Rate(count=1, of=2)
    assert everybody.immature == 1
    assert of_mql.woken == Rate(count=0, of=1)
    assert of_sql.lead_ids == ("wins", "wakes", "too late")


def test_sources_and_owners_have_conversions_of_their_own():
    """Every source and every owner is counted apart, the largest first; who has none is named so."""
    fair, web = pass_through("fair", (4, 2, 1, 0, 0), source="fair"), pass_through("web", (6, 3, 3, 0, 0))
    funnel = count(*(replace(life, owner_id="anna") for life in fair), *web)
    assert [each.group for each in funnel.by_source[::5]] == ["unknown", "fair"]
    assert find_group(funnel.by_source, "fair", Stage.LEAD).conversion.rate == Rate(count=2, of=4)
    assert find_group(funnel.by_owner, "anna", Stage.MQL).conversion.rate == Rate(count=1, of=2)
    assert find_group(funnel.by_owner, "nobody", Stage.SQL).reached == ("web-0000", "web-0001", "web-0002")


def test_many_small_sources_are_taken_together():
    """Behind the forty-nine largest, sources are one group, and no lead is left out."""
    lives = [live(f"{n}:{m}", source=f"source {n:03d}") for n in range(80) for m in range(80 - n)]
    groups = [each for each in count(*lives).by_source if each.stage == Stage.LEAD]
    assert (len(groups), groups[-1].group) == (50, REST)
    assert sum(len(each.reached) for each in groups) == len(lives)


def test_nothing_is_divided_by_nothing():
    """Without any lead there is a funnel, with no share in it."""
    funnel = count()
    assert [each.conversion.rate.value for each in funnel.stages[:-1]] == [None] * 4
    assert funnel.average_value.origin == "missing"
    assert funnel.wakings[0].woken == Rate(count=0, of=0)
    assert funnel.by_source == ()


@settings(max_examples=60)
@given(st.lists(ways, max_size=8), st.integers(-5, 130), st.integers(1, 60))
def test_the_funnel_agrees_with_a_slow_count(told, now, horizon):
    """Counted lead by lead from what a life itself says, every number is the same."""
    lives = [live(f"{n}", *(step(stage, at) for at, stage in way)) for n, way in enumerate(told)]
    funnel = count(*lives, as_of=now, horizon=horizon)
    known = [replace(life, steps=tuple(s for s in life.steps if s.at <= day(now))) for life in lives if now >= 0]
    for figures in funnel.stages:
        reached = [each for each in known if _reaches(each, figures.stage)]
        assert figures.reached == tuple(each.lead_id for each in reached)
        if figures.conversion is not None:
            following = FUNNEL[FUNNEL.index(figures.stage) + 1]
            mature = [e for e in reached if e.find_reached(figures.stage) + horizon * DAY_MICROS <= day(now)]
            quick = [e for e in mature if _takes(e, figures.stage, following) <= horizon * DAY_MICROS]
            assert figures.conversion.rate == Rate(count=len(quick), of=len(mature))
            assert figures.conversion.immature == len(reached) - len(mature)
    standing = sum(len(each.standing) for each in funnel.stages)
    assert standing == sum(each.find_step(day(now)).stage in PASSED for each in known)


def _reaches(life, stage):
    at = life.find_reached(stage)
    return at is not None and YEAR.contains(at)


def _takes(life, begin, end):
    until = life.find_reached(end)
    return float("inf") if until is None else until - life.find_reached(begin)
