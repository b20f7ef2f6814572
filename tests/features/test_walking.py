"""Walking: as many threads and whatever layout of arrays, the features are the same to the bit."""

import dataclasses
import math
import random

import numpy as np

from features import kernels, ordering
from features.engine import compute_features, warm_up
from features.event_kinds import DecayedCount, EventCount, PropertySum
from features.feature_set import FeatureSet
from features.tables import EventLog
from tests.features.oracle import DAY, PlainEvent
from tests.features.worlds import EVERY_FEATURE, NOON, SCHEMA, TYPES, World, bits, compute, lead_without_columns


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


def list_walks():
    """List the compiled functions that the engine calls."""
    walks = (ordering.arrange_snapshots, ordering.count_events, ordering.lay_out, ordering.place_events)
    return (*walks, kernels.compute_groups)


def test_read_only_and_strided_columns_are_read_alike():
    """Columns that are read-only, or every other row of a table, give the same bits by the same compiled code."""
    warm_up()
    compiled = [len(walk.signatures) for walk in list_walks()]
    world = make_crowd(n_leads=5, n_events=60, n_snapshots=9)
    feature_set = FeatureSet(SCHEMA, (EventCount("visit", 30), PropertySum(quantity="pages"), DecayedCount()))
    events, snapshots = world.event_log(), world.snapshot_table()
    changed = {
        name: np.repeat(getattr(events, name), 2)[::2]
        for name in ("lead", "account", "type", "occurred_at", "recorded_at")
    }
    for column in (*changed.values(), snapshots.lead, snapshots.as_of):
        column.setflags(write=False)
    other = compute_features(
        world.lead_table(), dataclasses.replace(events, **changed), snapshots, feature_set=feature_set
    )
    assert bits(other) == bits(compute(world, feature_set))
    assert [len(walk.signatures) for walk in list_walks()] == compiled


def test_warming_up_compiles_everything():
    """After warming up, no walk has to be compiled for a first caller, whatever features it asks for."""
    warm_up()
    compiled = [len(walk.signatures) for walk in list_walks()]
    assert min(compiled) > 0
    compute(make_crowd(n_leads=5, n_events=60, n_snapshots=9), EVERY_FEATURE)
    assert [len(walk.signatures) for walk in list_walks()] == compiled
