"""The engine: equal to a slow oracle, to the bit the same in any batch and order, and blind to the future."""

import dataclasses
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.contract import SchemaMismatch
from features.engine import FeatureTable
from features.event_kinds import DecayedCount, EventCount, PropertySum, Trend
from features.feature_set import FeatureSet
from features.lead_kinds import is_missing
from tests.features.oracle import DAY, PlainEvent, compute_value
from tests.features.worlds import (
    EVERY_FEATURE,
    NOON,
    QUANTITIES,
    SCHEMA,
    TYPES,
    World,
    bits,
    compute,
    event_features,
    feature_sets,
    lead_without_columns,
    make_dense_world,
    plain_events,
    worlds,
)

ROUNDED = (DecayedCount, Trend)
MANY = settings(max_examples=150, deadline=None)
SOME = settings(max_examples=60, deadline=None)


def assert_equal_to_oracle(world: World, feature_set: FeatureSet) -> None:
    """Compare every feature of every snapshot with its definition."""
    table = compute(world, feature_set)
    for row, (lead, as_of) in enumerate(world.snapshots):
        for feature in feature_set.features:
            expected = compute_value(feature, world.leads, world.events, lead, as_of, feature_set.most_per_day)
            value = table.value(row, feature.name)
            if is_missing(expected):
                assert is_missing(value), feature
            elif isinstance(feature, ROUNDED):
                assert value == pytest.approx(expected, rel=1e-12, abs=1e-300), feature
            else:
                assert value == expected, feature


@MANY
@given(worlds(), feature_sets())
def test_engine_equals_the_oracle(world, feature_set):
    """Every feature of every snapshot is what its definition says, computed one event at a time."""
    assert_equal_to_oracle(world, feature_set)


@MANY
@given(worlds(), feature_sets(), st.integers(1, 3))
def test_with_a_limit_the_engine_equals_the_oracle(world, feature_set, most_per_day):
    """What is one too many of a day and a type does not count, by what was known at each snapshot."""
    assert_equal_to_oracle(world, dataclasses.replace(feature_set, most_per_day=most_per_day))


@pytest.mark.parametrize("seed", range(25))
def test_engine_equals_the_oracle_where_much_falls_together(seed):
    """Every kind in every window agrees where events lie on edges, at one instant, and come late."""
    assert_equal_to_oracle(make_dense_world(seed), EVERY_FEATURE)


@SOME
@given(st.lists(st.floats(-1e15, 1e15), max_size=40), st.randoms(use_true_random=False))
def test_sums_of_any_numbers_are_close(amounts, shuffler):
    """Sums of numbers that round differ from exact ones by no more than rounding does."""
    events = [
        PlainEvent(0, None, shuffler.choice(TYPES), NOON - i * DAY, NOON - i * DAY, {"pages": amount})
        for i, amount in enumerate(amounts)
    ]
    world = World([lead_without_columns()], events, [(0, NOON + 1)])
    value = compute(world, FeatureSet(SCHEMA, (PropertySum(quantity="pages"),))).numbers[0, 0]
    scale = math.fsum(map(abs, amounts))
    assert abs(value - math.fsum(amounts)) <= 1e-12 * scale


@SOME
@given(worlds(), feature_sets())
def test_batch_equals_one_at_a_time(world, feature_set):
    """A snapshot has the same features, to the bit, alone and among others, with its lead's events alone."""
    together = compute(world, feature_set)
    for row, (lead, as_of) in enumerate(world.snapshots):
        alone = compute(World(world.leads, world.events, [(lead, as_of)]), feature_set)
        assert bits(alone) == bits(together.take(np.array([row])))


@SOME
@given(st.data(), worlds(), feature_sets())
def test_later_events_change_nothing(data, world, feature_set):
    """Events that occurred at or after `as_of`, or were recorded after it, leave every bit as it was."""
    _, as_of = world.snapshots[0]
    world = World(world.leads, world.events, [(lead, as_of) for lead in range(len(world.leads))])
    drawn = data.draw(st.lists(plain_events(len(world.leads)), min_size=1, max_size=10))
    later = [
        dataclasses.replace(event, occurred_at=as_of + abs(event.occurred_at - as_of))
        if i % 2
        else dataclasses.replace(event, recorded_at=as_of + 1 + abs(event.recorded_at - as_of))
        for i, event in enumerate(drawn)
    ]
    assert bits(compute(world, feature_set)) == bits(
        compute(World(world.leads, world.events + later, world.snapshots), feature_set)
    )


@SOME
@given(worlds(), feature_sets(), st.randoms(use_true_random=False))
def test_shuffled_events_change_nothing(world, feature_set, shuffler):
    """The order of the event log leaves every bit as it was."""
    events = shuffler.sample(world.events, len(world.events))
    assert bits(compute(world, feature_set)) == bits(
        compute(World(world.leads, events, world.snapshots), feature_set)
    )


@SOME
@given(
    st.lists(st.sampled_from((0.1, 0.2, 0.7, 1e15, -1e15, 1e-9, math.nan)), max_size=12),
    st.randoms(use_true_random=False),
)
def test_amounts_of_one_instant_add_up_in_one_order(amounts, shuffler):
    """Numbers that round sum to the same bits, though their events share instant and type and come in any order."""
    feature_set = FeatureSet(SCHEMA, (PropertySum(quantity="pages"), PropertySum("visit", 7, quantity="pages")))

    def add_up(ordered):
        events = [PlainEvent(0, None, "visit", NOON - DAY, NOON - DAY, {"pages": amount}) for amount in ordered]
        return bits(compute(World([lead_without_columns()], events, [(0, NOON)]), feature_set))

    assert add_up(amounts) == add_up(shuffler.sample(amounts, len(amounts)))


@SOME
@given(worlds(), feature_sets(), st.randoms(use_true_random=False))
def test_shuffled_leads_and_snapshots_change_only_the_order(world, feature_set, shuffler):
    """Leads and snapshots in another order give the same rows, to the bit, in that order."""
    order = shuffler.sample(range(len(world.leads)), len(world.leads))
    position = {old: new for new, old in enumerate(order)}
    rows = shuffler.sample(range(len(world.snapshots)), len(world.snapshots))
    moved = World(
        [world.leads[old] for old in order],
        [dataclasses.replace(e, lead=None if e.lead is None else position[e.lead]) for e in world.events],
        [(position[world.snapshots[row][0]], world.snapshots[row][1]) for row in rows],
    )
    assert bits(compute(moved, feature_set)) == bits(compute(world, feature_set).take(np.array(rows)))


@SOME
@given(worlds(), feature_sets(event_features))
def test_unnamed_types_reach_only_features_of_any_type(world, feature_set):
    """An event whose type no feature names changes only what looks at events of every type."""
    lead, as_of = world.snapshots[0]
    added = PlainEvent(lead, None, TYPES[3], as_of - 1, as_of - 1, dict.fromkeys(QUANTITIES, 1.0))
    before = compute(world, feature_set)
    after = compute(World(world.leads, [*world.events, added], world.snapshots), feature_set)
    for feature in feature_set.events:
        if feature.type is not None and feature.suffix != "share":
            same = before.column(feature.name).tobytes() == after.column(feature.name).tobytes()
            assert same, feature


@pytest.mark.parametrize("seed", range(5))
def test_dense_worlds_keep_every_bit(seed):
    """Alone, shuffled or with a future added, every feature of a dense world keeps its bits."""
    world, shuffler = make_dense_world(seed), random.Random(seed)
    table = compute(world, EVERY_FEATURE)
    shuffled = shuffler.sample(world.events, len(world.events))
    assert bits(compute(World(world.leads, shuffled, world.snapshots), EVERY_FEATURE)) == bits(table)
    for row, (lead, as_of) in enumerate(world.snapshots):
        seen = [event for event in world.events if event.occurred_at < as_of and event.recorded_at <= as_of]
        known = compute(World(world.leads, seen, [(lead, as_of)]), EVERY_FEATURE)
        assert bits(known) == bits(table.take(np.array([row])))


@pytest.mark.parametrize(
    ("occurred_at", "count"),
    [(NOON - 7 * DAY - 1, 0), (NOON - 7 * DAY, 1), (NOON - 1, 1), (NOON, 0)],
)
def test_windows_are_half_open(occurred_at, count):
    """A window of seven days holds its first microsecond and not `as_of` itself."""
    event = PlainEvent(0, None, "visit", occurred_at, occurred_at)
    world = World([lead_without_columns()], [event], [(0, NOON)])
    assert compute(world, FeatureSet(SCHEMA, (EventCount("visit", 7),))).numbers[0, 0] == count


@pytest.mark.parametrize(("delay", "count"), [(0, 1), (1, 1), (100, 1), (101, 0), (10 * DAY, 0), (-5, 1)])
def test_events_are_seen_once_recorded(delay, count):
    """An event counts from the microsecond on in which it is recorded."""
    event = PlainEvent(0, None, "visit", NOON - 100, NOON - 100 + delay)
    world = World([lead_without_columns()], [event], [(0, NOON)])
    assert compute(world, FeatureSet(SCHEMA, (EventCount("visit", 7),))).numbers[0, 0] == count


def test_events_that_occurred_nobody_knows_when_are_never_seen():
    """An event without a time counts in no window, not even in the one without an end."""
    missing = np.iinfo(np.int64).min
    event = PlainEvent(0, None, "visit", missing, missing)
    world = World([lead_without_columns()], [event], [(0, NOON)])
    feature_set = FeatureSet(SCHEMA, (EventCount(), EventCount("visit", 7)))
    assert compute(world, feature_set).numbers.tolist() == [[0.0, 0.0]]


@SOME
@given(worlds(), feature_sets(), st.randoms(use_true_random=False))
def test_frames_bring_back_the_table(world, feature_set, shuffler):
    """A table read back from its frame is the same table, with the frame's columns in any order."""
    table = compute(world, feature_set)
    frame = table.to_frame()
    assert list(frame.columns) == list(feature_set.names)
    shuffled = frame[shuffler.sample(list(frame.columns), len(frame.columns))].assign(beyond=1.0)
    assert bits(FeatureTable.from_frame(shuffled, feature_set)) == bits(table)


def test_frames_without_a_feature_are_refused():
    """A frame that lacks a feature is no feature table, and the message names the feature."""
    world = World([lead_without_columns()], [], [(0, NOON)])
    feature_set = FeatureSet(SCHEMA, (EventCount("visit", 7), EventCount("form", 7)))
    frame = compute(world, feature_set).to_frame().drop(columns="form_count_7d")
    with pytest.raises(SchemaMismatch, match="form_count_7d"):
        FeatureTable.from_frame(frame, feature_set)


def test_unknown_columns_of_a_table_raise():
    """Asking a table for a feature it does not have raises."""
    world = World([lead_without_columns()], [], [(0, NOON)])
    with pytest.raises(ValueError, match="nonsense"):
        compute(world, FeatureSet(SCHEMA, (EventCount("visit", 7),))).column("nonsense")
