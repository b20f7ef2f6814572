"""The bodies of requests and answers, as msgspec reads, writes and describes them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

MOMENT_EXAMPLE = "2026-03-01T09:00:00Z"
Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339 with its offset", examples=[MOMENT_EXAMPLE])]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class EventBody(Struct, kw_only=True):
    """What somebody did."""

    type: str
    occurred_at: Moment
    recorded_at: Moment | None = None
    lead_id: str | None = None
    properties: dict[str, Any] | None = None


class ReasonBody(Struct, kw_only=True, frozen=True):
    """One reason: a sentence, and its part of the log-odds."""

    text: str
    effect: Annotated[float, Meta(description="log-odds; above zero it raises the probability")]
    direction: Annotated[str, Meta(pattern="^(up|down)$")]


class ScoreBody(Struct, kw_only=True, frozen=True):
    """A lead's score."""

    id: str
    probability: Annotated[float, Meta(ge=0, le=1)] | None
    score: Annotated[int, Meta(ge=0, le=100, description="how many of a hundred reference leads rank below")]
    bucket: Annotated[str, Meta(pattern="^(cold|warm|hot)$")]
    reasons: list[ReasonBody]
    low_confidence: bool
    model_version: str
    as_of: Moment
    warnings: list[str]
    probability_withheld: Annotated[str, Meta(description="why there is no probability")] | UnsetType = UNSET


class ProblemBody(Struct, kw_only=True, frozen=True):
    """What went wrong (RFC 9457); never the value that was sent."""

    type: str
    title: str
    status: int
    code: Annotated[str, Meta(description="stable, for programs")]
    detail: str
    path: Annotated[str, Meta(description="JSON pointer to the field; empty for the whole body")] = ""


def describe_structs(more: Sequence[type[Struct]] = ()) -> dict[str, Any]:
    """Describe the bodies here, and more, as JSON schemas, by their names."""
    structs = (EventBody, ReasonBody, ScoreBody, ProblemBody, *more)
    _, components = msgspec.json.schema_components(structs, ref_template="#/components/schemas/{name}")
    return dict(components)
