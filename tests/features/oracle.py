"""An independent, slow oracle of the engine: plain Python, one event at a time, from the kinds' definitions.

It shares no code with the engine, plan or kernels. Moments are whole microseconds as Python integers; ages are
floats, since a feature is one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from features import event_kinds, lead_kinds
from features.firmographics import email_kind, revenue_band, size_band
from features.roles import department, seniority

DAY = 24 * 60 * 60 * 1_000_000
_READINGS = {
    lead_kinds.SizeBand: size_band,
    lead_kinds.RevenueBand: revenue_band,
    lead_kinds.Seniority: seniority,
    lead_kinds.Department: department,
    lead_kinds.EmailKind: email_kind,
}


@dataclass(frozen=True)
class PlainLead:
    """A lead as a record: its account's name or None, its creation or None, its columns."""

    account: str | None = None
    created_at: int | None = None
    columns: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PlainEvent:
    """An event as a record: position of its lead or None, its account or None, and what happened when."""

    lead: int | None
    account: str | None
    type: str
    occurred_at: int
    recorded_at: int
    properties: dict[str, float] = field(default_factory=dict)


def compute_value(
    feature: Any,
    leads: Sequence[PlainLead],
    events: Sequence[PlainEvent],
    lead: int,
    as_of: int,
    most_per_day: int | None = None,
) -> float | str | None:
    """Compute one feature of one lead at one moment."""
    if isinstance(feature, event_kinds.EventFeature):
        return _compute_event_feature(feature, leads, _limit(events, as_of, most_per_day), lead, as_of)
    if isinstance(feature, lead_kinds.LeadAge):
        created = leads[lead].created_at
        return math.nan if created is None or created > as_of else float(as_of - created) / DAY
    value = leads[lead].columns[feature.column]
    if isinstance(feature, lead_kinds.Given):
        return 0.0 if value is None or value != value else 1.0
    return _READINGS[type(feature)](value) if type(feature) in _READINGS else value


def _compute_event_feature(
    feature: event_kinds.EventFeature,
    leads: Sequence[PlainLead],
    events: Sequence[PlainEvent],
    lead: int,
    as_of: int,
) -> float:
    if feature.scope == "account" and leads[lead].account is None:
        return math.nan
    known = [
        event
        for event in events
        if _is_whose(event, feature.scope, lead, leads) and event.occurred_at < as_of >= event.recorded_at
    ]
    return _RULES[type(feature)](feature, known, as_of)


def _limit(events: Sequence[PlainEvent], as_of: int, most: int | None) -> Sequence[PlainEvent]:
    """Keep of what is known at a moment the first so many of each lead, type and day."""
    if most is None:
        return events
    known = [event for event in events if event.occurred_at < as_of >= event.recorded_at]
    known.sort(key=lambda e: (max(e.occurred_at + 1, e.recorded_at), e.occurred_at, _list_amounts(e)))
    counts: dict[Any, int] = {}
    kept = []
    for event in known:
        whose = ("lead", event.lead) if event.lead is not None else ("account", event.account)
        name = (*whose, event.type, event.occurred_at // DAY)
        counts[name] = counts.get(name, 0) + 1
        if counts[name] <= most:
            kept.append(event)
    return kept


def _list_amounts(event: PlainEvent) -> list[float]:
    told = [event.properties.get(name, math.nan) for name in ("pages", "minutes")]
    return [-math.inf if math.isnan(amount) else amount for amount in told]


def _is_whose(event: PlainEvent, scope: str, lead: int, leads: Sequence[PlainLead]) -> bool:
    if scope == "lead":
        return event.lead == lead
    account = event.account
    if account is None and event.lead is not None:
        account = leads[event.lead].account
    return account == leads[lead].account


def _within(events: Sequence[PlainEvent], days: int | None, as_of: int) -> list[PlainEvent]:
    return [event for event in events if days is None or event.occurred_at >= as_of - days * DAY]


def _seen(feature: Any, events: Sequence[PlainEvent], as_of: int) -> list[PlainEvent]:
    """Return the events of the feature's type in its window."""
    return [e for e in _within(events, feature.days, as_of) if feature.type in (None, e.type)]


def _count(feature, events, as_of):
    return float(len(_seen(feature, events, as_of)))


def _active_days(feature, events, as_of):
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    dates = {(epoch + timedelta(microseconds=e.occurred_at)).date() for e in _seen(feature, events, as_of)}
    return float(len(dates))


def _active_leads(feature, events, as_of):
    return float(len({e.lead for e in _seen(feature, events, as_of)} - {None}))


def _days_since(feature, events, as_of):
    seen = _seen(feature, events, as_of)
    return float(as_of - max(e.occurred_at for e in seen)) / DAY if seen else math.nan


def _first_seen(feature, events, as_of):
    seen = _seen(feature, events, as_of)
    return float(as_of - min(e.occurred_at for e in seen)) / DAY if seen else math.nan


def _decayed(feature, events, as_of):
    ages = [(as_of - e.occurred_at) / DAY for e in _seen(feature, events, as_of)]
    return math.fsum(2.0 ** (-age / feature.half_life) for age in ages)


def _trend(feature, events, as_of):
    now = _count(feature, events, as_of)
    before = _count(
        feature, [e for e in events if e.occurred_at < as_of - feature.days * DAY], as_of - feature.days * DAY
    )
    return math.log((1 + now) / (1 + before))


def _share(feature, events, as_of):
    of_any_type = _within(events, feature.days, as_of)
    own = [e for e in of_any_type if e.type == feature.type]
    return len(own) / len(of_any_type) if of_any_type else math.nan


def _sum(feature, events, as_of):
    amounts = [e.properties.get(feature.quantity, math.nan) for e in _seen(feature, events, as_of)]
    return math.fsum(amount for amount in amounts if not math.isnan(amount))


_RULES = {
    event_kinds.EventCount: _count,
    event_kinds.ActiveDays: _active_days,
    event_kinds.ActiveLeads: _active_leads,
    event_kinds.DaysSince: _days_since,
    event_kinds.FirstSeen: _first_seen,
    event_kinds.DecayedCount: _decayed,
    event_kinds.Trend: _trend,
    event_kinds.TypeShare: _share,
    event_kinds.PropertySum: _sum,
}
