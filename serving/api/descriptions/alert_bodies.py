"""The bodies of answers about alerts, and of the webhooks that tell them, as msgspec describes them."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from serving.api.schemas import Moment


class AlertBody(Struct, kw_only=True):
    """An alert: one hot episode of one lead."""

    id: str
    lead_id: str
    episode: Annotated[int, Meta(ge=1)]
    score_number: Annotated[int, Meta(ge=1, description="the score that turned the lead hot")]
    origin: Annotated[str, Meta(description="live, silence, promotion or import")]
    recipient_id: str
    form: Literal["single", "digest"]
    digest_id: str | None
    state: Literal["waiting", "told", "dropped"]
    notes: Annotated[list[str], Meta(description="codes that say why it did not go at once")]
    created_at: Moment
    deliver_at: Moment
    told_at: Moment | None
    acknowledged_at: Moment | None
    acknowledged_by: str | None
    level: Annotated[int, Meta(ge=0, description="how often it was escalated")]
    escalate_at: Moment | None
    escalate_to: str | None


class AlertPageBody(Struct, kw_only=True):
    """A page of alerts."""

    items: list[AlertBody]
    next: Annotated[str, Meta(description="the cursor of the next page; null behind the last")] | None


class AttemptBody(Struct, kw_only=True):
    """One attempt to send a message."""

    at: Moment
    seconds: Annotated[float, Meta(ge=0)]
    code: str
    status: Annotated[int, Meta(description="HTTP, where there was an answer")] | None


class SendingChannelBody(Struct, kw_only=True):
    """Over what a message goes."""

    id: str
    description: str


class SendingBody(Struct, kw_only=True):
    """A message on its way over one channel."""

    id: int
    channel: SendingChannelBody
    state: Literal["due", "delivered", "dead"]
    next_at: Moment | None
    delivered_at: Moment | None
    code: str | None
    attempts: list[AttemptBody]


class SentMessageBody(Struct, kw_only=True):
    """A message that told of the alert."""

    id: str
    kind: str
    recipient_id: str
    created_at: Moment
    told: Annotated[dict[str, Any], Meta(description="what was told, as data")]
    deliveries: list[SendingBody]


class AlertPortraitBody(AlertBody, kw_only=True):
    """An alert, what was told of it, and how every attempt ended."""

    messages: list[SentMessageBody]


class ToldLeadBody(Struct, kw_only=True):
    """A lead in a message; texts are as they were told, so escape them."""

    id: str
    account_id: str | None
    name: str
    company: str
    role: str
    probability: Annotated[float, Meta(ge=0, le=1)] | None
    score: Annotated[int, Meta(ge=0, le=100)]
    bucket: Literal["cold", "warm", "hot"]
    reasons: list[str]
    why: Annotated[str, Meta(description="why it comes to this person")]
    action: str
    until: Moment | None
    link: str
    model_version: str


class RecipientBody(Struct, kw_only=True):
    """Who is told."""

    id: str
    name: str
    zone: str


class ToldBody(Struct, kw_only=True):
    """What a message says."""

    id: Annotated[str, Meta(description="the webhook-id: drop what you have seen")]
    recipient: RecipientBody
    leads: list[ToldLeadBody]
    more: Annotated[int, Meta(ge=0, description="leads beyond those listed")]
    cause: Annotated[str, Meta(description="what raised a digest or a notice")]
    sentence: Annotated[str, Meta(description="what a notice tells; empty in other messages")]


class WebhookBody(Struct, kw_only=True):
    """A message for a program, signed as Standard Webhooks asks."""

    type: Literal[
        "lead.became_hot",
        "lead.digest",
        "lead.escalated",
        "lead.handed_over",
        "lead.woken",
        "promise.overdue",
        "hotlead.notice",
        "channel.test",
    ]
    timestamp: Moment
    data: ToldBody


BODIES = (AlertPageBody, AlertPortraitBody, WebhookBody)
