"""Line-ups: the registry's versions written down, so that others can read them without asking the registry."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from models.artifact import DamagedArtifact, MismatchingArtifact
from models.findings import FINDINGS
from models.lineup import (
    KnownVersion,
    Lineup,
    ModelFacts,
    UnreadableLineup,
    find_lineup,
    keep_findings,
    locate_findings,
    read_model_facts,
    write_lineup,
)
from models.registry.versions import MissingFiles, Registry, Version

# Older ones can still be promoted by their number.
MOST_VERSIONS = 20


def record_lineup(registry: Registry, home: Path, now: datetime) -> Lineup:
    """Look at the latest versions of a registry, and write down what they are into a home.

    Files of a version are fetched once: they never change.

    Raises
    ------
    RegistryUnavailable
        If the registry does not answer.
    """
    known = _list_known(home)
    found = registry.list_versions()
    latest = [version for place, version in enumerate(found) if place < MOST_VERSIONS or version.aliases]
    lineup = Lineup(looked_at=now, versions=tuple(_look_at(registry, home, version, known) for version in latest))
    write_lineup(lineup, home)
    return lineup


def _list_known(home: Path) -> Mapping[tuple[str, str], KnownVersion]:
    try:
        lineup = find_lineup(home)
    except UnreadableLineup:
        lineup = None
    return {(each.number, each.run_id): each for each in lineup.versions} if lineup else {}


def _look_at(
    registry: Registry, home: Path, version: Version, known: Mapping[tuple[str, str], KnownVersion]
) -> KnownVersion:
    before = known.get((version.number, version.run_id))
    fresh = KnownVersion(
        number=version.number,
        run_id=version.run_id,
        registered_at=version.registered_at,
        aliases=version.aliases,
        replaced=version.replaced,
        decision=version.decision,
    )
    is_same = before is not None and before.facts is not None and before.registered_at == version.registered_at
    if is_same and before is not None and before.facts is not None:
        return replace(fresh, facts=before.facts)
    return replace(fresh, facts=_fetch_facts(registry, home, version.number))


def _fetch_facts(registry: Registry, home: Path, number: str) -> ModelFacts | None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            artifact = registry.download(number, Path(folder))
            facts = read_model_facts(artifact)
        except (MissingFiles, DamagedArtifact, MismatchingArtifact):
            return None
        if not locate_findings(facts.fingerprint, home).is_file():
            keep_findings(artifact / FINDINGS, facts.fingerprint, home)
        return facts
