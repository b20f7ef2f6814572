"""What callers tell: each a plain value, read and checked at the edge, and what each of them is answered."""

from dataclasses import dataclass
from typing import Literal

Status = Literal[
    "accepted", "duplicate", "unchanged", "stale_ignored", "parked", "unknown", "rejected", "forgotten"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAccount:
    """A company; `attributes` is JSON, `told_at` the moment its source speaks of."""

    id: str
    attributes: str
    told_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLead:
    """A lead, whole: what is left out is no longer known. An owner or a stage that is None stays as it is."""

    id: str
    attributes: str
    account_id: str | None = None
    created_at: int | None = None
    told_at: int | None = None
    owner_id: str | None = None
    stage: str | None = None
    batch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEvent:
    """An event; `key` tells it from all others of its lead for ever, `batch` names the import it belongs to."""

    lead_id: str
    key: bytes
    type: str
    occurred_at: int
    properties: str | None = None
    batch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStage:
    """A lead's new stage; `act` says what somebody did, where it was more than telling of it."""

    lead_id: str
    key: bytes
    stage: str
    occurred_at: int
    told_by: str | None = None
    note: str | None = None
    batch: str = ""
    act: str | None = None
    reason: str | None = None
    until: int | None = None
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldContact:
    """An attempt to reach a lead; it answers the lead's open alerts."""

    lead_id: str
    key: bytes
    kind: str
    occurred_at: int
    outcome: str | None = None
    told_by: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldNote:
    """What somebody wrote down about a lead; it is no contact, answers no alert and stops no clock."""

    lead_id: str
    key: bytes
    text: str
    occurred_at: int
    told_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """No alerts of this lead until a moment; None ends it."""

    lead_id: str
    until: int | None
    told_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Somebody takes care of an alert."""

    alert_id: str
    told_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """An item that was refused, with its code and the field in the way; `body` is JSON as it was sent."""

    kind: str
    code: str
    path: str
    detail: str
    body: str


def quote_step(name: str) -> str:
    """Write a name as one step of a path, as `Rejected.kind` has it."""
    return name.replace("%", "%25").replace("/", "%2F")


def unquote_step(step: str) -> str:
    """Read a name that is one step of a path."""
    return step.replace("%2F", "/").replace("%25", "%")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Stands for something told of somebody whom we were told to forget; it keeps nothing of it."""


Item = (
    ToldAccount
    | ToldLead
    | ToldEvent
    | ToldStage
    | ToldContact
    | ToldNote
    | Snooze
    | Acknowledgement
    | Rejected
    | Forgotten
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What one request tells, or a portion of an import: done in one transaction with those of other requests."""

    items: tuple[Item, ...]


@dataclass(slots=True)
class Answer:
    """What one item is answered; `lead_id` names the lead whose score goes with it."""

    status: Status
    lead_id: str | None = None
