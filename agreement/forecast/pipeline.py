"""The pipeline in euros: what stands open, what it is worth, and what of it a period is expected to win."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from agreement.forecast.outlooks import Outlook
from agreement.forecast.tracks import STAGES, Tracks
from agreement.lives import Life


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineShare:
    """Open leads that have something in common.

    Attributes
    ----------
    name : str
        What that is.
    lead_ids : tuple of str
        They.
    valued : int
        How many of them have a value that somebody told.
    euros : float or None
        What all of them are worth: as told, else the average won value; None where nobody can say.
    wins : float
        How many the window is expected to win.
    expected : float or None
        The euros of these wins.
    """

    name: str
    lead_ids: tuple[str, ...]
    valued: int
    euros: float | None
    wins: float
    expected: float | None


def divide_pipeline(outlook: Outlook, tracks: Tracks, name: Callable[[Life], str]) -> list[PipelineShare]:
    """Divide the open leads of an outlook by a name of each, the largest expectation first."""
    names = np.array([name(tracks.lives[row]) for row in outlook.standing.row], dtype=object)
    return _divide(outlook, tracks, names)


def divide_by_stage(outlook: Outlook, tracks: Tracks) -> list[PipelineShare]:
    """Divide the open leads of an outlook by the stage in which they stood then, in the order of the way."""
    names = np.array([stage.value for stage in STAGES], dtype=object)[outlook.standing.stage]
    places = {stage.value: place for place, stage in enumerate(STAGES)}
    return sorted(_divide(outlook, tracks, names), key=lambda share: places[share.name])


def _divide(
    outlook: Outlook, tracks: Tracks, names: np.ndarray[tuple[int], np.dtype[np.object_]]
) -> list[PipelineShare]:
    found, place = np.unique(names.astype(str), return_inverse=True)
    shares = [_sum_up(outlook, tracks, str(each), np.flatnonzero(place == n)) for n, each in enumerate(found)]
    return sorted(shares, key=lambda share: (-share.wins, share.name))


def _sum_up(
    outlook: Outlook, tracks: Tracks, name: str, chosen: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> PipelineShare:
    euros, expected = float(outlook.euros[chosen].sum()), float(outlook.expected[chosen].sum())
    return PipelineShare(
        name=name,
        lead_ids=tuple(tracks.lives[row].lead_id for row in outlook.standing.row[chosen]),
        valued=int(np.count_nonzero(~np.isnan(outlook.prospects.told[chosen]))),
        euros=None if math.isnan(euros) else euros,
        wins=float(outlook.chances[chosen].sum()),
        expected=None if math.isnan(expected) else expected,
    )
