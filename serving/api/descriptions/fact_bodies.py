"""The bodies of answers to those who tell facts, as msgspec describes them."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from serving.api.schemas import Moment

Status = Annotated[
    Literal["accepted", "duplicate", "unchanged", "stale_ignored", "parked", "rejected", "forgotten"],
    Meta(description="what became of it; all but rejected is done and durable"),
]


class LeadScoreBody(Struct, kw_only=True):
    """A lead's latest score."""

    id: str
    score: Annotated[int, Meta(ge=0, le=100)] | None
    bucket: Literal["cold", "warm", "hot"] | None
    scored_at: Moment | None
    is_hot: Annotated[bool, Meta(description="whether its hot episode is open")]


class FactAnswerBody(Struct, kw_only=True):
    """What became of one fact; `lead` is null where it speaks of no lead that was told."""

    status: Status
    lead: LeadScoreBody | None
    warnings: list[str]


class ItemAnswerBody(Struct, kw_only=True):
    """What became of one of many."""

    index: Annotated[int, Meta(ge=0, description="its place in what was sent")]
    status: Status
    code: Annotated[str, Meta(description="why it was rejected")] | UnsetType = UNSET
    path: Annotated[str, Meta(description="JSON pointer into what was sent")] | UnsetType = UNSET
    detail: str | UnsetType = UNSET
    warnings: list[str] | UnsetType = UNSET


class FactAnswersBody(Struct, kw_only=True):
    """What became of many, in the order in which they were sent, and the leads they speak of."""

    accepted: Annotated[int, Meta(ge=0)]
    duplicate: Annotated[int, Meta(ge=0)]
    parked: Annotated[int, Meta(ge=0)]
    rejected: Annotated[int, Meta(ge=0)]
    forgotten: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    items: list[ItemAnswerBody]
    leads: list[LeadScoreBody]


BODIES = (FactAnswerBody, FactAnswersBody)
