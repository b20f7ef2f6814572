"""Marketing channels: what each brought, cost, and gave back."""

from datetime import date

import numpy as np
import pytest

from agreement.calendar.periods import Period
from agreement.episodes import DAY_MICROS
from agreement.insight.attributing import Crediting
from agreement.insight.channels import ChannelFigures, compute_channels, count_arrivals
from agreement.insight.closings import list_closings
from agreement.lives import Life, Step, Touch
from agreement.paper.attribution_terms import Attribution
from agreement.stages import Stage

DAY = DAY_MICROS
JANUARY = Period(begins=date(1970, 1, 1), ends=date(1970, 2, 1))
LATER = 10**18
USUAL = Crediting(Attribution())


def live(lead_id, source, *steps, created=1, touches=(), value=100.0):
    """A lead with steps as (stage, day) and touches as (channel, day)."""
    made = tuple(Step(stage=Stage(stage), at=day * DAY, value=value) for stage, day in steps)
    did = tuple(Touch(at=day * DAY, type="visit", channel=channel) for channel, day in touches)
    return Life(lead_id=lead_id, created_at=created * DAY, source=source, steps=made, touches=did)


LIVES = [
    live("a", "web", ("sql", 3), ("customer", 20), touches=[("fair", 1), ("mail", 19)]),
    live("b", "web", ("mql", 5)),
    live("c", "fair", ("customer", 40)),
    live("d", None, touches=[("mail", 2)]),
    live("e", "web", ("customer", 25), created=-5, value=None),
]


def compute(rule="last_touch", costs=None):
    """The figures of these leads in January, by channel."""
    won = [closing for closing in list_closings(LIVES, JANUARY, LATER) if closing.is_won]
    arrived = count_arrivals(LIVES, JANUARY, LATER, USUAL)
    listed = compute_channels(
        won, arrived, costs or {}, crediting=USUAL, rule=rule, generator=np.random.default_rng(1)
    )
    return {figures.channel: figures for figures in listed}


def test_arrivals_are_counted_where_a_lead_came_from():
    """Each stage is counted in the period in which it was first reached, stages in between included."""
    arrived = count_arrivals(LIVES, JANUARY, LATER, USUAL)
    assert arrived == {
        "web": {
            Stage.LEAD: ["a", "b"],
            Stage.MQL: ["a", "b", "e"],
            Stage.SQL: ["a", "e"],
            Stage.CUSTOMER: ["a", "e"],
        },
        "fair": {Stage.LEAD: ["c"]},
        "mail": {Stage.LEAD: ["d"]},
    }


def test_nobody_arrived_who_is_not_known_yet():
    """As of an earlier day, later steps have not happened."""
    arrived = count_arrivals(LIVES, JANUARY, 4 * DAY, USUAL)
    assert arrived["web"] == {Stage.LEAD: ["a", "b"], Stage.MQL: ["a"], Stage.SQL: ["a"]}


def test_revenue_stands_under_each_rule_and_the_interval_under_the_one():
    """All three revenues are told; deals, interval and order follow the rule that was asked for."""
    figures = compute("last_touch")
    assert next(iter(figures)) == "mail"
    weight = 2 ** (-18 / 7)
    assert figures["fair"].revenue == pytest.approx(
        {"first_touch": 100.0, "last_touch": 0.0, "time_decay": 100.0 * weight / (1 + weight)}
    )
    assert (figures["mail"].deals, figures["fair"].deals, figures["web"].deals) == (["a"], [], ["e"])
    assert figures["mail"].low <= figures["mail"].revenue["last_touch"] <= figures["mail"].high
    assert sum(each.revenue["time_decay"] for each in figures.values()) == pytest.approx(100.0)


def test_costs_stand_beside_what_came_back():
    """Cost per lead and return follow from the cost; a channel with cost alone is there too."""
    figures = compute("first_touch", {"fair": 40.0, "radio": 10.0})
    assert figures["fair"].compute_cost_per(Stage.LEAD) == 40.0
    assert figures["fair"].compute_cost_per(Stage.CUSTOMER) is None
    assert figures["fair"].compute_romi("first_touch") == pytest.approx(1.5)
    assert figures["radio"].compute_romi("first_touch") == -1.0
    assert figures["web"].compute_romi("first_touch") is figures["web"].compute_cost_per(Stage.LEAD) is None


def test_nothing_is_divided_by_nothing():
    """A channel without cost and without leads has no ratios."""
    figures = ChannelFigures(channel="x", revenue={"first_touch": 0.0}, low=0.0, high=0.0, deals=[])
    assert figures.compute_romi("first_touch") is figures.compute_cost_per(Stage.MQL) is None
