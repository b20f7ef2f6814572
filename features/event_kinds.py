"""Feature kinds that read what a lead, or its whole buying group, did."""

import math
from dataclasses import dataclass
from typing import ClassVar

from features.event_feature import EventFeature, Op, Scope
from features.text import amount_of, count_of, identifier, plural, words

__all__ = [
    "INDICES",
    "ActiveDays",
    "ActiveLeads",
    "DaysSince",
    "DecayedCount",
    "EventCount",
    "EventFeature",
    "FirstSeen",
    "Op",
    "PropertySum",
    "Scope",
    "Trend",
    "TypeShare",
]


@dataclass(frozen=True, slots=True)
class EventCount(EventFeature):
    """How many events lie in the window."""

    op: ClassVar[Op] = Op.COUNT
    suffix: ClassVar[str] = "count"

    def say(self, value: float) -> str:
        """Return ``3 downloads in the last 7 days``."""
        counted = count_of(value, "event" if self.type is None else self.noun)
        return f"{counted}{self.by_whom}{self.window}"


@dataclass(frozen=True, slots=True)
class ActiveDays(EventFeature):
    """On how many days, counted in UTC, there was at least one event in the window."""

    op: ClassVar[Op] = Op.ACTIVE_DAYS
    suffix: ClassVar[str] = "active_days"

    def say(self, value: float) -> str:
        """Return ``Active on 4 days in the last 30 days``."""
        what = "Active" if self.type is None else f"{plural(self.noun).capitalize()}"
        return f"{what}{self.by_whom} on {count_of(value, 'day')}{self.window}"


@dataclass(frozen=True, slots=True)
class ActiveLeads(EventFeature):
    """How many different people had an event in the window."""

    scope: Scope = "account"
    op: ClassVar[Op] = Op.ACTIVE_LEADS
    suffix: ClassVar[str] = "active_leads"

    def say(self, value: float) -> str:
        """Return ``3 people of the company active in the last 30 days``."""
        people = "1 person" if value == 1 else f"{value:,.0f} people" if value else "nobody"
        did = "active" if self.type is None else f"with {plural(self.noun)}"
        return f"{people} of the company {did}{self.window}"


@dataclass(frozen=True, slots=True)
class DaysSince(EventFeature):
    """Days since the latest event, missing where there was none."""

    op: ClassVar[Op] = Op.DAYS_SINCE
    suffix: ClassVar[str] = "days_since"

    @property
    def silence(self) -> str:
        """Return ``No download yet``."""
        return f"No {self.noun}{self.by_whom}{self.window if self.days else ' yet'}"

    def say(self, value: float) -> str:
        """Return ``Last download 2 days ago``."""
        return f"Last {self.noun}{self.by_whom} {_ago(value)}"


@dataclass(frozen=True, slots=True)
class FirstSeen(EventFeature):
    """Days since the first event, missing where there was none."""

    op: ClassVar[Op] = Op.FIRST_SEEN
    suffix: ClassVar[str] = "first_seen"

    @property
    def silence(self) -> str:
        """Return ``No download yet``."""
        return f"No {self.noun}{self.by_whom}{self.window if self.days else ' yet'}"

    def say(self, value: float) -> str:
        """Return ``First download 40 days ago``."""
        return f"First {self.noun}{self.by_whom} {_ago(value)}"


@dataclass(frozen=True, slots=True)
class DecayedCount(EventFeature):
    """A count in which events fade: ``sum(2 ** (-age / half_life))``, both in days.

    Raises
    ------
    ValueError
        If the half-life is not positive and finite.
    """

    half_life: float = 14.0
    op: ClassVar[Op] = Op.DECAY
    suffix: ClassVar[str] = "decayed"

    def __post_init__(self) -> None:
        super(DecayedCount, self).__post_init__()
        if not 0 < self.half_life < math.inf:
            raise ValueError(f"a half-life is a positive number of days, not {self.half_life}")

    @property
    def name(self) -> str:
        return f"{super(DecayedCount, self).name}_h{self.half_life:g}"

    def say(self, value: float) -> str:
        """Return ``Download activity lately: 2.4``."""
        said = "Activity" if self.type is None else f"{self.noun.capitalize()} activity"
        return f"{said}{self.by_whom} lately: {value:.1f}" if value >= 0.05 else f"No {said.lower()} lately"


@dataclass(frozen=True, slots=True)
class Trend(EventFeature):
    """Events in the window less events in the window before it: ``log((1 + now) / (1 + before))``.

    The added one keeps silence finite; zero means no change.

    Raises
    ------
    ValueError
        If no window length is given.
    """

    days: int | None = 14
    op: ClassVar[Op] = Op.TREND
    suffix: ClassVar[str] = "trend"

    def __post_init__(self) -> None:
        super(Trend, self).__post_init__()
        if self.days is None:
            raise ValueError("a trend needs the length of the windows it compares")

    def say(self, value: float) -> str:
        """Return ``More downloads than in the 14 days before``."""
        more, less, same = ("More", "Less", "As much") if self.type is None else ("More", "Fewer", "As many")
        what = "activity" if self.type is None else plural(self.noun)
        before = "the day before" if self.days == 1 else f"the {self.days} days before"
        if value == 0:
            return f"{same} {what}{self.by_whom} as in {before}"
        return f"{more if value > 0 else less} {what}{self.by_whom} than in {before}"


@dataclass(frozen=True, slots=True)
class TypeShare(EventFeature):
    """Share of one event type among all events in the window, in [0, 1]; missing without events.

    Raises
    ------
    ValueError
        If no type is given.
    """

    op: ClassVar[Op] = Op.SHARE
    suffix: ClassVar[str] = "share"

    @property
    def silence(self) -> str:
        """Return ``No activity in the last 30 days``."""
        return f"No activity{self.by_whom}{self.window}"

    def __post_init__(self) -> None:
        super(TypeShare, self).__post_init__()
        if self.type is None:
            raise ValueError("a share needs the event type it is the share of")

    def say(self, value: float) -> str:
        """Return ``Downloads: 40% of the activity in the last 30 days``."""
        return f"{plural(self.noun)}: {value:.0%} of the activity{self.by_whom}{self.window}"


@dataclass(frozen=True, slots=True)
class PropertySum(EventFeature):
    """Sum of a numeric event property over the window; events without it add nothing.

    Raises
    ------
    ValueError
        If no property is named.
    """

    quantity: str = ""
    op: ClassVar[Op] = Op.SUM
    suffix: ClassVar[str] = "sum"

    def __post_init__(self) -> None:
        super(PropertySum, self).__post_init__()
        if not self.quantity:
            raise ValueError("a sum needs the event property it adds up")

    @property
    def name(self) -> str:
        return f"{super(PropertySum, self).name}_{identifier(self.quantity)}"

    def say(self, value: float) -> str:
        """Return ``Download pages: 12 in the last 7 days``."""
        of = "" if self.type is None else f"{self.noun} "
        return f"{of}{words(self.quantity)}{self.by_whom}: {amount_of(value)}{self.window}"


INDICES = (DecayedCount, Trend, TypeShare)
"""Kinds that only a model reads well; a count or a date says the same so that people can check it."""


def _ago(days: float) -> str:
    if days < 1:
        hours = max(1, round(days * 24))
        return f"{count_of(hours, 'hour')} ago"
    return f"{count_of(round(days), 'day')} ago"
