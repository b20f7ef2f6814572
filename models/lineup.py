"""The line-up: the versions that the registry held when somebody last looked, for whoever cannot ask the registry.

``lineup/versions.json`` in the home names them, ``lineup/<fingerprint>.json`` holds what the test of each showed.
Training, promoting and going back write it; serving reads it, and needs neither MLflow nor its server.
"""

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from models.artifact import read_facts
from models.decision import Decision
from models.findings import Findings, find_findings


class UnreadableLineup(ValueError):
    """The file is there and is no line-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """What an artifact says of itself.

    Attributes
    ----------
    fingerprint
        The SHA-256 of its manifest.
    feature_set
        The fingerprint of its features; `features` is how many there are.
    warm, hot
        Its thresholds, probabilities.
    about
        What its training noted.
    libraries
        Versions of the libraries that it was fitted with.
    """

    fingerprint: str
    feature_set: str
    features: int
    calibrator: str
    warm: float
    hot: float
    about: Mapping[str, Any] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVersion:
    """A registered version; `facts` are None where its files are gone."""

    number: str
    run_id: str
    registered_at: datetime
    aliases: tuple[str, ...] = ()
    replaced: str | None = None
    decision: Decision | None = None
    facts: ModelFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineup:
    """The versions, the newest first, as of a moment."""

    looked_at: datetime
    versions: tuple[KnownVersion, ...] = ()

    def find(self, number: str) -> KnownVersion | None:
        """Find a version by its number."""
        return next((version for version in self.versions if version.number == number), None)

    def find_alias(self, alias: str) -> KnownVersion | None:
        """Find a version by its alias."""
        return next((version for version in self.versions if alias in version.aliases), None)


def read_model_facts(artifact: Path) -> ModelFacts:
    """Read what an artifact says of itself; nothing is loaded that could score.

    Raises
    ------
    DamagedArtifact, MismatchingArtifact
        If it is damaged, or of a kind that this version does not read.
    """
    fingerprint, stored = read_facts(artifact)
    return ModelFacts(
        fingerprint=fingerprint,
        feature_set=stored["fingerprint"],
        features=len(stored["feature_set"]["features"]),
        calibrator=stored["calibrator"]["method"],
        warm=stored["thresholds"]["warm"],
        hot=stored["thresholds"]["hot"],
        about=stored["about"],
        libraries=stored["libraries"],
    )


def find_lineup(home: Path) -> Lineup | None:
    """Find the line-up of a home, None where nobody has looked yet.

    Raises
    ------
    UnreadableLineup
        If the file is something else.
    """
    try:
        return msgspec.json.decode((home / "lineup" / "versions.json").read_bytes(), type=Lineup)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise UnreadableLineup("lineup/versions.json cannot be read: look at the registry again") from error


def write_lineup(lineup: Lineup, home: Path) -> None:
    """Write the line-up; whoever reads meanwhile sees the old one or the new one."""
    folder = home / "lineup"
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / "versions.json", msgspec.json.format(msgspec.json.encode(lineup), indent=1))


def keep_findings(found: Path, fingerprint: str, home: Path) -> None:
    """Keep a copy of what a version's test showed, where its artifact has it."""
    if found.is_file():
        place = locate_findings(fingerprint, home)
        place.parent.mkdir(parents=True, exist_ok=True)
        _replace(place, found.read_bytes())


def find_kept_findings(fingerprint: str, home: Path) -> Findings | None:
    """Find what the test of a version showed, None where nothing was kept.

    Raises
    ------
    UnreadableFindings
        If the file is something else.
    """
    return find_findings(locate_findings(fingerprint, home))


def locate_findings(fingerprint: str, home: Path) -> Path:
    """Return where the findings of a version lie in a home."""
    return home / "lineup" / f"{fingerprint[:12]}.json"


def _replace(path: Path, content: bytes) -> None:
    arriving = path.with_name(f".arriving-{path.name}-{os.getpid()}-{threading.get_ident()}")
    arriving.write_bytes(content)
    arriving.replace(path)
