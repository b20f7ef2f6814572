"""Tracks: the ways of leads as arrays, as known at an instant. All instants are microseconds since 1970 in UTC."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from agreement.funnel.passages import NEVER
from agreement.insight.closings import find_closing
from agreement.insight.spending import MOST_EUROS
from agreement.lives import Life
from agreement.stages import IS_OPEN, Stage

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

STAGES = tuple(Stage)
_CODES = {stage: code for code, stage in enumerate(STAGES)}
_OPEN = np.array([stage in IS_OPEN for stage in STAGES])


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """Stretches in open stages, shape (m,) each: the row of the lead, the place in `STAGES`, and two instants.

    The first instant is part of the stretch, the second is not; it is `NEVER` where the lead still stands there.
    """

    row: Integers
    stage: Integers
    begins_at: Integers
    ends_at: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The leads that were open at an instant, in the order of their stays.

    Attributes
    ----------
    row : ndarray of int64, shape (n,)
        Which lead.
    stage : ndarray of int64, shape (n,)
        Its place in `STAGES`.
    begins_at : ndarray of int64, shape (n,)
        Since when it stood there.
    """

    row: Integers
    stage: Integers
    begins_at: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracks:
    """The ways of the leads that were there at an instant; nothing later is known.

    Attributes
    ----------
    as_of : int
        The instant.
    lives : tuple of Life
        The leads that were there, shape (n,).
    created_at, won_at : ndarray of int64, shape (n,)
        When each came to be and was first won; `NEVER` where it was not.
    won_value, estimate : ndarray of float64, shape (n,)
        Euros of won deals, and what was told of them last before they were won; NaN where nobody told.
    closed_at : int
        The first end of any lead, won or lost; `NEVER` where none has ended.
    stays : Stays
        Their stretches in open stages.
    fact : ndarray of float64, shape (n,)
        Euros that the lead itself tells; nobody knows since when, so they are no part of its past.
    told_row, told_at, told_value : ndarray, shape (k,)
        Values that steps told, in the order of leads, then of time.
    """

    as_of: int
    lives: tuple[Life, ...]
    created_at: Integers
    won_at: Integers
    won_value: Floats
    estimate: Floats
    closed_at: int
    stays: Stays
    fact: Floats
    told_row: Integers
    told_at: Integers
    told_value: Floats

    @classmethod
    def from_lives(cls, lives: Iterable[Life], *, as_of: int) -> Self:
        """Follow the leads that were there at an instant."""
        known = tuple(life for life in lives if life.created_at <= as_of)
        created_at = np.array([life.created_at for life in known], np.int64)
        row, at, stage, value = _flatten(known, as_of)
        won_at = _find_first(row, at, stage == _CODES[Stage.CUSTOMER], len(known))
        lost_at = at[stage == _CODES[Stage.LOST]]
        is_told = ~np.isnan(value)
        told_row, told_at, told_value = row[is_told], at[is_told], value[is_told]
        return cls(
            as_of=as_of,
            lives=known,
            created_at=created_at,
            won_at=won_at,
            won_value=_find_won_values(known, won_at, as_of),
            estimate=_keep_last(told_row, told_value, told_at < won_at[told_row], len(known)),
            closed_at=int(min(won_at.min(initial=NEVER), lost_at.min(initial=NEVER))),
            stays=_find_stays(row, at, stage, created_at, won_at),
            fact=np.array([_read_fact(life) for life in known], np.float64),
            told_row=told_row,
            told_at=told_at,
            told_value=told_value,
        )

    def find_standing(self, at: int) -> Standing:
        """Return who was open at an instant, as known then."""
        stays = self.stays
        there = np.flatnonzero((stays.begins_at <= at) & (at < stays.ends_at))
        return Standing(row=stays.row[there], stage=stays.stage[there], begins_at=stays.begins_at[there])

    def find_values(self, at: int) -> Floats:
        """Return the euros last told of each lead by an instant, shape (n,); NaN where nobody had told any."""
        told = _keep_last(self.told_row, self.told_value, self.told_at <= at, len(self.lives))
        return told if at < self.as_of else np.where(np.isnan(told), self.fact, told)

    def list_won(self, begins_at: int, ends_at: int) -> Integers:
        """List the rows of leads first won after one instant and no later than another."""
        return np.flatnonzero((self.won_at > begins_at) & (self.won_at <= ends_at))


def _read_fact(life: Life) -> float:
    told = life.facts.get("value")
    return float(told) if isinstance(told, int | float) and 0 <= told <= MOST_EUROS else np.nan


def _flatten(lives: tuple[Life, ...], as_of: int) -> tuple[Integers, Integers, Integers, Floats]:
    """Return the row, instant, place in `STAGES` and value (else NaN) of each step that is known."""
    row = np.repeat(np.arange(len(lives)), [len(life.steps) for life in lives])
    steps = [step for life in lives for step in life.steps]
    at = np.array([step.at for step in steps], np.int64)
    stage = np.array([_CODES[step.stage] for step in steps], np.int64)
    value = np.array([step.value for step in steps], np.float64)
    known = at <= as_of
    return row[known], at[known], stage[known], value[known]


def _find_first(row: Integers, at: Integers, chosen: NDArray[np.bool_], n: int) -> Integers:
    """Return the earliest of the chosen instants of each row, `NEVER` without one."""
    first = np.full(n, NEVER)
    np.minimum.at(first, row[chosen], at[chosen])
    return first


def _keep_last(row: Integers, value: Floats, chosen: NDArray[np.bool_], n: int) -> Floats:
    """Return the last of the chosen values of each row, NaN without one."""
    # Of several assignments to one place the last stays, and that is the latest.
    last = np.full(n, np.nan)
    last[row[chosen]] = value[chosen]
    return last


def _find_won_values(lives: tuple[Life, ...], won_at: Integers, as_of: int) -> Floats:
    values = np.full(len(lives), np.nan)
    for row in np.flatnonzero(won_at != NEVER):
        closing = find_closing(lives[row], as_of)
        if closing is not None and closing.value is not None:
            values[row] = closing.value
    return values


def _find_stays(row: Integers, at: Integers, stage: Integers, created_at: Integers, won_at: Integers) -> Stays:
    """Find the stretches in open stages before the first win; each lead begins as one, when it was created."""
    n = len(created_at)
    row = np.concatenate([np.arange(n), row])
    order = np.argsort(row, kind="stable")
    row = row[order]
    stage = np.concatenate([np.full(n, _CODES[Stage.LEAD]), stage])[order]
    at = np.maximum(np.concatenate([created_at, at])[order], created_at[row])
    # To be told of the same stage again is no news.
    is_news = np.concatenate([[True], (row[1:] != row[:-1]) | (stage[1:] != stage[:-1])])[: len(row)]
    row, stage, at = row[is_news], stage[is_news], at[is_news]
    follows = np.concatenate([row[1:] == row[:-1], [False]])[: len(row)]
    ends_at = np.minimum(np.where(follows, np.roll(at, -1), NEVER), won_at[row])
    kept = _OPEN[stage] & (at < ends_at)
    return Stays(row=row[kept], stage=stage[kept], begins_at=at[kept], ends_at=ends_at[kept])
