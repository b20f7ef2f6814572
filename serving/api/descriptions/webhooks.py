"""Webhooks: what the service tells programs, signed as Standard Webhooks asks."""

from collections.abc import Mapping
from typing import Any

from serving.api.descriptions.operation import refer, show

_TOLD = {
    "lead.became_hot": (
        "A lead turned hot",
        "One hot episode is one alert: it comes once, at least once delivered.",
    ),
    "lead.digest": ("Leads are hot", "After an import or a promotion, or beyond somebody's limit for a day."),
    "lead.escalated": ("A hot lead still waits", "Nobody answered the alert in time."),
    "lead.handed_over": (
        "Leads were handed over",
        "To their new owner, where no hot alert says so: at once, and after facts in bulk in one digest a day.",
    ),
    "lead.woken": ("Leads that were put aside woke up", "To their owner, once a day; `why` says why they slept."),
    "promise.overdue": (
        "What was promised to leads was not done in time",
        "To whoever stands above the owner, once a day and once for each promise; `why` says which it was.",
    ),
    "hotlead.notice": (
        "Somebody should see to something",
        "Once for each cause, to the team: the agreement ends, for example.",
    ),
    "channel.test": ("The channel works", "Somebody tests the channel; there is nothing to do."),
}
_HEADERS = {
    "webhook-id": "Stable however often the message is sent: drop what you have seen.",
    "webhook-timestamp": "Seconds since 1970; refuse what is more than five minutes off.",
    "webhook-signature": "`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` with the channel's secret.",
    "hotlead-hops": "Says that a service of this kind sent it.",
}
_LEAD = {
    "id": "L-1",
    "account_id": "A-1",
    "name": "Ada Example",
    "company": "Example Ltd",
    "role": "Head of Purchasing",
    "probability": 0.41,
    "score": 97,
    "bucket": "hot",
    "reasons": ["3 downloads in the last 7 days"],
    "why": "Told with the lead.",
    "action": "Call",
    "until": "2026-03-02T10:00:00.000Z",
    "link": "https://hot.example/leads/L-1",
    "model_version": "1",
}

_CAUSE = "agreement_ends:nordic-1f2e3d4c5b6a:2027-01-01:7"
_SENTENCE = (
    "The agreement nordic-1f2e3d4c5b6a ends in 7 days, before 2027-01-01, and nothing is signed for afterwards"
)


def describe_webhooks() -> dict[str, Any]:
    """Describe what is told, by its type."""
    return {kind: {"post": _describe(kind, *said)} for kind, said in _TOLD.items()}


def _describe(kind: str, summary: str, description: str) -> Mapping[str, Any]:
    content = {"schema": refer("WebhookBody"), "examples": show(_build_example(kind), summary)}
    return {
        "operationId": kind.replace(".", "_"),
        "summary": summary,
        "description": description,
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": said, "schema": {"type": "string"}}
            for name, said in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": {
            "2XX": {"description": "Taken: it is not sent again."},
            "410": {"description": "Gone: the message is given up at once."},
            "default": {"description": "Sent again later, for about three days; Retry-After is heard."},
        },
    }


def _build_example(kind: str) -> dict[str, Any]:
    is_digest, is_notice = kind == "lead.digest", kind == "hotlead.notice"
    return {
        "type": kind,
        "timestamp": "2026-03-02T09:00:00.000Z",
        "data": {
            "id": "msg_1",
            "recipient": {"id": "anna", "name": "Anna Example", "zone": "Europe/Berlin"},
            "leads": [_LEAD] if kind.startswith("lead.") else [],
            "more": 4 if is_digest else 0,
            "cause": "import:spring fair" if is_digest else _CAUSE if is_notice else "",
            "sentence": _SENTENCE if is_notice else "",
        },
    }
