"""The bodies of answers to operators: people, channels, refused items, deliveries, the model, health."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from serving.api.schemas import Moment

Next = Annotated[str, Meta(description="the cursor of the next page; null behind the last")]
Count = Annotated[int, Meta(ge=0)]


class OwnerBody(Struct, kw_only=True):
    """Somebody whom leads belong to."""

    id: str
    name: str
    zone: str
    working_hours: str | None
    quiet_hours: str | None
    holidays_of: list[str]
    industries: list[str]
    products: list[str]
    places: list[str]
    manager_id: str | None
    capacity_per_week: Annotated[float, Meta(ge=0)] | None
    is_active: bool
    takes_leads: bool
    source: Annotated[str, Meta(description="who told of them: the agreement, or a program")]
    channels: Count
    changed_at: Moment | None


class OneOwnerBody(Struct, kw_only=True):
    """One person."""

    owner: OwnerBody


class OwnersBody(Struct, kw_only=True):
    """All people, in the order of their ids."""

    items: list[OwnerBody]


class RemovedOwnerBody(Struct, kw_only=True):
    """What became of somebody."""

    status: Literal["removed"]
    stays: Annotated[bool, Meta(description="whether the agreement names them all the same")]


class ChannelBody(Struct, kw_only=True):
    """A channel, without its address and secret."""

    id: str
    owner_id: str
    kind: Literal["webhook", "apprise"]
    description: str
    created_at: Moment
    failures: Annotated[int, Meta(ge=0, description="in a row")]
    rests_until: Moment | None


class ChannelsBody(Struct, kw_only=True):
    """All channels in use, by owner."""

    items: list[ChannelBody]


class NewChannelBody(Struct, kw_only=True):
    """A channel that was added."""

    channel: ChannelBody
    secret: Annotated[str, Meta(description="shown this once; null where you brought it, or none is needed")] | None


class RemovedChannelBody(Struct, kw_only=True):
    """What became of a channel."""

    status: Literal["removed"]
    given_up: Annotated[int, Meta(ge=0, description="messages that it will not deliver")]


class TriedChannelBody(Struct, kw_only=True):
    """How the test of a channel ended."""

    delivered: bool
    code: str
    status: Annotated[int, Meta(description="HTTP, where there was an answer")] | None
    seconds: Annotated[float, Meta(ge=0)]
    detail: str


class RejectionBody(Struct, kw_only=True):
    """An item that was refused, without what it said."""

    id: int
    at: Moment
    sent_to: str
    code: str
    path: str
    shape: Annotated[Any, Meta(description="names of fields, and types of their values")]


class RejectionPageBody(Struct, kw_only=True):
    """A page of refused items."""

    items: list[RejectionBody]
    counts: Annotated[dict[str, int], Meta(description="how many there are of each code")]
    next: Next | None


class ReplayedBody(Struct, kw_only=True):
    """What became of refused items that were sent again."""

    taken: Annotated[dict[str, int], Meta(description="by status")]
    refused: Annotated[dict[str, int], Meta(description="by code")]
    skipped: Annotated[int, Meta(ge=0, description="events of leads that never came: nothing to send")]
    left: Annotated[int, Meta(ge=0, description="beyond this request: ask again")]


class DeliveryMessageBody(Struct, kw_only=True):
    """What a delivery carries."""

    id: str
    kind: str
    alert_id: str | None
    recipient_id: str


class DeliveryChannelBody(Struct, kw_only=True):
    """Over what a delivery goes."""

    id: str
    kind: str
    description: str


class DeliveryBody(Struct, kw_only=True):
    """A message on its way over one channel."""

    id: int
    state: Literal["due", "delivered", "dead"]
    code: str | None
    attempts: Count
    created_at: Moment
    next_at: Moment | None
    delivered_at: Moment | None
    message: DeliveryMessageBody
    channel: DeliveryChannelBody


class DeliveryPageBody(Struct, kw_only=True):
    """A page of deliveries."""

    items: list[DeliveryBody]
    next: Next | None


class RevivedBody(Struct, kw_only=True):
    """How many deliveries are due again."""

    revived: Count


class ErasedBody(Struct, kw_only=True):
    """What was forgotten."""

    status: Literal["forgotten"]
    leads: Count
    events: Count
    rejections: Count


class AttributeBody(Struct, kw_only=True):
    """An attribute that the model reads."""

    name: str
    kind: Literal["number", "integer", "text"]


class FeatureBody(Struct, kw_only=True):
    """A feature of the model."""

    name: str
    dtype: str
    family: str


class ModelBody(Struct, kw_only=True):
    """The model in force; what its training did not note is null."""

    version: str
    fingerprint: str
    trained_at: str | None
    horizon_days: float | None
    base_rate: float | None
    metrics: dict[str, Any] | None
    publishes_probability: bool
    probability_withheld: str | None
    thresholds: dict[str, Any]
    calibrator: dict[str, Any]
    attributes: list[AttributeBody]
    event_types: list[str]
    event_properties: list[str]
    features: list[FeatureBody]
    about: dict[str, Any]


class AliveBody(Struct, kw_only=True):
    """The process answers."""

    status: Literal["alive"]


class ReadyBody(Struct, kw_only=True):
    """Whether the service can score and store."""

    status: Literal["ready", "not ready"]
    model_version: str | None
    reason: str | None
    troubles: list[str]


BODIES = (
    *(OneOwnerBody, OwnersBody, RemovedOwnerBody),
    *(ChannelsBody, NewChannelBody, RemovedChannelBody, TriedChannelBody),
    *(RejectionPageBody, ReplayedBody, DeliveryPageBody, RevivedBody, ErasedBody),
    *(ModelBody, AliveBody, ReadyBody),
)
