"""The engine: the only way from leads, events and moments to features, for one lead and for millions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.contract import Column, ColumnKind, SchemaMismatch, clean_column
from features.feature_set import FeatureSet
from features.lead_kinds import Attribute, LeadAge
from features.limiting import limit_events
from features.tables import EventLog, LeadTable, SnapshotTable
from features.times import DAY, MISSING_TIME
from features.walking import fill_scope

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
        position = self.feature_set.number_positions.get(name)
        return self.column(name)[row] if position is None else self.numbers[row, position]

    def column(self, name: str) -> NDArray[Any]:
        """Return one feature of every snapshot, shape (n,).

        Raises
        ------
        ValueError
            If the set has no such feature.
        """
        position = self.feature_set.number_positions.get(name)
        if position is not None:
            return self.numbers[:, position]
        if name not in self.feature_set.text_positions:
            raise ValueError(f"the feature set has no feature {name!r}")
        return self.texts[self.feature_set.text_positions[name]]

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

    An event counts for a snapshot if it occurred in the feature's window ``[as_of - length, as_of)``, had been
    recorded by `as_of`, and is not one too many of its type and day (`features.limiting`). Cost grows with the
    events, and, for each snapshot, with its lead's.

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
    events = limit_events(events, feature_set.most_per_day)
    numbers = np.empty((len(snapshots), len(feature_set.numbers)))
    _fill_columns(leads, snapshots, feature_set, numbers)
    for scope in ("lead", "account"):
        fill_scope(scope, leads, events, snapshots, feature_set, numbers)
    texts = tuple(_compute_attributes(feature_set.texts, leads, snapshots, object)) if feature_set.texts else ()
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


def _fill_columns(
    leads: LeadTable, snapshots: SnapshotTable, feature_set: FeatureSet, numbers: NDArray[np.float64]
) -> None:
    """Fill in the columns of `numbers` that no event decides: of few snapshots in one go, which is quicker."""
    if LeadAge.name in feature_set.number_positions:
        numbers[:, feature_set.number_positions[LeadAge.name]] = _compute_age(leads, snapshots)
    positions, features = feature_set.column_numbers
    if not features:
        return
    attributes = _compute_attributes(features, leads, snapshots, float)
    if len(snapshots) < _WORTH_FACTORIZING:
        numbers[:, positions] = np.array(attributes).reshape(len(features), len(snapshots)).T
        return
    for position, values in zip(positions, attributes, strict=True):
        numbers[:, position] = values


def _compute_age(leads: LeadTable, snapshots: SnapshotTable) -> NDArray[np.float64]:
    created = leads.created_at[snapshots.lead]
    known = (created != MISSING_TIME) & (created <= snapshots.as_of)
    return np.where(known, (snapshots.as_of - created) / DAY, np.nan)


def _compute_attributes(
    features: Sequence[Any], leads: LeadTable, snapshots: SnapshotTable, dtype: type
) -> Sequence[NDArray[Any]]:
    """Return each feature's values for the snapshots; few leads are looked up in one block, which is quicker."""
    columns = [_compute_column(feature, leads, dtype) for feature in features]
    if len(snapshots) < _WORTH_FACTORIZING and len(leads) < _WORTH_FACTORIZING:
        return list(np.array(columns, dtype=dtype).reshape(len(columns), len(leads))[:, snapshots.lead])
    return [values[snapshots.lead] for values in columns]


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
