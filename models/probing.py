"""Probing the engine: what it makes of a few invented leads, so that a changed feature kind is noticed."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from features.engine import compute_features
from features.feature_set import FeatureSet
from features.tables import EventLog, LeadTable, SnapshotTable
from features.times import DAY, SECOND

Probe = Mapping[str, Sequence[float | str | None]]
"""Feature name → its value for each invented lead, None where missing."""

# Every rule that reads a column finds something here to tell apart: titles, addresses, and both sides of bands.
_TEXTS = (
    *("CEO", "Vice President Sales", "Head of Quality", "Einkäufer", "Responsabile Produzione", "Laatupäällikkö"),
    *("Satın Alma Müdürü", "Assistant", "ingénieur", "anna@gmail.com", "bo@acme.co.uk", "cy@uni.edu", "di@irs.gov"),
)
_NUMBERS = (0.0, 1.0, 9.0, 10.0, 50.0, 250.0, 1_000.0, 5_000.0, 2e6, 10e6, 50e6, 250e6, 1e9)
_LEADS_WITH_EVENTS = 3
_AS_OF = 100 * DAY
_EDGES = (90, 30, 28, 14, 7, 0)
_AGES = tuple(step**2 * (DAY * 2 // 3) + 7 * SECOND for step in range(12))
# exp2() and log() may differ in the last digits between processors; a changed kind moves far more than this.
_TOLERANCE = 1e-9


def compute_probe(feature_set: FeatureSet) -> Probe:
    """Compute every feature of the invented leads."""
    leads = _invent_leads(feature_set)
    table = compute_features(
        leads, _invent_events(feature_set), SnapshotTable.at(leads, _AS_OF), feature_set=feature_set
    )
    return {
        name: [None if value is None or value != value else value for value in table.column(name).tolist()]
        for name in feature_set.names
    }


def list_differences(probe: Probe, other: Probe) -> list[str]:
    """List the features on which two probes differ, beyond rounding."""
    names = [*probe, *(name for name in other if name not in probe)]
    return [name for name in names if not _agree(probe.get(name, ()), other.get(name, ()))]


def _agree(values: Sequence[Any], others: Sequence[Any]) -> bool:
    return len(values) == len(others) and all(
        math.isclose(value, other, rel_tol=_TOLERANCE)
        if isinstance(value, float) and isinstance(other, float)
        else value == other
        for value, other in zip(values, others, strict=True)
    )


def _invent_leads(feature_set: FeatureSet) -> LeadTable:
    """Invent a lead for each text and number, most of them in one account, and one of which nothing is known."""
    records: list[dict[str, Any]] = [
        {
            "lead_id": position,
            "account_id": "probe" if position < len(_TEXTS) - 1 else None,
            "created_at": position * DAY + position,
            **{column.name: number if column.is_number else text for column in feature_set.schema.columns},
        }
        for position, (text, number) in enumerate(zip(_TEXTS, _NUMBERS, strict=True))
    ]
    return LeadTable.from_records([*records, {"lead_id": len(records)}], feature_set.schema)


def _invent_events(feature_set: FeatureSet) -> EventLog:
    """Invent events of every type: some on edges of windows, some recorded late, some too late."""
    types = (*feature_set.types, "another")
    ages = np.repeat([*_AGES, *(days * DAY for days in _EDGES)], len(types))
    position = np.arange(len(ages), dtype=np.int64)
    return EventLog(
        lead=(position // len(types) % _LEADS_WITH_EVENTS).astype(np.int32),
        account=np.zeros(len(ages), dtype=np.int32),
        type=(position % len(types)).astype(np.int32),
        types=types,
        occurred_at=_AS_OF - ages,
        recorded_at=_AS_OF - ages + position % 3 * DAY,
        properties=np.tile(position.astype(np.float64), (len(feature_set.quantities), 1)),
        property_names=feature_set.quantities,
    )
