"""Passages: when leads first reached each stage of the funnel and how they left it, as known at an instant.

All instants are microseconds since 1970 in UTC.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from agreement.calendar.periods import Period
from agreement.lives import Life
from agreement.stages import PASSED, Stage

FUNNEL = PASSED[1:]
"""The stages of the funnel; a prospect that we were told of counts as a lead."""

NEVER = np.iinfo(np.int64).max
OUTSIDE = -1
"""Where a lead stands that is lost or recycled."""

_PLACES = {stage: max(0, place - 1) for place, stage in enumerate(PASSED)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """A lead that was recycled or lost: its row, the place in `FUNNEL` that it left, when, and which of both."""

    row: int
    place: int
    at: int
    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """The ways of leads through the funnel; nothing later than an instant is known.

    Parameters
    ----------
    lives : tuple of Life
        Those that were there by then.
    ids : ndarray of object, shape (n,)
        Their ids.
    reached : ndarray of int64, shape (n, 5)
        When each first reached a stage of `FUNNEL`, or one beyond; `NEVER` where it has not.
    standing : ndarray of int64, shape (n,)
        The place in `FUNNEL` where it stands now, `OUTSIDE` where it is lost or recycled.
    value : ndarray of float64, shape (n,)
        Euros that were told last; NaN where nobody told any.
    exits : tuple of Exit
        In the order of leads, then of time.
    """

    lives: tuple[Life, ...]
    ids: NDArray[np.object_]
    reached: NDArray[np.int64]
    standing: NDArray[np.int64]
    value: NDArray[np.float64]
    exits: tuple[Exit, ...]

    @classmethod
    def from_lives(cls, lives: Iterable[Life], *, as_of: int) -> Self:
        """Follow the leads that were there at an instant."""
        known = tuple(life for life in lives if life.created_at <= as_of)
        ways = [_follow(life, as_of) for life in known]
        return cls(
            lives=known,
            ids=np.array([life.lead_id for life in known], dtype=object),
            reached=np.array([way.reached for way in ways], np.int64).reshape(-1, len(FUNNEL)),
            standing=np.array([way.standing for way in ways], np.int64),
            value=np.array([way.value for way in ways], np.float64),
            exits=tuple(
                Exit(row=row, place=place, at=at, stage=stage)
                for row, way in enumerate(ways)
                for place, at, stage in way.exits
            ),
        )

    def reached_within(self, stage: Stage, period: Period) -> NDArray[np.bool_]:
        """Return which leads first reached a stage in a period, shape (n,)."""
        at = self.reached[:, FUNNEL.index(stage)]
        within: NDArray[np.bool_] = (at >= period.begins_at) & (at < period.ends_at)
        return within

    def name(self, chosen: NDArray[np.bool_]) -> tuple[str, ...]:
        """Return the ids of the leads that a mask chooses."""
        return tuple(self.ids[chosen])

    def list_exits(self, period: Period, stage: Stage) -> Iterator[Exit]:
        """List the exits of one kind in a period."""
        begins_at, ends_at = period.begins_at, period.ends_at
        return (left for left in self.exits if left.stage == stage and begins_at <= left.at < ends_at)


@dataclass(slots=True)
class _Way:
    reached: list[int]
    exits: Sequence[tuple[int, int, Stage]]
    standing: int = 0
    value: float = np.nan


def _follow(life: Life, as_of: int) -> _Way:
    # Lists grow by hand: fifty thousand leads pass here at once.
    exits: list[tuple[int, int, Stage]] = []
    way = _Way(reached=[life.created_at], exits=exits)
    place = 0
    for step in life.steps:
        if step.at > as_of:
            break
        if step.value is not None:
            way.value = step.value
        found = _PLACES.get(step.stage)
        if found is None:
            if way.standing != OUTSIDE or step.stage != exits[-1][2]:
                exits.append((place, step.at, step.stage))
            way.standing = OUTSIDE
            continue
        place = way.standing = found
        way.reached.extend([step.at] * (place + 1 - len(way.reached)))
    way.reached.extend([NEVER] * (len(FUNNEL) - len(way.reached)))
    return way
