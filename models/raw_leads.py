"""Raw leads as data scientists hold them: a frame of attributes, perhaps with events and moments in columns."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from features.contract import SchemaMismatch
from features.feature_set import FeatureSet
from features.tables import EventLog, LeadTable, SnapshotTable

Tables = tuple[LeadTable, EventLog, SnapshotTable]


def read_raw_leads(
    frame: pd.DataFrame,
    feature_set: FeatureSet,
    *,
    events: pd.DataFrame | None = None,
    as_of: datetime | None = None,
) -> Tables:
    """Read raw leads into the engine's tables.

    Parameters
    ----------
    frame
        One row a lead: any columns of the feature set's schema (a missing column is missing for every lead), and
        perhaps `lead_id`, `account_id`, `created_at` (text or timestamp with offset), `as_of` (the moment to look),
        and `events`, a JSON list of ``{"type", "occurred_at", "recorded_at"?, "properties"?}``.
    events
        An event log with `lead_id` or `account_id`, `type`, `occurred_at` and perhaps `recorded_at`; read instead
        of the frame's own `events`.
    as_of
        The moment to look at leads whose row names none.

    Raises
    ------
    SchemaMismatch
        If the features depend on the moment and none is given, or a time or an event cannot be read.
    """
    rows = _complete(frame, feature_set)
    leads = LeadTable.from_frame(rows, feature_set.schema)
    log = _unpack_events(rows) if events is None else events
    snapshots = SnapshotTable.from_frame(
        pd.DataFrame({"lead_id": rows["lead_id"], "as_of": _moments(rows, feature_set, as_of)}), leads
    )
    if log.empty:
        return leads, EventLog.empty(), snapshots
    return leads, EventLog.from_frame(log, leads, feature_set.quantities), snapshots


def _complete(frame: pd.DataFrame, feature_set: FeatureSet) -> pd.DataFrame:
    """Return the frame with every column of the schema, unique lead names, and times as times."""
    rows = frame.reset_index(drop=True)
    absent = [column.name for column in feature_set.schema.columns if column.name not in rows.columns]
    rows = rows.assign(**dict.fromkeys(absent))
    rows = rows.assign(lead_id=_name_rows(rows))
    if rows["lead_id"].duplicated().any():
        raise SchemaMismatch("two rows have the same lead_id: score one lead at one moment a row")
    for column in ("created_at", "as_of"):
        if column in rows.columns:
            rows[column] = _read_times(rows[column], column)
    return rows


def _name_rows(rows: pd.DataFrame) -> "pd.Series[Any]":
    numbers = pd.Series([f"row {number}" for number in range(len(rows))], index=rows.index, dtype=object)
    return numbers if "lead_id" not in rows.columns else rows["lead_id"].astype(object).fillna(numbers)


def _moments(rows: pd.DataFrame, feature_set: FeatureSet, as_of: datetime | None) -> "pd.Series[Any]":
    given = rows["as_of"] if "as_of" in rows.columns else pd.Series(pd.NaT, rows.index, dtype="datetime64[us, UTC]")
    if as_of is not None and as_of.tzinfo is None:
        raise SchemaMismatch("as_of needs an offset, as in 2026-03-01T09:00:00Z")
    if as_of is not None:
        given = given.fillna(pd.Timestamp(as_of))
    if feature_set.needs_as_of and given.isna().any():
        raise SchemaMismatch("the features depend on the moment: give an as_of column, or as_of for all rows")
    return given


def _read_times(values: "pd.Series[Any]", name: str) -> "pd.Series[Any]":
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return values
    present = values.dropna().map(str)
    if not present.str.contains(r"(?:[zZ]|[+-]\d\d:?\d\d)$").all():
        raise SchemaMismatch(f"{name} needs times with an offset, as in 2026-03-01T09:00:00Z")
    try:
        return pd.to_datetime(values.where(values.notna(), None), utc=True, format="ISO8601").dt.as_unit("us")
    except (ValueError, TypeError) as error:
        raise SchemaMismatch(f"{name} holds what is no time, as in 2026-03-01T09:00:00Z") from error


def _unpack_events(rows: pd.DataFrame) -> pd.DataFrame:
    if "events" not in rows.columns:
        return pd.DataFrame()
    try:
        unpacked = pd.DataFrame(_iterate_events(rows))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SchemaMismatch("events is a JSON list of objects with type and occurred_at") from error
    if len(unpacked):
        unpacked["occurred_at"] = _read_times(unpacked["occurred_at"], "occurred_at")
        unpacked["recorded_at"] = _read_times(unpacked["recorded_at"], "recorded_at")
        unpacked["recorded_at"] = unpacked["recorded_at"].fillna(unpacked["occurred_at"])
    return unpacked


def _iterate_events(rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for lead_id, events in zip(rows["lead_id"], rows["events"], strict=True):
        for event in _list_events(events):
            yield {
                **(event.get("properties") or {}),
                "lead_id": lead_id,
                "type": event["type"],
                "occurred_at": event["occurred_at"],
                "recorded_at": event.get("recorded_at", event["occurred_at"]),
            }


def _list_events(events: Any) -> Sequence[Mapping[str, Any]]:
    """List the events of one lead: JSON, a list, or the array that a list becomes in a Parquet file."""
    listed = json.loads(events) if isinstance(events, str) else events
    if isinstance(listed, Sequence | np.ndarray):
        return list(listed)
    if listed is None or listed is pd.NA or listed != listed:
        return []
    raise TypeError("events of a lead are a list")
