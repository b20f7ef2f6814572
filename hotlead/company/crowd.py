"""The state of the simulated world: what stays fixed about the leads, and what moves from day to day."""

from dataclasses import dataclass, fields
from typing import Self, TypeVar

import numpy as np

from hotlead.company.arrays import Flags, Floats, Integers
from hotlead.company.seasons import NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """What stays fixed about ``n`` leads; every array has one entry per lead.

    ``group`` is the buying group: leads with the same number work for the same firm.
    ``created`` is in microseconds. ``entry`` has one row per lead and one column per event type:
    what the lead did at the moment it was created. ``daily_call`` belongs to the lead's owner.
    """

    group: Integers
    created: Integers
    appetite: Floats
    entry: Integers
    daily_call: Floats
    has_email: Flags

    def __len__(self) -> int:
        """Return the number of leads."""
        return len(self.created)

    def joined_by(self, newcomers: "Crowd") -> "Crowd":
        """Return the crowd with the newcomers behind it."""
        return _concatenate(self, newcomers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What moves from day to day; one entry per lead, except ``project`` with one per buying group.

    ``interest`` is hidden; ``visits``, ``pricing``, ``demos`` and ``calls`` are fading sums of what the lead
    did. ``closed`` is in microseconds, ``NEVER`` while the lead is open.
    """

    interest: Floats
    visits: Floats
    pricing: Floats
    demos: Floats
    calls: Floats
    waiting: Flags
    subscribed: Flags
    called: Flags
    asked: Flags
    won: Flags
    closed: Integers
    project: Floats

    @classmethod
    def at_rest(cls, leads: int, groups: int, *, interest: Floats, subscribed: Flags) -> Self:
        """Return the state before anything has happened."""
        still = np.zeros(leads)
        no = np.zeros(leads, dtype=bool)
        return cls(
            interest=interest,
            visits=still,
            pricing=still,
            demos=still,
            calls=still,
            waiting=no,
            subscribed=subscribed,
            called=no,
            asked=no,
            won=no,
            closed=np.full(leads, NEVER),
            project=np.zeros(groups),
        )

    def joined_by(self, newcomers: "Pulse") -> "Pulse":
        """Return the state with the newcomers, and their groups, behind it."""
        return _concatenate(self, newcomers)


State = TypeVar("State", Crowd, Pulse)


def _concatenate(first: State, second: State) -> State:
    parts = {f.name: np.concatenate([getattr(first, f.name), getattr(second, f.name)]) for f in fields(first)}
    return type(first)(**parts)
