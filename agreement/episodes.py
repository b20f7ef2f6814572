"""Hot episodes: when a lead turns hot, stays hot and has cooled down, so that one turn is told once.

All instants are whole microseconds since 1970 in UTC.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

HOUR_MICROS = 3_600_000_000
DAY_MICROS = 24 * HOUR_MICROS


class ImpossibleEpisodeRules(ValueError):
    """No lead could enter and leave by these rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeRules:
    """How far below the hot line a lead must fall, for how long, and how soon it may be told of again.

    Parameters
    ----------
    margin : float
        Part of the threshold, in [0, 1): a lead leaves below `threshold * (1 - margin)`.
    hold_micros : int
        Microseconds, 0 or more, that it has to stay below that line.
    cool_down_micros : int
        Microseconds, 0 or more, after leaving, in which being hot again is still the same episode.

    Raises
    ------
    ImpossibleEpisodeRules
        If a number is out of its range.
    """

    margin: float = 0.15
    hold_micros: int = DAY_MICROS
    cool_down_micros: int = 7 * DAY_MICROS

    def __post_init__(self) -> None:
        if not 0 <= self.margin < 1:
            raise ImpossibleEpisodeRules("margin: use a part of the threshold, from 0 to below 1")
        if self.hold_micros < 0 or self.cool_down_micros < 0:
            raise ImpossibleEpisodeRules("hold and cool_down: a duration is never negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeState:
    """Where a lead stands: the number of its latest episode, whether it lasts, and the instants that matter."""

    number: int = 0
    is_open: bool = False
    entered_at: int | None = None
    below_since: int | None = None
    left_at: int | None = None


class Change(StrEnum):
    """What a look did to a lead's episode."""

    NONE = "none"
    ENTERED = "entered"
    REENTERED = "reentered"
    SANK = "sank"
    ROSE = "rose"
    LEFT = "left"


def advance(
    state: EpisodeState, *, probability: float, threshold: float, at: int, rules: EpisodeRules
) -> tuple[EpisodeState, Change]:
    """Return the state after a look, and what the look changed.

    Silence counts before the look does: a hold that ran out unseen ended the episode at its end. So a look
    that comes late can answer `REENTERED` or `ENTERED` for an episode whose `LEFT` nobody was there to see.

    Parameters
    ----------
    state : EpisodeState
        The state before.
    probability : float
        Of a win, in [0, 1]. NaN is neither hot nor cold.
    threshold : float
        The probability from which a lead is hot.
    at : int
        Microseconds since 1970 of the look. A look older than the state says nothing new.
    rules : EpisodeRules
        The rules in force.

    Returns
    -------
    tuple[EpisodeState, Change]
        The same look again changes nothing.
    """
    if at < _latest_instant(state):
        return state, Change.NONE
    rested = _end_hold(state, at, rules)
    if not rested.is_open:
        return _look_from_outside(state, rested, probability >= threshold, at, rules)
    return _look_from_inside(rested, probability < threshold * (1 - rules.margin), at, rules)


def close(state: EpisodeState, *, at: int) -> tuple[EpisodeState, Change]:
    """Return the state after the lead was won, lost or disqualified: an open episode ends at once."""
    if not state.is_open:
        return state, Change.NONE
    return _leave(state, max(at, _latest_instant(state))), Change.LEFT


def next_move_at(state: EpisodeState, rules: EpisodeRules) -> int | None:
    """Return the instant at which silence alone ends the episode, or None while nothing runs."""
    if not state.is_open or state.below_since is None:
        return None
    return state.below_since + rules.hold_micros


def _latest_instant(state: EpisodeState) -> int:
    known = [at for at in (state.entered_at, state.below_since, state.left_at) if at is not None]
    return max(known, default=-(2**63))


def _end_hold(state: EpisodeState, at: int, rules: EpisodeRules) -> EpisodeState:
    ends_at = next_move_at(state, rules)
    return state if ends_at is None or at < ends_at else _leave(state, ends_at)


def _leave(state: EpisodeState, at: int) -> EpisodeState:
    return replace(state, is_open=False, below_since=None, left_at=at)


def _look_from_outside(
    before: EpisodeState, state: EpisodeState, is_hot: bool, at: int, rules: EpisodeRules
) -> tuple[EpisodeState, Change]:
    if not is_hot:
        return state, Change.LEFT if before.is_open else Change.NONE
    if state.left_at is not None and at < state.left_at + rules.cool_down_micros:
        return replace(state, is_open=True, left_at=None), Change.REENTERED
    return EpisodeState(number=state.number + 1, is_open=True, entered_at=at), Change.ENTERED


def _look_from_inside(
    state: EpisodeState, is_below: bool, at: int, rules: EpisodeRules
) -> tuple[EpisodeState, Change]:
    if is_below and state.below_since is None:
        sunk = replace(state, below_since=at)
        return (sunk, Change.SANK) if rules.hold_micros else (_leave(sunk, at), Change.LEFT)
    if not is_below and state.below_since is not None:
        return replace(state, below_since=None), Change.ROSE
    return state, Change.NONE
