"""What every feature over events has in common: a type, a window, a scope, and a sentence."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Literal

from features.lead_kinds import Dtype
from features.text import identifier, sentence_case, words

Scope = Literal["lead", "account"]


class Op(IntEnum):
    """What the kernel does with an event of the right type."""

    COUNT = 0
    SUM = 1
    DAYS_SINCE = 2
    FIRST_SEEN = 3
    ACTIVE_DAYS = 4
    DECAY = 5
    TREND = 6
    SHARE = 7
    ACTIVE_LEADS = 8


@dataclass(frozen=True, slots=True)
class EventFeature(ABC):
    """A number computed from the events of one lead, or of everyone in its account.

    Attributes
    ----------
    type
        The event type to look at; None looks at events of every type.
    days
        Length of the window ``[as_of - days, as_of)``; None looks back to the first event.
    scope
        Whose events: the lead's own, or those of everyone in its account.

    Raises
    ------
    ValueError
        If the window is not a whole number of days, one or more.
    """

    type: str | None = None
    days: int | None = None
    scope: Scope = "lead"

    op: ClassVar[Op]
    suffix: ClassVar[str]
    dtype: ClassVar[Dtype] = "number"

    def __post_init__(self) -> None:
        if self.days is not None and (self.days < 1 or self.days != int(self.days)):
            raise ValueError(f"a window is a whole number of days, one or more, not {self.days}")

    @property
    def name(self) -> str:
        window = "" if self.days is None else f"_{self.days}d"
        who = "account_" if self.scope == "account" else ""
        return f"{who}{identifier(self.type or 'event')}_{self.suffix}{window}"

    @property
    def family(self) -> str:
        """Return one name for all that is said of this event type in this scope."""
        return f"{self.scope}:{self.type or 'activity'}"

    @property
    def noun(self) -> str:
        """Return the event type as people would say it."""
        return "activity" if self.type is None else words(self.type)

    @property
    def by_whom(self) -> str:
        """Return who did it, where it was not the lead alone."""
        return " in the company" if self.scope == "account" else ""

    @property
    def silence(self) -> str:
        """Return what a missing value means: only accounts can be unknown."""
        return "Company not known"

    def sentence(self, value: float) -> str:
        """Return what a value means, in words for a sales rep."""
        return self.silence if math.isnan(value) else sentence_case(self.say(value))

    @abstractmethod
    def say(self, value: float) -> str:
        """Return what a value that is there means."""

    @property
    def window(self) -> str:
        """Return the window in words."""
        if self.days is None:
            return " so far"
        return " in the last day" if self.days == 1 else f" in the last {self.days} days"
