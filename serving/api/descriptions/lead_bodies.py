"""The bodies of answers about leads, as msgspec describes them."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from serving.api.descriptions.alert_bodies import AlertBody
from serving.api.schemas import Moment

Bucket = Literal["cold", "warm", "hot"]
Score = Annotated[int, Meta(ge=0, le=100, description="how many of a hundred reference leads rank below")]
Probability = Annotated[float, Meta(ge=0, le=1, description="null where the model vouches for the rank alone")]
Withheld = Annotated[str, Meta(description="why there is no probability")]
Next = Annotated[str, Meta(description="the cursor of the next page; null behind the last")]
StageName = Literal["prospect", "lead", "mql", "sql", "opportunity", "customer", "lost", "recycled"]


class LeadItemBody(Struct, kw_only=True):
    """A lead in a list."""

    id: str
    name: str
    company: str
    account_id: str | None
    owner_id: str | None
    stage: StageName
    is_open: bool
    score: Score | None
    bucket: Bucket | None
    probability: Probability | None
    withheld: Withheld | UnsetType = UNSET
    scored_at: Moment | None
    model_version: str | None
    is_hot: Annotated[bool, Meta(description="whether its hot episode is open")]
    hot_since: Moment | None
    snoozed_until: Moment | None


class LeadPageBody(Struct, kw_only=True):
    """A page of leads."""

    items: list[LeadItemBody]
    next: Next | None


class LedgerReasonBody(Struct, kw_only=True):
    """A reason as the ledger keeps it."""

    family: str
    text: str
    effect: Annotated[float, Meta(description="log-odds; above zero it raises the probability")]
    direction: Literal["up", "down"]


class ThresholdsBody(Struct, kw_only=True):
    """The probabilities at which leads are warm and hot."""

    warm: float
    hot: float


class EntryBody(Struct, kw_only=True):
    """A score as the ledger keeps it."""

    number: Annotated[int, Meta(ge=1, description="counts this lead's scores")]
    as_of: Moment
    origin: Annotated[str, Meta(description="live, silence, promotion or import")]
    score: Score
    bucket: Bucket
    probability: Probability | None
    withheld: Withheld | UnsetType = UNSET
    low_confidence: bool
    reasons: list[LedgerReasonBody]
    thresholds: ThresholdsBody | None
    model_version: str
    terms_version: str


class LatestEntryBody(EntryBody, kw_only=True):
    """The latest score, with when it was last found true."""

    scored_at: Moment | None


class EntryPageBody(Struct, kw_only=True):
    """A page of scores."""

    items: list[EntryBody]
    next: Next | None


class StoredEventBody(Struct, kw_only=True):
    """An event as it is stored."""

    type: str
    occurred_at: Moment
    recorded_at: Moment
    properties: dict[str, Any] | None


class EventPageBody(Struct, kw_only=True):
    """A page of events."""

    items: list[StoredEventBody]
    next: Next | None


class StandingAccountBody(Struct, kw_only=True):
    """The lead's company, as it was told."""

    id: str
    attributes: dict[str, Any]


class LeadOwnerBody(Struct, kw_only=True):
    """Who the lead belongs to, and why."""

    id: str
    name: str
    why: str


class LeadStageBody(Struct, kw_only=True):
    """Where the lead stands."""

    stage: StageName
    since: Moment | None
    is_open: bool


class FamilyChangeBody(Struct, kw_only=True):
    """How far one family of features moved the log-odds before and after."""

    family: str
    name: str
    before: float
    after: float
    difference: float
    text: str


class ChangeBody(Struct, kw_only=True):
    """What changed between the last two scores."""

    sentence: str
    since: Moment
    points: int
    bucket_before: Bucket
    model_before: Annotated[str, Meta(description="null where it is the same")] | None
    terms_before: Annotated[str, Meta(description="null where they are the same")] | None
    families: list[FamilyChangeBody]


class EpisodeBody(Struct, kw_only=True):
    """The lead's latest hot episode; number 0 before the first."""

    number: Annotated[int, Meta(ge=0)]
    is_open: bool
    entered_at: Moment | None
    below_since: Moment | None
    left_at: Moment | None
    cools_until: Moment | None


class ContactBody(Struct, kw_only=True):
    """An attempt to reach the lead."""

    kind: str
    outcome: str | None
    occurred_at: Moment
    told_by: str | None
    note: str | None


class NoteBody(Struct, kw_only=True):
    """What somebody wrote down about the lead."""

    text: str
    occurred_at: Moment
    told_by: str | None


class HandOverBody(Struct, kw_only=True):
    """What a lead of marketing still needs to be handed over to sales."""

    is_ready: bool
    unmet: Annotated[list[str], Meta(description="sentences: which criteria it does not meet")]
    missing: Annotated[list[str], Meta(description="names of the minimum information that is not there")]
    waits_until: Annotated[Moment, Meta(description="until facts that came in bulk have settled")] | None


class TimerBody(Struct, kw_only=True):
    """A duty of sales to the lead, and how it stands now."""

    duty: Literal["first_contact", "attempts", "feedback"]
    started_at: Annotated[Moment, Meta(description="when the lead was handed over")]
    due_at: Moment
    state: Literal["met", "breached", "due", "void"]
    met_at: Moment | None
    wanted: Annotated[int, Meta(ge=0, description="contacts that it takes; 0 where it takes a decision")]
    owner_id: Annotated[str, Meta(description="who owes it")] | None
    bucket: Annotated[Bucket, Meta(description="of the lead as it was handed over")] | None
    terms_version: Annotated[str, Meta(description="of the agreement by which it is judged")]


class LeadPortraitBody(Struct, kw_only=True):
    """All that is known of one lead."""

    id: str
    name: str
    company: str
    attributes: dict[str, Any]
    account: StandingAccountBody | None
    created_at: Moment | None
    received_at: Moment | None
    owner: LeadOwnerBody | None
    stage: LeadStageBody
    score: LatestEntryBody | None
    change: ChangeBody | None
    episode: EpisodeBody
    contacts: Annotated[list[ContactBody], Meta(max_length=10)]
    notes: Annotated[list[NoteBody], Meta(max_length=10)]
    alert: Annotated[AlertBody, Meta(description="the one that still waits for an answer")] | None
    snoozed_until: Moment | None
    handover: (
        Annotated[HandOverBody, Meta(description="null for leads of sales, and without agreed criteria")] | None
    )
    timers: list[TimerBody]
    wake_at: Annotated[Moment, Meta(description="when a lead that was put aside wakes")] | None


class StepBody(Struct, kw_only=True):
    """Something that happened, or that is so now."""

    code: str
    at: Moment | None
    sentence: str


class WhyBody(Struct, kw_only=True):
    """Why there was an alert of a lead, or none."""

    lead_id: str
    code: str
    sentence: Annotated[str, Meta(description="begins with Yes, No or Not yet")]
    alert_id: str | None
    zone: Annotated[str, Meta(description="on whose clock the sentences tell times")]
    past: list[StepBody]
    present: list[StepBody]


BODIES = (LeadPageBody, LeadPortraitBody, EntryPageBody, EventPageBody, WhyBody)
