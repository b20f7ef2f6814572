"""Commitments: what marketing owes sales, and what sales owes marketing."""

import math
from dataclasses import dataclass
from typing import Literal

from agreement.stages import PASSED

BUCKET_NAMES = ("cold", "warm", "hot")
_PER = ("week", "month")


class ImpossibleCommitment(ValueError):
    """Nobody could keep this, or tell whether it was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Marketing's: so many leads of a quality in every week or month.

    Parameters
    ----------
    quality : str
        A stage on the way to a customer that leads first reach (``mql``), or a bucket that a newly handed-over
        lead has (``hot``).
    count : float
        How many, above 0.
    per : {"week", "month"}
        In what time.
    channel : str or None
        Only those of one source.

    Raises
    ------
    ImpossibleCommitment
        If a value is none of those.
    """

    quality: str
    count: float
    per: str = "week"
    channel: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "quality", self.quality.strip().lower())
        if self.quality not in BUCKET_NAMES and self.quality not in PASSED:
            choices = ", ".join([*PASSED, *BUCKET_NAMES])
            raise ImpossibleCommitment(f"quality: use one of {choices}")
        if not 0 < self.count < math.inf:
            raise ImpossibleCommitment("count: promise more than 0 leads")
        if self.per not in _PER:
            raise ImpossibleCommitment(f"per: use one of {', '.join(_PER)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Sales': how soon and how often a lead that was handed over is contacted. All time is working time.

    Parameters
    ----------
    bucket : str
        cold, warm or hot: of the lead as it was handed over.
    first_contact_micros : int
        Microseconds of the owner's working time from the hand-over to the first attempt, above 0.
    attempts : int
        Attempts to reach the lead before it may be given up, at least 1.
    attempts_within_micros : int
        Microseconds of working time from the hand-over to the last of them, above 0; it matters where there are
        several.

    Raises
    ------
    ImpossibleCommitment
        If a value is out of its range.
    """

    bucket: str
    first_contact_micros: int
    attempts: int = 1
    attempts_within_micros: int = 40 * 3_600_000_000

    def __post_init__(self) -> None:
        if self.bucket not in BUCKET_NAMES:
            raise ImpossibleCommitment(f"bucket: use one of {', '.join(BUCKET_NAMES)}")
        if self.attempts < 1:
            raise ImpossibleCommitment("attempts: promise at least 1")
        if self.first_contact_micros <= 0 or self.attempts_within_micros <= 0:
            raise ImpossibleCommitment("first_contact and attempts_within: promise more than no time")
        if self.attempts > 1 and self.first_contact_micros > self.attempts_within_micros:
            raise ImpossibleCommitment("first_contact and attempts_within: the first is no longer than the second")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Sales': marketing hears why a lead was not taken.

    Parameters
    ----------
    within_micros : int
        Microseconds of the owner's working time, above 0: from the hand-over until sales accepts the lead, goes on
        with it, or gives it up with a reason. A loss without a reason is no feedback.

    Raises
    ------
    ImpossibleCommitment
        If it is out of its range.
    """

    within_micros: int

    def __post_init__(self) -> None:
        if self.within_micros <= 0:
            raise ImpossibleCommitment("within: promise more than no time")


Keeping = Literal["met", "breached", "due", "void"]
"""Kept in time · not kept in time · still to be kept · nothing left to keep."""
