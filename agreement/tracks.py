"""Tracks: the ways of leads as arrays, as known at an instant. All instants are microseconds since 1970 in UTC."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from agreement.closings import find_closing
from agreement.lives import Life, Step
from agreement.passages import NEVER
from agreement.stages import IS_OPEN, Stage

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

STAGES = tuple(Stage)
_CODES = {stage: code for code, stage in enumerate(STAGES)}


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
    stays : ndarray of int64, shape (m, 4)
        Stretches in an open stage: row, place in `STAGES`, first instant, instant after the last.
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
    stays: Integers
    told_row: Integers
    told_at: Integers
    told_value: Floats

    @classmethod
    def from_lives(cls, lives: Iterable[Life], *, as_of: int) -> Self:
        """Follow the leads that were there at an instant."""
        known = tuple(life for life in lives if life.created_at <= as_of)
        steps = [[step for step in life.steps if step.at <= as_of] for life in known]
        wins = [_find_win(life, its, as_of) for life, its in zip(known, steps, strict=True)]
        won_at = np.array([win[0] for win in wins], np.int64)
        lost = (step.at for its in steps for step in its if step.stage == Stage.LOST)
        told = [
            (row, step.at, step.value) for row, its in enumerate(steps) for step in its if step.value is not None
        ]
        stays = [
            stay
            for row, (life, its) in enumerate(zip(known, steps, strict=True))
            for stay in _list_stays(row, life.created_at, its, wins[row][0])
        ]
        return cls(
            as_of=as_of,
            lives=known,
            created_at=np.array([life.created_at for life in known], np.int64),
            won_at=won_at,
            won_value=np.array([win[1] for win in wins], np.float64),
            estimate=np.array([win[2] for win in wins], np.float64),
            closed_at=min(int(won_at.min(initial=NEVER)), min(lost, default=NEVER)),
            stays=np.array(stays, np.int64).reshape(-1, 4),
            told_row=np.array([row for row, _, _ in told], np.int64),
            told_at=np.array([at for _, at, _ in told], np.int64),
            told_value=np.array([value for _, _, value in told], np.float64),
        )

    def find_standing(self, at: int) -> Standing:
        """Return who was open at an instant, as known then."""
        row, stage, begins_at, ends_at = self.stays.T
        there = np.flatnonzero((begins_at <= at) & (at < ends_at))
        return Standing(row=row[there], stage=stage[there], begins_at=begins_at[there])

    def find_values(self, at: int) -> Floats:
        """Return the euros last told of each lead by an instant, shape (n,); NaN where nobody had told any."""
        found = np.full(len(self.lives), np.nan)
        known = self.told_at <= at
        # Of several assignments to one place the last stays, and that is the latest.
        found[self.told_row[known]] = self.told_value[known]
        return found

    def list_won(self, begins_at: int, ends_at: int) -> Integers:
        """List the rows of leads first won after one instant and no later than another."""
        return np.flatnonzero((self.won_at > begins_at) & (self.won_at <= ends_at))


def _find_win(life: Life, steps: list[Step], as_of: int) -> tuple[int, float, float]:
    """Return when it was won, for how much, and how much had been told before."""
    if not any(step.stage == Stage.CUSTOMER for step in steps):
        return NEVER, np.nan, np.nan
    closing = find_closing(life, as_of)
    assert closing is not None
    before = [step.value for step in steps if step.at < closing.at and step.value is not None]
    return closing.at, np.nan if closing.value is None else closing.value, before[-1] if before else np.nan


def _list_stays(row: int, created_at: int, steps: list[Step], won_at: int) -> Iterator[tuple[int, int, int, int]]:
    stage, begins_at = Stage.LEAD, created_at
    for step in steps:
        if step.at >= won_at:
            break
        if step.stage == stage:
            continue
        if stage in IS_OPEN and begins_at < step.at:
            yield row, _CODES[stage], begins_at, step.at
        stage, begins_at = step.stage, max(step.at, created_at)
    if stage in IS_OPEN and begins_at < won_at:
        yield row, _CODES[stage], begins_at, won_at
