"""Plain bodies: the quick way to read a lead without surprises, typed by the decoder itself.

What it takes, `strict_json` and `reading` read the same; whatever is odd in the least (unknown fields, repeated
keys, a time with a zone of its own, any mistake at all) is left to them, so that there is one place that judges.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from features.contract import Column
from features.feature_set import FeatureSet
from features.times import MISSING_TIME, SECOND
from serving.api.attributes import MOST_CHARACTERS, BadField, read_address, read_integer, read_name
from serving.api.reading import EPOCH, check_moment, warn_of_events
from serving.api.schemas import Moment
from serving.usecases.scoring import AskedLead, ToldEvents

_MOST_PROPERTIES = 1_000
# Times with offsets that RFC 3339 does not know, and the blanks that hide a colon from the count of keys.
_ODDITIES = (b'0000"', b" :", b"\n:", b"\t:", b"\r:")
_Maybe = UnsetType | None
_Text = Annotated[str, Meta(max_length=MOST_CHARACTERS)]
_TYPES = {"number": float | _Maybe, "integer": int | float | str | _Maybe, "text": _Text | _Maybe}
_READERS: Mapping[str, Callable[[Any], Any]] = {"integer": read_integer, "email": read_address}


class PlainEvent(Struct, kw_only=True, forbid_unknown_fields=True, gc=False):
    """An event as most callers write it."""

    type: str
    occurred_at: Moment
    recorded_at: Moment | UnsetType | None = UNSET
    lead_id: str | UnsetType | None = UNSET
    properties: dict[str, float | str | bool | None] | UnsetType | None = UNSET


class PlainReader:
    """Reads a lead for one feature set.

    Parameters
    ----------
    feature_set
        Its schema's columns become the decoder's fields, and its quantities are looked up in event properties.
    """

    def __init__(self, feature_set: FeatureSet) -> None:
        self._columns = feature_set.schema.columns
        self._names = [column.name for column in self._columns]
        self._readers = [(at, read) for at, c in enumerate(self._columns) if (read := _find_reader(c)) is not None]
        self._quantities = feature_set.quantities
        self._decoder = msgspec.json.Decoder(_define_lead(self._columns))

    def find_lead(self, text: bytes, now: int) -> AskedLead | None:
        """Read a lead, or find that it is not plain: then None."""
        for oddity in _ODDITIES:
            if oddity in text:
                return None
        try:
            id_, account_id, created_at, as_of, told, *values = msgspec.structs.astuple(self._decoder.decode(text))
            keys = 5 + len(values) - (account_id, created_at, as_of, told, *values).count(UNSET)
            events, event_keys = self._read_events(told) if told else (ToldEvents(), 0)
            if text.count(b'":') != keys + event_keys:
                return None
            moment = _to_micros(as_of) if as_of else now
            account = read_name(account_id) if isinstance(account_id, str) else None
            return AskedLead(
                id=read_name(id_),
                as_of=moment,
                account_id=account,
                created_at=_to_micros(created_at) if created_at else MISSING_TIME,
                attributes=self._read_attributes(values),
                events=events,
                warnings=warn_of_events(events, moment, account),
            )
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, BadField):
            return None

    def _read_attributes(self, values: list[Any]) -> dict[str, Any]:
        for at, read in self._readers:
            if values[at] is not None and values[at] is not UNSET:
                values[at] = read(values[at])
        return {
            name: value
            for name, value in zip(self._names, values, strict=True)
            if value is not None and value is not UNSET
        }

    def _read_events(self, told: Sequence[PlainEvent]) -> tuple[ToldEvents, int]:
        types = [event.type for event in told]
        for name in set(types):
            read_name(name)
        occurred_at = [_to_micros(event.occurred_at) for event in told]
        recorded_at, n_recorded = _read_recorded(told, occurred_at)
        lead_ids, n_ids = _read_lead_ids(told)
        given = [event.properties for event in told]
        properties = [of_event or {} for of_event in given]
        if max(map(len, properties)) > _MOST_PROPERTIES:
            raise BadField("too_many_keys", "an object has too many keys")
        events = ToldEvents(
            types=types,
            lead_ids=lead_ids,
            occurred_at=occurred_at,
            recorded_at=recorded_at,
            amounts=[_read_amounts(properties, quantity) for quantity in self._quantities],
        )
        n_keys = 3 * len(told) - given.count(UNSET) + n_recorded + n_ids + sum(map(len, properties))
        return events, n_keys


def _define_lead(columns: Sequence[Column]) -> type[Struct]:
    own: list[Any] = [
        ("id", str),
        ("account_id", str | _Maybe, UNSET),
        ("created_at", Moment | _Maybe, UNSET),
        ("as_of", Moment | _Maybe, UNSET),
        ("events", list[PlainEvent] | _Maybe, UNSET),
    ]
    # Columns may be called anything, so the struct's fields are numbered and only named in JSON.
    numbered = [(f"column_{at}", _TYPES[column.kind], UNSET) for at, column in enumerate(columns)]
    names = {field: column.name for (field, *_), column in zip(numbered, columns, strict=True)}
    return msgspec.defstruct(
        "PlainLead", [*own, *numbered], rename=names, kw_only=False, forbid_unknown_fields=True, gc=False
    )


def _find_reader(column: Column) -> Callable[[Any], Any] | None:
    return _READERS.get("email" if column.kind == "text" and column.name == "email" else column.kind)


def _to_micros(moment: datetime) -> int:
    if moment.tzinfo is not UTC:
        raise BadField("not_time", "times with other zones are read with care")
    since = moment - EPOCH
    return check_moment((since.days * 86_400 + since.seconds) * SECOND + since.microseconds)


def _read_recorded(told: Sequence[PlainEvent], occurred_at: Sequence[int]) -> tuple[Sequence[int], int]:
    given = [event.recorded_at for event in told]
    n_given = len(given) - given.count(UNSET)
    if not n_given:
        return occurred_at, 0
    return [_to_micros(g) if g else at for g, at in zip(given, occurred_at, strict=True)], n_given


def _read_lead_ids(told: Sequence[PlainEvent]) -> tuple[Sequence[str | None], int]:
    given = [event.lead_id for event in told]
    n_given = len(given) - given.count(UNSET)
    if not n_given:
        return (), 0
    lead_ids = [read_name(name) if isinstance(name, str) else None for name in given]
    return lead_ids if lead_ids.count(None) < len(lead_ids) else (), n_given


def _read_amounts(properties: Sequence[Mapping[str, Any]], quantity: str) -> list[float]:
    amounts = [given.get(quantity) for given in properties]
    for amount in amounts:
        if amount is not None and type(amount) is not float:
            raise BadField("not_number", "give a JSON number without quotes")
    return [math.nan if amount is None else amount for amount in amounts]
