"""Scoring: from leads as a caller tells them to scores with reasons, in one engine call for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from features.feature_set import FeatureSet
from features.tables import LARGEST_AMOUNT, EventLog, LeadTable, SnapshotTable
from features.times import MISSING_TIME
from models.buckets import Bucket
from models.explanation import Reason
from models.scorer import LeadScorer, ScoreTable


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEvents:
    """What a caller tells of one lead's events and of its colleagues', each a list of equal length.

    `lead_ids` holds None for the lead itself, and may be empty where all are its own; times are int64 microseconds;
    `amounts` has one list for each of the scorer's quantities, NaN where an event lacks it.
    """

    types: Sequence[str] = ()
    lead_ids: Sequence[str | None] = ()
    occurred_at: Sequence[int] = ()
    recorded_at: Sequence[int] = ()
    amounts: Sequence[Sequence[float]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLead:
    """A lead to be scored as of one moment; `attributes` are typed as the scorer's schema says."""

    id: str
    as_of: int
    account_id: str | None = None
    created_at: int = MISSING_TIME
    attributes: Mapping[str, Any] = field(default_factory=dict)
    events: ToldEvents = ToldEvents()
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredLead:
    """A lead's score; `probability` is None where the scorer must not publish one, and `withheld` says why."""

    asked: AskedLead
    probability: float | None
    withheld: str | None
    score: int
    bucket: Bucket
    low_confidence: bool
    reasons: Sequence[Reason]


def score_leads(asked: Sequence[AskedLead], scorer: LeadScorer, *, most_reasons: int) -> list[ScoredLead]:
    """Score leads, each as of its own moment; leads of one account see each other's events.

    A lead that stands in the array speaks for itself: what others tell of it is passed over, so that no event
    counts twice.
    """
    if not asked:
        return []
    tables = tabulate(asked, scorer.feature_set)
    scores = scorer.score_snapshots(*tables, most_reasons=most_reasons)
    withheld = scorer.withheld
    return [_pick(scores, row, lead, withheld) for row, lead in enumerate(asked)]


def tabulate(asked: Sequence[AskedLead], feature_set: FeatureSet) -> tuple[LeadTable, EventLog, SnapshotTable]:
    """Lay out what was told as the engine's tables; snapshots stand in the order asked."""
    positions = {lead.id: position for position, lead in enumerate(asked)}
    colleagues: dict[tuple[str, str], int] = {}
    gathered = [_gather(lead, positions, colleagues, len(asked)) for lead in asked]
    leads = _table_leads(asked, colleagues, feature_set)
    snapshots = SnapshotTable(
        lead=np.arange(len(asked), dtype=np.int32),
        as_of=np.array([lead.as_of for lead in asked], dtype=np.int64),
    )
    return leads, _log_events(asked, gathered, leads, feature_set), snapshots


def _gather(
    lead: AskedLead,
    positions: Mapping[str, int],
    colleagues: dict[tuple[str, str], int],
    n_asked: int,
) -> list[int]:
    """Return whose event each is, -1 where it is passed over; colleagues not asked for get rows at the end."""
    own = positions[lead.id]
    if not lead.events.lead_ids:
        return [own] * len(lead.events.types)
    rows = []
    for lead_id in lead.events.lead_ids:
        if lead_id is None or lead_id == lead.id:
            rows.append(own)
        elif lead_id in positions or lead.account_id is None:
            rows.append(-1)
        else:
            key = (lead.account_id, lead_id)
            rows.append(colleagues.setdefault(key, n_asked + len(colleagues)))
    return rows


def _table_leads(
    asked: Sequence[AskedLead], colleagues: Mapping[tuple[str, str], int], feature_set: FeatureSet
) -> LeadTable:
    records = [
        {
            **lead.attributes,
            "lead_id": lead.id,
            "account_id": lead.account_id,
            "created_at": lead.created_at,
        }
        for lead in asked
    ]
    records += [{"lead_id": lead_id, "account_id": account_id} for account_id, lead_id in colleagues]
    return LeadTable.from_records(records, feature_set.schema)


def _log_events(
    asked: Sequence[AskedLead],
    gathered: Sequence[Sequence[int]],
    leads: LeadTable,
    feature_set: FeatureSet,
) -> EventLog:
    codes: dict[str, int] = {}
    types = [codes.setdefault(told, len(codes)) for lead in asked for told in lead.events.types]
    rows = np.array([row for lead_rows in gathered for row in lead_rows], dtype=np.int32)
    if not len(rows):
        return EventLog.empty()
    told = [lead.events for lead in asked if lead.events.types]
    return EventLog(
        lead=rows,
        account=np.where(rows >= 0, leads.account[rows], np.int32(-1)),
        type=np.array(types, dtype=np.int32),
        types=tuple(codes),
        occurred_at=np.array([at for events in told for at in events.occurred_at], dtype=np.int64),
        recorded_at=np.array([at for events in told for at in events.recorded_at], dtype=np.int64),
        properties=_stack_amounts(told, len(rows), len(feature_set.quantities)),
        property_names=feature_set.quantities,
    )


def _stack_amounts(told: Sequence[ToldEvents], n_events: int, n_quantities: int) -> Any:
    amounts = [[x for events in told for x in events.amounts[q]] for q in range(n_quantities)]
    stacked = np.array(amounts, dtype=np.float64).reshape(n_quantities, n_events)
    return np.clip(stacked, -LARGEST_AMOUNT, LARGEST_AMOUNT)


def _pick(scores: ScoreTable, row: int, lead: AskedLead, withheld: str | None) -> ScoredLead:
    return ScoredLead(
        asked=lead,
        probability=None if withheld else float(scores.probability[row]),
        withheld=withheld,
        score=int(scores.score[row]),
        bucket=scores.bucket_name(row),
        low_confidence=bool(scores.low_confidence[row]),
        reasons=scores.reasons[row],
    )
