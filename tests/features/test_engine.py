"""The engine: equal to a slow oracle, to the bit the same in any batch and order, and blind to the future."""

import dataclasses
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.contract import SchemaMismatch
from features.engine import FeatureTable, compute_features, warm_up
from features.event_kinds import DecayedCount, EventCount, PropertySum, Trend
from features.feature_set import FeatureSet
from features.lead_kinds import is_missing
from features.tables import EventLog
from tests.features.oracle import DAY, PlainEvent, PlainLead, compute_value
from tests.features.worlds import (
    NOON,
    QUANTITIES,
    SCHEMA,
    TYPES,
    World,
    event_features,
    feature_sets,
    plain_events,
    worlds,
)

ROUNDED = (DecayedCount, Trend)
MANY = settings(max_examples=150, deadline=None)
SOME = settings(max_examples=60, deadline=None)


def compute(world: World, feature_set: FeatureSet) -> FeatureTable:
    """Compute the features of a world."""
    return compute_features(world.lead_table(), world.event_log(), world.snapshot_table(), feature_set=feature_set)


def bits(table: FeatureTable) -> tuple:
    """Return a table as what two tables must share to be equal to the bit."""
    return table.numbers.view(np.int64).tolist(), [column.tolist() for column in table.texts]


@MANY
@given(worlds(), feature_sets())
def test_engine_equals_the_oracle(world, feature_set):
    """Every feature of every snapshot is what its definition says, computed one event at a time."""
    table = compute(world, feature_set)
    for row, (lead, as_of) in enumerate(world.snapshots):
        for feature in feature_set.features:
            expected = compute_value(feature, world.leads, world.events, lead, as_of)
            value = table.value(row, feature.name)
            if is_missing(expected):
                assert is_missing(value), feature
            elif isinstance(feature, ROUNDED):
                assert value == pytest.approx(expected, rel=1e-12, abs=1e-300), feature
            else:
                assert value == expected, feature


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


def lead_without_columns(account: str | None = None) -> PlainLead:
    """Return a lead of which nothing is known."""
    return PlainLead(
        account=account,
        columns=dict.fromkeys(("role", "email", "source")) | {"employees": math.nan, "revenue": math.nan},
    )


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


def make_crowd(n_leads: int, n_events: int, n_snapshots: int) -> World:
    """Invent a world too large for one thread, some of its groups large, its moments on a coarse grid."""
    rng = random.Random(11)
    grid = [NOON - DAY * rng.randrange(120) - rng.randrange(3) for _ in range(400)]
    leads = [lead_without_columns(rng.choice((None, "acme", "globex"))) for _ in range(n_leads)]
    events = [
        PlainEvent(
            min(rng.randrange(n_leads), rng.randrange(n_leads)),
            None,
            rng.choice(TYPES),
            (at := rng.choice(grid)),
            at + rng.choice((0, 0, 3 * DAY)),
            {"pages": rng.choice((0.1, 0.2, 0.7, math.nan))},
        )
        for _ in range(n_events)
    ]
    return World(leads, events, [(rng.randrange(n_leads), rng.choice(grid)) for _ in range(n_snapshots)])


def test_threads_change_nothing():
    """More snapshots and events than one thread takes get the same bits as small batches of them."""
    world = make_crowd(n_leads=3_000, n_events=45_000, n_snapshots=45_000)
    feature_set = FeatureSet(
        SCHEMA,
        (
            EventCount("visit", 30),
            EventCount(None, None),
            DecayedCount(None, None),
            PropertySum(None, 90, quantity="pages"),
            PropertySum("form", None, quantity="pages"),
        ),
    )
    leads, events, snapshots = world.lead_table(), world.event_log(), world.snapshot_table()
    together = compute_features(leads, events, snapshots, feature_set=feature_set)
    for begin in range(0, 45_000, 9_000):
        rows = np.arange(begin, begin + 9_000)
        part = compute_features(leads, events, snapshots.take(rows), feature_set=feature_set)
        assert bits(part) == bits(together.take(rows))


def test_no_events_and_no_snapshots_are_fine():
    """An empty log gives counts of zero; no snapshots give a table without rows."""
    world = World([lead_without_columns("acme")], [], [(0, NOON)])
    feature_set = FeatureSet(SCHEMA, (EventCount("visit", 7), EventCount("visit", 7, "account")))
    leads = world.lead_table()
    table = compute_features(leads, EventLog.empty(), world.snapshot_table(), feature_set=feature_set)
    assert table.numbers.tolist() == [[0.0, 0.0]]
    none = world.snapshot_table().take(np.array([], dtype=np.int64))
    assert compute_features(leads, EventLog.empty(), none, feature_set=feature_set).numbers.shape == (0, 2)


def test_read_only_and_strided_columns_are_read_alike():
    """Columns that pandas hands out read-only, or as every other row of a table, give the same bits."""
    world = make_crowd(n_leads=5, n_events=60, n_snapshots=9)
    feature_set = FeatureSet(SCHEMA, (EventCount("visit", 30), PropertySum(quantity="pages"), DecayedCount()))
    events, snapshots = world.event_log(), world.snapshot_table()
    changed = {
        name: np.repeat(getattr(events, name), 2)[::2]
        for name in ("lead", "account", "type", "occurred_at", "recorded_at")
    }
    for column in changed.values():
        column.setflags(write=False)
    snapshots.as_of.setflags(write=False)
    other = compute_features(
        world.lead_table(), dataclasses.replace(events, **changed), snapshots, feature_set=feature_set
    )
    assert bits(other) == bits(compute(world, feature_set))


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


def test_warming_up_compiles_everything():
    """After warming up, no kernel of the engine has to be compiled for a first caller."""
    warm_up()
    from features import kernels, ordering

    walks = (kernels.compute_groups, ordering.count_events, ordering.lay_out, ordering.place_events)
    assert all(walk.signatures for walk in walks)
