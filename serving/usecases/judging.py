"""Judging: the model in force beside the one that wants to be, as their trainings and the registry tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection

from agreement.counting.predictions import MonthOfPredictions, Prediction, compare_predictions
from features.times import DAY
from models.artifact import DamagedArtifact, MismatchingArtifact
from models.champion import Champion
from models.decision import Decision
from models.findings import FINDINGS, Findings, UnreadableFindings, find_findings
from models.lineup import (
    KnownVersion,
    Lineup,
    ModelFacts,
    UnreadableLineup,
    find_kept_findings,
    find_lineup,
    read_model_facts,
)
from serving.championing import ScorerInForce
from serving.store.chronicle import read_lives
from serving.store.past_scores import list_published


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A model as far as it is known here.

    Attributes
    ----------
    facts, findings
        What its artifact says, and what its test showed; None where nothing is kept of it.
    decision, replaced
        Why it was put in force, and which version it took the place of.
    """

    number: str
    facts: ModelFacts | None = None
    findings: Findings | None = None
    registered_at: datetime | None = None
    decision: Decision | None = None
    replaced: str | None = None

    @property
    def withheld(self) -> str | None:
        """Return why it publishes no probabilities, None where it does."""
        about = {} if self.facts is None else self.facts.about
        if about.get("publishes_probability", True):
            return None
        return str(about.get("probability_withheld", "its probabilities missed their bound on later leads"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rivals:
    """Who is in force, who wants to be, and all that the registry had when somebody last looked.

    `trouble` says what cannot be read, None where all can.
    """

    champion: Judged | None
    challenger: Judged | None
    versions: Sequence[KnownVersion] = ()
    looked_at: datetime | None = None
    trouble: str | None = None

    def find(self, number: str) -> KnownVersion | None:
        """Find a registered version by its number."""
        return next((version for version in self.versions if version.number == number), None)


def gather_rivals(home: Path, in_force: ScorerInForce | None) -> Rivals:
    """Gather the champion and the challenger of a home.

    The champion is the model that this process scores by, whatever the registry calls so. The challenger is who the
    registry calls so, and at most a promotion behind.
    """
    lineup, trouble = _read_lineup(home)
    versions = () if lineup is None else lineup.versions
    champion = None if in_force is None else _judge_champion(home, in_force.champion, lineup)
    named = None if lineup is None else lineup.find_alias("challenger")
    if named is not None and champion is not None and named.number == champion.number:
        named = None
    return Rivals(
        champion=champion,
        challenger=None if named is None else judge_version(home, named),
        versions=versions,
        looked_at=None if lineup is None else lineup.looked_at,
        trouble=trouble,
    )


def judge_version(home: Path, version: KnownVersion) -> Judged:
    """Judge a version of the registry."""
    return Judged(
        number=version.number,
        facts=version.facts,
        findings=None if version.facts is None else _find_kept(home, version.facts.fingerprint),
        registered_at=version.registered_at,
        decision=version.decision,
        replaced=version.replaced,
    )


def find_horizon(in_force: ScorerInForce | None) -> int | None:
    """Find the days in which a win counts for the model in force; None where it has none, or there is no model."""
    days = None if in_force is None else in_force.scorer.about_.get("horizon_days")
    return days if isinstance(days, int) and days > 0 else None


def compare_months(connection: Connection, *, horizon_days: int, now: int, zone: str) -> list[MonthOfPredictions]:
    """Compare published probabilities with wins, month by month, where the horizon is over.

    Each is of the model that was in force then, read from the ledger as it was given: nothing is scored anew.
    """
    horizon = horizon_days * DAY
    entries = list_published(connection, until=now - horizon)
    said = [Prediction(lead_id=lead_id, at=at, probability=probability) for lead_id, at, probability in entries]
    lives = {life.lead_id: life for life in read_lives(connection)} if said else {}
    return compare_predictions(said, lives, horizon=horizon, now=now, zone=zone)


def _read_lineup(home: Path) -> tuple[Lineup | None, str | None]:
    try:
        return find_lineup(home), None
    except UnreadableLineup as error:
        return None, str(error)


def _judge_champion(home: Path, champion: Champion, lineup: Lineup | None) -> Judged:
    known = None if lineup is None else lineup.find(champion.version)
    facts, findings = _read_champion(champion.folder(home), champion.fingerprint)
    is_same = known is not None and (known.facts is None or known.facts.fingerprint == champion.fingerprint)
    if known is None or not is_same:
        return Judged(number=champion.version, facts=facts, findings=findings)
    return Judged(
        number=champion.version,
        facts=facts,
        findings=findings,
        registered_at=known.registered_at,
        decision=known.decision,
        replaced=known.replaced,
    )


@lru_cache(maxsize=8)
def _read_champion(folder: Path, fingerprint: str) -> tuple[ModelFacts | None, Findings | None]:
    """Read what lies beside the champion; the same fingerprint always has the same."""
    try:
        return read_model_facts(folder), find_findings(folder / FINDINGS)
    except (DamagedArtifact, MismatchingArtifact, UnreadableFindings, OSError):
        return None, None


def _find_kept(home: Path, fingerprint: str) -> Findings | None:
    try:
        return find_kept_findings(fingerprint, home)
    except UnreadableFindings:
        return None
