"""The plan: the arrays agree with the features they stand for."""

import numpy as np
from hypothesis import given, settings

from features.event_kinds import ActiveDays, ActiveLeads, DecayedCount, EventCount, Op, PropertySum, Trend
from features.feature_set import FeatureSet
from features.plan import BAND, BAND_BEFORE, CODE, COLUMN, FOREVER, OP, SLOT, build_plan
from features.times import DAY
from tests.features.worlds import SCHEMA, event_features, feature_sets


@settings(max_examples=100, deadline=None)
@given(feature_sets(event_features))
def test_rules_lead_back_to_their_features(feature_set):
    """Each feature has one rule, which names its operation, type, window and column."""
    n_types, seen = len(feature_set.types), []
    for scope in ("lead", "account"):
        plan = build_plan(feature_set, scope)
        if plan is None:
            assert all(feature.scope != scope for feature in feature_set.events)
            continue
        assert (np.diff(plan.edges) > 0).all()
        assert (plan.rules[: plan.n_counts, OP] == Op.COUNT).all()
        assert (plan.rules[plan.n_counts :, OP] != Op.COUNT).all()
        for rule in plan.rules:
            feature = feature_set.numbers[rule[COLUMN]]
            seen.append(feature)
            assert (feature.scope, feature.op) == (scope, rule[OP])
            named = None if rule[CODE] == n_types + 1 else feature_set.types[rule[CODE]]
            assert feature.type == named
            assert plan.edges[rule[BAND]] == (FOREVER if feature.days is None else feature.days * DAY)
    assert sorted(f.name for f in seen) == sorted(f.name for f in feature_set.events)


def test_trends_look_twice_as_far():
    """A trend's rule also points at the band of twice its window."""
    plan = build_plan(FeatureSet(SCHEMA, (Trend("visit", 14), EventCount("visit", 7))), "lead")
    assert plan.edges.tolist() == [7 * DAY, 14 * DAY, 28 * DAY]
    assert plan.rules[1, [BAND, BAND_BEFORE]].tolist() == [1, 2]


def test_sums_come_after_faded_counts():
    """Slots count the half-lives first, then the properties; equal half-lives share one."""
    feature_set = FeatureSet(
        SCHEMA,
        (
            PropertySum(None, 7, quantity="pages"),
            DecayedCount("visit", half_life=14.0),
            DecayedCount("form", half_life=14.0),
            DecayedCount("form", half_life=7.0),
        ),
    )
    plan = build_plan(feature_set, "lead")
    assert plan.half_lives.tolist() == [7.0 * DAY, 14.0 * DAY]
    slots = {feature_set.numbers[rule[COLUMN]].name: rule[SLOT] for rule in plan.rules}
    assert slots == {"visit_decayed_h14": 1, "form_decayed_h14": 1, "form_decayed_h7": 0, "event_sum_7d_pages": 2}


def test_events_touch_what_counts_their_type_widest_first():
    """An event touches the counts of distinct things of its own type and of any type, the widest window first."""
    feature_set = FeatureSet(
        SCHEMA,
        (
            ActiveDays("visit", 7, "account"),
            ActiveDays(None, None, "account"),
            ActiveLeads("visit", 30),
            EventCount("form", 7, "account"),
        ),
    )
    plan = build_plan(feature_set, "account")
    assert feature_set.types == ("form", "visit")
    rows = [plan.touched[a:b].tolist() for a, b in zip(plan.starts, plan.starts[1:], strict=False)]
    reaches = [[plan.reach[d] for d in row] for row in rows]
    assert reaches == [[FOREVER], [FOREVER, 30 * DAY, 7 * DAY], [FOREVER]]
    assert sorted(plan.is_days.tolist()) == [False, True, True]


def test_plans_are_built_once():
    """Equal sets share a plan, since one is asked for in every call."""
    features = (EventCount("visit", 7), EventCount("form", 7))
    assert build_plan(FeatureSet(SCHEMA, features), "lead") is build_plan(FeatureSet(SCHEMA, features), "lead")
