"""Answers: what callers are told of what they told."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from features.times import to_datetime
from serving.api.facts import Read
from serving.store.leads import LeadRecord
from serving.usecases.told import Answer, Rejected

_ENCODER = msgspec.json.Encoder()
_STATUS_OF = {"parked": 202, "unknown": 404}


def write_single(read: Read, answers: Sequence[Answer], leads: Mapping[str, LeadRecord]) -> tuple[int, bytes]:
    """Write the answer to a request that tells one thing."""
    answer = answers[0]
    lead = leads.get(answer.lead_id or "")
    body = {
        "status": answer.status,
        "lead": None if lead is None or not lead.is_told else describe_score(lead),
        "warnings": list(read.warnings),
    }
    return _STATUS_OF.get(answer.status, 200), _ENCODER.encode(body)


def write_many(
    reads: Sequence[Read], answers: Sequence[Answer], leads: Mapping[str, LeadRecord]
) -> tuple[int, bytes]:
    """Write the answer to a request that tells many things: what became of each, and the leads they speak of."""
    counts: dict[str, int] = {"accepted": 0, "duplicate": 0, "parked": 0, "rejected": 0}
    for answer in answers:
        counts[answer.status] = counts.get(answer.status, 0) + 1
    touched = {answer.lead_id: None for answer in answers if answer.lead_id is not None}
    known = [leads[lead_id] for lead_id in touched if lead_id in leads and leads[lead_id].is_told]
    items = [
        _describe_item(position, read, answer)
        for position, (read, answer) in enumerate(zip(reads, answers, strict=True))
    ]
    return 200, _ENCODER.encode({**counts, "items": items, "leads": [describe_score(lead) for lead in known]})


def describe_score(lead: LeadRecord) -> dict[str, Any]:
    """Describe a lead's latest score; a model that may publish no probability gives rank and bucket alone."""
    return {
        "id": lead.id,
        "score": lead.score,
        "bucket": lead.bucket,
        "scored_at": None if lead.scored_at is None else to_datetime(lead.scored_at),
        "is_hot": lead.episode_is_open,
    }


def _describe_item(position: int, read: Read, answer: Answer) -> dict[str, Any]:
    told: dict[str, Any] = {"index": position, "status": answer.status}
    if isinstance(read.item, Rejected):
        told |= {"code": read.item.code, "path": read.item.path, "detail": read.item.detail}
    if read.warnings:
        told["warnings"] = list(read.warnings)
    return told
