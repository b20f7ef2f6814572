"""The engine: the only way from leads, events and moments to features, for one lead and for millions."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import kernels
from features.contract import Column, ColumnKind, SchemaMismatch, clean_column
from features.event_kinds import Scope
from features.feature_set import FeatureSet
from features.lead_kinds import Attribute, LeadAge, LeadFeature
from features.plan import Plan, build_plan
from features.tables import EventLog, LeadTable, SnapshotTable
from features.times import DAY, MISSING_TIME

# Below this many items a thread costs more than it saves.
_WORTH_A_THREAD = 20_000
_WORTH_FACTORIZING = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureTable:
    """Features of snapshots.

    Attributes
    ----------
    numbers
        Shape (n, number of numeric features), float64, NaN where missing.
    texts
        For each text feature a shape (n,) object array, None where missing.
    """

    feature_set: FeatureSet
    numbers: NDArray[np.float64]
    texts: tuple[NDArray[Any], ...]

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: NDArray[Any]) -> "FeatureTable":
        """Return the snapshots at `rows` (positions or a mask)."""
        texts = tuple(column[rows] for column in self.texts)
        return FeatureTable(feature_set=self.feature_set, numbers=self.numbers[rows], texts=texts)

    def value(self, row: int, name: str) -> Any:
        """Return one feature of one snapshot: a float or a text, NaN or None where missing."""
        return self.column(name)[row]

    def column(self, name: str) -> NDArray[Any]:
        """Return one feature of every snapshot, shape (n,).

        Raises
        ------
        ValueError
            If the set has no such feature.
        """
        for position, feature in enumerate(self.feature_set.numbers):
            if feature.name == name:
                return self.numbers[:, position]
        return self.texts[[feature.name for feature in self.feature_set.texts].index(name)]

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, feature_set: FeatureSet) -> "FeatureTable":
        """Read what `to_frame` wrote; columns may stand in any order, further ones are passed over.

        Raises
        ------
        SchemaMismatch
            If a feature has no column.
        """
        if missing := [name for name in feature_set.names if name not in frame.columns]:
            raise SchemaMismatch(f"the frame lacks these features: {', '.join(missing)}")
        numbers = [_clean(frame[feature.name], "number") for feature in feature_set.numbers]
        return cls(
            feature_set=feature_set,
            numbers=np.column_stack(numbers) if numbers else np.empty((len(frame), 0)),
            texts=tuple(_clean(frame[feature.name], "text") for feature in feature_set.texts),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a frame with one column a feature, in the set's order."""
        return pd.DataFrame({name: self.column(name) for name in self.feature_set.names})


def compute_features(
    leads: LeadTable, events: EventLog, snapshots: SnapshotTable, *, feature_set: FeatureSet
) -> FeatureTable:
    """Compute a feature set for snapshots of leads.

    An event counts for a snapshot if it occurred in the feature's window ``[as_of - length, as_of)`` and
    had been recorded by `as_of`. Cost grows with the events, and, for each snapshot, with its lead's.

    Parameters
    ----------
    leads, events, snapshots
        Any order; n snapshots.
    feature_set
        What to compute.

    Returns
    -------
    FeatureTable
        One row a snapshot, in the order of `snapshots`.
    """
    numbers = np.empty((len(snapshots), len(feature_set.numbers)))
    for position, feature in enumerate(feature_set.numbers):
        if isinstance(feature, LeadAge):
            numbers[:, position] = _compute_age(leads, snapshots)
        elif isinstance(feature, LeadFeature):
            numbers[:, position] = _compute_column(feature, leads, float)[snapshots.lead]
    for scope in ("lead", "account"):
        _compute_scope(scope, leads, events, snapshots, feature_set, numbers)
    texts = tuple(_compute_column(text, leads, object)[snapshots.lead] for text in feature_set.texts)
    return FeatureTable(feature_set=feature_set, numbers=numbers, texts=texts)


def warm_up() -> None:
    """Compile every kernel, or load it from the cache, so that no caller waits for the compiler."""
    from features.catalogue import derive_catalogue  # the catalogue imports the kinds, not the engine

    feature_set = derive_catalogue(event_types=("visit",), quantities=("pages",), has_accounts=True)
    records = [{"lead_id": "warm-up", "account_id": "warm-up"}]
    leads = LeadTable.from_records(records, feature_set.schema)
    code = np.zeros(1, dtype=np.int32)
    events = EventLog(
        lead=code,
        account=code,
        type=code,
        types=("visit",),
        occurred_at=np.zeros(1, np.int64),
        recorded_at=np.zeros(1, np.int64),
        properties=np.ones((1, 1)),
        property_names=("pages",),
    )
    compute_features(leads, events, SnapshotTable.at(leads, DAY), feature_set=feature_set)


def _clean(values: "pd.Series[Any]", kind: ColumnKind) -> NDArray[Any]:
    return clean_column(values, Column(name=str(values.name), kind=kind, low=-np.inf, high=np.inf))


def _compute_age(leads: LeadTable, snapshots: SnapshotTable) -> NDArray[np.float64]:
    created = leads.created_at[snapshots.lead]
    known = (created != MISSING_TIME) & (created <= snapshots.as_of)
    age = np.full(len(snapshots), np.nan)
    age[known] = (snapshots.as_of[known] - created[known]) / DAY
    return age


def _compute_column(feature: Any, leads: LeadTable, dtype: type) -> NDArray[Any]:
    values = leads.attributes[feature.column]
    return values if isinstance(feature, Attribute) else _apply(feature.of, values, dtype)


def _apply(rule: Callable[[Any], Any], values: NDArray[Any], dtype: type) -> NDArray[Any]:
    """Apply a rule to each value; in a long column, once to each distinct value."""
    if len(values) < _WORTH_FACTORIZING:
        return np.array([rule(value) for value in values], dtype=dtype)
    codes, distinct = pd.factorize(values)
    missing = np.nan if values.dtype == np.float64 else None
    results: NDArray[Any] = np.array([*(rule(value) for value in distinct), rule(missing)], dtype=dtype)
    return results[codes]


def _compute_scope(
    scope: Scope,
    leads: LeadTable,
    events: EventLog,
    snapshots: SnapshotTable,
    feature_set: FeatureSet,
    numbers: NDArray[np.float64],
) -> None:
    """Fill in the columns of one scope's event features."""
    plan = build_plan(feature_set, scope)
    if plan is None:
        return
    by_account = scope == "account"
    event_group = events.account if by_account else events.lead
    group = leads.account[snapshots.lead] if by_account else snapshots.lead
    n_groups = len(leads.account_ids) if by_account else len(leads)
    properties = _align_properties(events, feature_set)
    offsets, records = kernels.arrange(
        event_group,
        n_groups,
        events.occurred_at,
        events.recorded_at,
        events.type,
        _codes(events, feature_set),
    )
    _in_threads(n_groups, lambda first, last: kernels.sort_groups(first, last, offsets, records, properties))
    arrays = _arrays(plan)
    _in_threads(
        len(snapshots),
        lambda first, last: kernels.accumulate(
            first,
            last,
            group,
            snapshots.as_of,
            offsets,
            records,
            events.lead,
            len(leads),
            properties,
            arrays,
            numbers,
        ),
    )


def _arrays(plan: Plan) -> tuple[NDArray[Any], ...]:
    return (
        plan.columns,
        plan.op,
        plan.own,
        plan.quantity,
        plan.length,
        plan.reach,
        plan.half_life,
        plan.starts,
        plan.touched,
    )


def _codes(events: EventLog, feature_set: FeatureSet) -> NDArray[np.int32]:
    """Return the plan's code of each event type of the log; types no feature names share the last code."""
    code_of = {name: code for code, name in enumerate(feature_set.types)}
    return np.array([code_of.get(name, len(code_of)) for name in events.types], dtype=np.int32)


def _align_properties(events: EventLog, feature_set: FeatureSet) -> NDArray[np.float64]:
    if events.property_names == feature_set.quantities:
        return events.properties
    aligned = np.full((len(feature_set.quantities), len(events)), np.nan)
    for row, name in enumerate(feature_set.quantities):
        if name in events.property_names:
            aligned[row] = events.properties[events.property_names.index(name)]
    return aligned


def _in_threads(n: int, work: Callable[[int, int], Any]) -> None:
    """Do [0, n) in equal parts, one a processor; the kernels release the interpreter lock."""
    parts = min(os.cpu_count() or 1, max(1, n // _WORTH_A_THREAD))
    if parts == 1:
        work(0, n)
        return
    with ThreadPoolExecutor(parts) as pool:
        list(pool.map(lambda bounds: work(*bounds), _bounds(n, parts)))


def _bounds(n: int, parts: int) -> Iterator[tuple[int, int]]:
    edges = [n * part // parts for part in range(parts + 1)]
    return pairwise(edges)
