"""The catalogue: which features there are, derived from the columns and event types at hand.

A new feature is one line here, or one line in an explicit `FeatureSet`.
"""

from collections.abc import Iterator, Mapping, Sequence

from features.contract import LeadSchema
from features.event_kinds import (
    ActiveDays,
    ActiveLeads,
    DaysSince,
    DecayedCount,
    EventCount,
    EventFeature,
    FirstSeen,
    PropertySum,
    Scope,
    Trend,
    TypeShare,
)
from features.feature_set import FeatureSet
from features.lead_kinds import (
    Attribute,
    Department,
    EmailKind,
    Feature,
    Given,
    LeadAge,
    RevenueBand,
    Seniority,
    SizeBand,
)

WINDOWS = (7, 30, 90)
MOST_PER_DAY = 50
"""Nobody downloads more in a day; whoever does is a program, and counts as one keen person."""
_NAMES_NOBODY_SHARES = ("email", "website", "company")
_READINGS_OF_NUMBERS: Mapping[str, Sequence[Feature]] = {
    "employees": (SizeBand(),),
    "revenue": (RevenueBand(),),
}
_READINGS_OF_TEXTS: Mapping[str, Sequence[Feature]] = {
    "role": (Seniority(), Department()),
    "email": (EmailKind(),),
}


def derive_catalogue(
    *,
    schema: LeadSchema | None = None,
    event_types: Sequence[str] = (),
    quantities: Sequence[str] = (),
    has_accounts: bool = False,
    is_dated: bool = True,
) -> FeatureSet:
    """Derive a feature set from a lead schema and the event types and event properties in the data.

    Parameters
    ----------
    schema
        The attributes of the leads.
    event_types
        Event types worth features of their own.
    quantities
        Numeric event properties worth adding up.
    has_accounts
        Whether leads share accounts, so that what the buying group did can be told.
    is_dated
        Whether leads carry the date of their creation.
    """
    schema = schema or LeadSchema(())
    features = [*_read_columns(schema)]
    if event_types:
        features += [*_read_events(event_types, quantities, "lead")]
    if event_types and has_accounts:
        features += [*_read_events(event_types, quantities, "account"), *_read_people()]
    if is_dated and event_types:
        features.append(LeadAge())
    return FeatureSet(schema, tuple(features), MOST_PER_DAY)


def _read_columns(schema: LeadSchema) -> Iterator[Feature]:
    for column in schema.columns:
        if column.name in _NAMES_NOBODY_SHARES:
            yield Given(column.name)
        elif column.name != "role":
            yield Attribute(column.name, "number" if column.is_number else "text")
        yield from _read_firmographic(column.name, is_number=column.is_number)


def _read_firmographic(name: str, *, is_number: bool) -> Iterator[Feature]:
    readings = _READINGS_OF_NUMBERS if is_number else _READINGS_OF_TEXTS
    yield from readings.get(name, ())


def _read_events(types: Sequence[str], quantities: Sequence[str], scope: Scope) -> Iterator[EventFeature]:
    yield from (EventCount(None, days, scope) for days in WINDOWS)
    yield DecayedCount(None, None, scope)
    yield DaysSince(None, None, scope)
    yield FirstSeen(None, None, scope)
    yield ActiveDays(None, 30, scope)
    yield Trend(None, 14, scope)
    for type_ in types:
        yield from _read_type(type_, scope)
    yield from (PropertySum(None, 30, scope, quantity=quantity) for quantity in quantities)


def _read_type(type_: str, scope: Scope) -> Iterator[EventFeature]:
    yield from (EventCount(type_, days, scope) for days in WINDOWS)
    yield DecayedCount(type_, None, scope)
    yield DaysSince(type_, None, scope)
    yield TypeShare(type_, 90, scope)


def _read_people() -> Iterator[EventFeature]:
    yield from (ActiveLeads(None, days) for days in (7, 30))
