"""Answers: what callers are told of what they told."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from features.times import to_datetime
from serving.api.facts import Read
from serving.errors import describe_problem, encode_problem
from serving.store.leads import LeadRecord
from serving.usecases.browsing import UnknownLead
from serving.usecases.overseeing import UnknownAlert
from serving.usecases.told import Acknowledgement, Answer, Rejected

_ENCODER = msgspec.json.Encoder()


def write_single(read: Read, answers: Sequence[Answer], leads: Mapping[str, LeadRecord]) -> tuple[int, bytes]:
    """Write the answer to a request that tells one thing."""
    answer = answers[0]
    if answer.status == "unknown":
        problem = describe_problem(_find_unknown(read.item))
        return problem.status, encode_problem(problem)
    lead = leads.get(answer.lead_id or "")
    body = {
        "status": answer.status,
        "lead": None if lead is None or not lead.is_told else describe_score(lead),
        "warnings": list(read.warnings),
    }
    return 202 if answer.status == "parked" else 200, _ENCODER.encode(body)


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


def _find_unknown(item: Any) -> Exception:
    """Return what is said where an item changed nothing, since nobody knows what it speaks of."""
    if isinstance(item, Acknowledgement):
        return UnknownAlert("there is no such alert: take an id of GET /v1/alerts")
    return UnknownLead("nobody has told of this lead: send it first, PUT /v1/leads/{id}")


def _describe_item(position: int, read: Read, answer: Answer) -> dict[str, Any]:
    told: dict[str, Any] = {"index": position, "status": answer.status}
    if isinstance(read.item, Rejected):
        told |= {"code": read.item.code, "path": read.item.path, "detail": read.item.detail}
    if read.warnings:
        told["warnings"] = list(read.warnings)
    return told
