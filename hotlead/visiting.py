"""Visiting: leads look round, download and ask for a demo, one event after another, as a web site tells it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from hotlead.conversation import Conversation

# What somebody does who is making up their mind; a visit is a beginning of this.
STEPS = ("page_visit", "pricing_visit", "download", "pricing_visit", "form_submitted", "demo_requested")
_LASTING = ("page_visit", "pricing_visit")
_READ = (*_LASTING, "download")


@dataclass(slots=True, kw_only=True)
class Visit:
    """What a lead did, how long each answer took, and what the last one said.

    `sent_at` is when the last event was sent, in seconds of `time.perf_counter`.
    """

    lead_id: str
    score_before: int
    score: int = 0
    bucket: str = ""
    is_hot: bool = False
    sent_at: float = 0.0
    steps: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def to_text(self) -> str:
        """Return the visit in one line."""
        did = ", ".join(step.replace("_", " ") for step in self.steps)
        return f"{self.lead_id}  score {self.score_before} → {self.score} {self.bucket}  after {did}"


def visit(crm: Conversation, lead: dict[str, Any], rng: Random, steps: Sequence[str] = STEPS) -> Visit:
    """Let a lead act through POST /v1/events until it is hot or has done all the steps.

    Parameters
    ----------
    lead
        As GET /v1/leads lists it.
    rng
        Draws how long and how many pages they read.
    """
    made = Visit(lead_id=lead["id"], score_before=lead["score"])
    for step in steps:
        made.steps.append(step)
        made.sent_at = time.perf_counter()
        answer = crm.ask("POST", "/v1/events", _write_event(made, step, rng))["lead"]
        made.seconds.append(time.perf_counter() - made.sent_at)
        made.score, made.bucket, made.is_hot = answer["score"], answer["bucket"], answer["is_hot"]
        if made.is_hot:
            break
    return made


def _write_event(made: Visit, step: str, rng: Random) -> dict[str, Any]:
    properties: dict[str, int] = {}
    if step in _LASTING:
        properties["duration_seconds"] = rng.randint(30, 240)
    if step in _READ:
        properties["pages"] = rng.randint(1, 6)
    return {
        "id": f"visit-{made.lead_id}-{len(made.steps)}",
        "lead_id": made.lead_id,
        "type": step,
        "occurred_at": datetime.now(UTC).isoformat(),
        "properties": properties,
    }
