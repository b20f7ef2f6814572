"""Findings: what a scorer's one test showed, in the points of the curves that people look at.

They travel inside the artifact as ``findings.json`` and hold counts and shares alone, nothing of a single lead.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

FINDINGS = "findings.json"


class UnreadableFindings(ValueError):
    """The file is there and holds no findings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """One of ten groups of equal size by probability.

    `predicted` and `seen` are shares in [0, 1], `lower` and `upper` the 95 % interval of what was seen; `count`
    rows lie in it.
    """

    predicted: float
    seen: float
    lower: float
    upper: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GainsCurve:
    """The share of wins among the best-rated 0, 1, … 100 % of leads; empty where nobody won."""

    model: str
    captured: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBin:
    """Test rows whose probability lies in ``[begins, ends)``: how many were won, and how many not."""

    begins: float
    ends: float
    won: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TurningPoint:
    """What a hot threshold would have done in the weeks before the test, leads scored after each of their events.

    Thresholds are tried on these, so that the test is looked at once.

    Attributes
    ----------
    threshold
        A probability in [0, 1].
    leads, won
        Leads that reached it, each counted once, and those among them that were won within the horizon from then.
    weeks
        For each whole week of the period how many leads reached it for the first time.
    """

    threshold: float
    leads: int
    won: int
    weeks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A family of features and its mean absolute part of the log-odds."""

    name: str
    importance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A model on the test rows; intervals are of 95 %.

    `difference` is its log loss less that of the model the row is about, above zero where it is worse; None stands
    for what cannot be measured.
    """

    model: str
    log_loss: float
    brier: float
    average_precision: float | None
    auc: float | None
    auc_lower: float | None
    auc_upper: float | None
    calibration_error: float
    lift_at_10: float | None
    difference: float
    difference_lower: float
    difference_upper: float
    n: int
    positives: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of the rows and what it was used for; `start` and `end` are None where rows have no dates."""

    name: str
    rows: int
    positives: int
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was measured of a scorer, once, on rows it had not seen."""

    measured: tuple[Measured, ...]
    reliability: tuple[ReliabilityBin, ...]
    gains: tuple[GainsCurve, ...]
    distribution: tuple[ScoreBin, ...]
    turning_points: tuple[TurningPoint, ...]
    drivers: tuple[Driver, ...]
    stretches: tuple[Stretch, ...]


def write_findings(findings: Findings, path: Path) -> None:
    """Write findings as JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(findings), indent=1))


def find_findings(path: Path) -> Findings | None:
    """Find findings, None where there is no such file: older trainings left none.

    Raises
    ------
    UnreadableFindings
        If the file is something else.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Findings)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise UnreadableFindings(f"{path.name} holds no findings that this version reads: train anew") from error
