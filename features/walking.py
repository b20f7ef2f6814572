"""Walking through events: laying them out for one scope, and filling in its features, in threads where it pays."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features import kernels, ordering
from features.event_kinds import Scope
from features.feature_set import FeatureSet
from features.plan import COLUMN, build_plan
from features.tables import EventLog, LeadTable, SnapshotTable

# Below this many items a thread costs more than it saves.
_WORTH_A_THREAD = 20_000


def fill_scope(
    scope: Scope,
    leads: LeadTable,
    events: EventLog,
    snapshots: SnapshotTable,
    feature_set: FeatureSet,
    numbers: NDArray[np.float64],
) -> None:
    """Fill in the columns of `numbers`, shape (n, number of numeric features), that one scope's events decide.

    Snapshots of a lead without an account get NaN in the account's columns.
    """
    plan = build_plan(feature_set, scope)
    if plan is None:
        return
    by_account = scope == "account"
    group = leads.account[snapshots.lead] if by_account else snapshots.lead
    n_groups = len(leads.account_ids) if by_account else len(leads)
    rooms, moments = ordering.arrange_snapshots(plain(group), plain(snapshots.as_of), n_groups)
    if len(moments) == 0:
        numbers[:, plan.rules[:, COLUMN]] = np.nan
        return
    if len(moments) < len(snapshots):
        numbers[np.ix_(group < 0, plan.rules[:, COLUMN])] = np.nan
    recorded_at, properties = plain(events.recorded_at), plain(_align_properties(events, feature_set))
    offsets, records = _arrange_events(events, events.account if by_account else events.lead, rooms, feature_set)
    lead_of, n_leads = plain(events.lead), len(leads)

    def compute(_part: int, first: int, last: int) -> None:
        kernels.compute_groups(
            first, last, offsets, records, recorded_at, properties, lead_of, n_leads, rooms, moments, plan, numbers
        )

    _in_threads(_share_groups(offsets, rooms), compute)


def _arrange_events(
    events: EventLog, group: NDArray[np.int32], rooms: NDArray[np.int64], feature_set: FeatureSet
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the events of each group with snapshots begin, and their records group by group.

    A counting sort: each part counts its events, then writes them behind those of the parts before it.
    """
    edges = _share_items(len(events))
    places = np.zeros((len(edges) - 1, len(rooms) - 1), np.int64)
    group, types, code_of = plain(group), plain(events.type), _find_codes(events.types, feature_set)
    times = plain(events.occurred_at), plain(events.recorded_at)

    def count(part: int, first: int, last: int) -> None:
        ordering.count_events(first, last, group, places[part])

    def place(part: int, first: int, last: int) -> None:
        ordering.place_events(first, last, group, places[part], *times, types, code_of, records)

    _in_threads(edges, count)
    offsets = ordering.lay_out(places, rooms)
    records = np.empty((offsets[-1], 2), np.int64)
    _in_threads(edges, place)
    return offsets, records


def plain(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array, or a copy where numba would compile once more: for read-only and strided ones."""
    return array if array.flags.carray else array.copy("C")


def _align_properties(events: EventLog, feature_set: FeatureSet) -> NDArray[np.float64]:
    """Return the event properties in the order of the set's quantities, NaN where the log lacks one."""
    if events.property_names == feature_set.quantities:
        return events.properties
    aligned = np.full((len(feature_set.quantities), len(events)), np.nan)
    for row, name in enumerate(feature_set.quantities):
        if name in events.property_names:
            aligned[row] = events.properties[events.property_names.index(name)]
    return aligned


@lru_cache(maxsize=64)
def _find_codes(types: tuple[str, ...], feature_set: FeatureSet) -> NDArray[np.int32]:
    """Return the plan's code of each event type of a log; types no feature names share the last code."""
    code_of = feature_set.type_codes
    return np.array([code_of.get(name, len(code_of)) for name in types], dtype=np.int32)


def _count_parts(n: int) -> int:
    return 1 if n < 2 * _WORTH_A_THREAD else min(os.cpu_count() or 1, n // _WORTH_A_THREAD)


def _share_items(n: int) -> list[int]:
    parts = _count_parts(n)
    return [n * part // parts for part in range(parts + 1)]


def _share_groups(offsets: NDArray[np.int64], rooms: NDArray[np.int64]) -> list[int]:
    """Cut the groups where the events and snapshots before make equal parts."""
    parts = _count_parts(int(offsets[-1] + rooms[-1]))
    if parts == 1:
        return [0, len(rooms) - 1]
    load = offsets + rooms
    inner = np.searchsorted(load, [load[-1] * part // parts for part in range(1, parts)])
    return [0, *inner.tolist(), len(rooms) - 1]


def _in_threads(edges: list[int], work: Callable[[int, int, int], None]) -> None:
    """Do the parts between the edges, one a thread; the kernels release the interpreter lock."""
    if len(edges) == 2:
        work(0, edges[0], edges[1])
        return
    with ThreadPoolExecutor(len(edges) - 1) as pool:
        list(pool.map(lambda part, bounds: work(part, *bounds), range(len(edges) - 1), pairwise(edges)))
