"""The three tables the engine reads: leads, their events, and the moments to look at them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.contract import LeadSchema, SchemaMismatch, clean_column, clean_records
from features.times import MISSING_TIME, micros_of, times_of

UNKNOWN = -1
"""The code of a lead or an account that is not in the table."""
# As for numbers of leads: sums of such amounts stay finite.
LARGEST_AMOUNT = 1e15
"""Beyond this, amounts of events are clipped."""


class UnknownLead(LookupError):
    """A snapshot names a lead that is not in the lead table."""


class AmbiguousLead(ValueError):
    """Two leads share an id, so that nobody knows whose an event or a snapshot is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTable:
    """Leads, one a position.

    Attributes
    ----------
    ids
        Shape (n,), the leads' own names.
    account
        Shape (n,), int32 position in `account_ids`, `UNKNOWN` where the lead has none.
    account_ids
        The accounts' own names, each once.
    created_at
        Shape (n,), int64 microseconds, `MISSING_TIME` where unknown.
    attributes
        Column name → shape (n,), float64 with NaN or object text with None.
    """

    ids: NDArray[Any]
    account: NDArray[np.int32]
    account_ids: Sequence[Any]
    created_at: NDArray[np.int64]
    attributes: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, schema: LeadSchema) -> Self:
        """Read leads from a frame with `lead_id`, perhaps `account_id` and `created_at`, and the attributes.

        Raises
        ------
        SchemaMismatch
            If a column of the schema is missing; columns beyond the schema are passed over.
        """
        missing = [column.name for column in schema.columns if column.name not in frame.columns]
        if missing:
            raise SchemaMismatch(f"the leads lack these columns: {', '.join(missing)}")
        account, account_ids = _factorize(frame.get("account_id"), len(frame))
        created = frame.get("created_at")
        return cls(
            ids=frame["lead_id"].to_numpy(dtype=object),
            account=account,
            account_ids=account_ids,
            created_at=np.full(len(frame), MISSING_TIME) if created is None else micros_of(created),
            attributes={column.name: clean_column(frame[column.name], column) for column in schema.columns},
        )

    @classmethod
    def from_records(cls, records: Sequence[Mapping[str, Any]], schema: LeadSchema) -> Self:
        """Read leads from mappings; `created_at`, where there is one, is int64 microseconds."""
        account, account_ids = _code([record.get("account_id") for record in records])
        created = [record.get("created_at", MISSING_TIME) for record in records]
        return cls(
            ids=np.array([record.get("lead_id") for record in records], dtype=object),
            account=account,
            account_ids=account_ids,
            created_at=np.array(created, dtype=np.int64),
            attributes={
                **clean_records(records, schema.numbers, is_number=True),
                **clean_records(records, schema.texts, is_number=False),
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLog:
    """Events in any order.

    Attributes
    ----------
    lead
        Shape (n,), int32 position in the lead table, `UNKNOWN` where only the account is known.
    account
        Shape (n,), int32 position in the lead table's accounts, or `UNKNOWN`.
    type
        Shape (n,), int32 position in `types`.
    occurred_at, recorded_at
        Shape (n,), int64 microseconds.
    properties
        Shape (len(property_names), n), float64 with NaN where a property does not apply.
    """

    lead: NDArray[np.int32]
    account: NDArray[np.int32]
    type: NDArray[np.int32]
    types: tuple[str, ...]
    occurred_at: NDArray[np.int64]
    recorded_at: NDArray[np.int64]
    properties: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    property_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.occurred_at)

    @classmethod
    def empty(cls) -> Self:
        """Return a log without events."""
        codes, times = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64)
        return cls(lead=codes, account=codes, type=codes, types=(), occurred_at=times, recorded_at=times)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, leads: LeadTable, properties: Sequence[str] = ()) -> Self:
        """Read events from a frame: `lead_id` or `account_id`, `type`, `occurred_at`, `recorded_at`.

        `recorded_at` defaults to `occurred_at`; an event of an unknown lead and account, or of an unknown time,
        is never seen; one without a type counts as of a type that nobody names.

        Raises
        ------
        AmbiguousLead
            If two leads share an id.
        """
        lead = _positions(frame.get("lead_id"), pd.Index(leads.ids), len(frame))
        account = _positions(frame.get("account_id"), pd.Index(leads.account_ids), len(frame))
        codes, types = pd.factorize(frame["type"].astype("str").fillna(""), sort=True)
        occurred = micros_of(frame["occurred_at"])
        recorded = frame.get("recorded_at")
        return cls(
            lead=lead,
            account=_fill_account(account, lead, leads),
            type=codes.astype(np.int32),
            types=tuple(str(name) for name in types),
            occurred_at=occurred,
            recorded_at=occurred if recorded is None else micros_of(recorded),
            properties=_stack(frame, properties),
            property_names=tuple(properties),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotTable:
    """Moments to look at a lead: `lead` (n,) int32 positions, `as_of` (n,) int64 microseconds."""

    lead: NDArray[np.int32]
    as_of: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.lead)

    @classmethod
    def at(cls, leads: LeadTable, as_of: int) -> Self:
        """Look at every lead at one moment."""
        return cls(lead=np.arange(len(leads), dtype=np.int32), as_of=np.full(len(leads), as_of))

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, leads: LeadTable) -> Self:
        """Read snapshots from a frame with `lead_id` and `as_of`; an empty `as_of` lies before everything.

        Raises
        ------
        UnknownLead
            If a lead is not in the table.
        AmbiguousLead
            If two leads share an id.
        """
        positions = _positions(frame["lead_id"], pd.Index(leads.ids), len(frame))
        if len(positions) and positions.min() == UNKNOWN:
            raise UnknownLead("a snapshot names a lead that is not in the lead table")
        return cls(lead=positions, as_of=micros_of(frame["as_of"]))

    def take(self, rows: NDArray[Any]) -> "SnapshotTable":
        """Return the snapshots at `rows` (positions or a mask)."""
        return SnapshotTable(lead=self.lead[rows], as_of=self.as_of[rows])

    def to_frame(self, leads: LeadTable) -> pd.DataFrame:
        """Return columns `lead_id` and `as_of`."""
        return pd.DataFrame({"lead_id": leads.ids[self.lead], "as_of": times_of(self.as_of)})


def _factorize(values: "pd.Series[Any] | None", n: int) -> tuple[NDArray[np.int32], Sequence[Any]]:
    if values is None:
        return np.full(n, UNKNOWN, dtype=np.int32), ()
    codes, unique = pd.factorize(values)
    return codes.astype(np.int32), unique.tolist()


def _code(values: Sequence[Any]) -> tuple[NDArray[np.int32], list[Any]]:
    unique: dict[Any, int] = {}
    codes = [UNKNOWN if value is None else unique.setdefault(value, len(unique)) for value in values]
    return np.array(codes, dtype=np.int32), list(unique)


def _positions(values: "pd.Series[Any] | None", index: pd.Index, n: int) -> NDArray[np.int32]:
    if values is None or len(index) == 0:
        return np.full(n, UNKNOWN, dtype=np.int32)
    if not index.is_unique:
        twice = index[index.duplicated()][0]
        raise AmbiguousLead(f"the lead table holds {twice!r} more than once: keep one row a lead")
    # pandas finds a missing id among missing ids, but nobody knows that these are one lead.
    return np.where(values.isna(), UNKNOWN, index.get_indexer(pd.Index(values))).astype(np.int32)


def _fill_account(account: NDArray[np.int32], lead: NDArray[np.int32], leads: LeadTable) -> NDArray[np.int32]:
    if len(leads) == 0:
        return account
    of_lead = np.where(lead == UNKNOWN, UNKNOWN, leads.account[lead])
    return np.where(account == UNKNOWN, of_lead, account).astype(np.int32)


def _stack(frame: pd.DataFrame, properties: Sequence[str]) -> NDArray[np.float64]:
    stacked = np.full((len(properties), len(frame)), np.nan)
    for row, name in enumerate(properties):
        if name in frame.columns:
            stacked[row] = pd.to_numeric(frame[name], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    stacked[~np.isfinite(stacked)] = np.nan
    return np.clip(stacked, -LARGEST_AMOUNT, LARGEST_AMOUNT)
