"""The champion on disk: a verified copy of the model in force, all that serving needs.

``champion/<version>/`` holds an artifact, ``champion/current.json`` names the one in force and is replaced in one
step, so a reader sees the old champion or the new one, never half of either.
"""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from models.artifact import DamagedArtifact, MismatchingArtifact, check_manifest, fingerprint_of

_POINTER = "current.json"


class NoChampion(LookupError):
    """No model is in force yet."""


class UnreadableChampion(ValueError):
    """The file that names the champion cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Champion:
    """Which model is in force: its registry version and its artifact's fingerprint."""

    version: str
    fingerprint: str

    def folder(self, home: Path) -> Path:
        """Return where its artifact lies under the product's home."""
        return home / "champion" / f"{self.version}-{self.fingerprint[:12]}"


def publish_champion(artifact: Path, version: str, home: Path) -> Champion:
    """Copy an artifact into the home and put it in force.

    Raises
    ------
    DamagedArtifact
        If the artifact does not match its manifest; the champion in force stays.
    """
    check_manifest(artifact)
    champion = Champion(version=version, fingerprint=fingerprint_of(artifact))
    target = champion.folder(home)
    if not _is_whole(target):
        shutil.rmtree(target, ignore_errors=True)
        arriving = target.with_name(f".arriving-{target.name}-{os.getpid()}")
        shutil.copytree(artifact, arriving, dirs_exist_ok=True)
        check_manifest(arriving)
        arriving.replace(target)
    _replace_pointer(home / "champion" / _POINTER, champion)
    return champion


def find_champion(home: Path) -> Champion | None:
    """Find the model in force, None where there is none yet.

    Raises
    ------
    UnreadableChampion
        If the file that names it is damaged.
    """
    try:
        stored = json.loads((home / "champion" / _POINTER).read_bytes())
        return Champion(**stored)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise UnreadableChampion("champion/current.json is damaged: run `hotlead promote` again") from error


def get_champion(home: Path) -> Champion:
    """Get the model in force.

    Raises
    ------
    NoChampion
        If there is none yet.
    """
    champion = find_champion(home)
    if champion is None:
        raise NoChampion("no model is in force: run `hotlead train`, then `hotlead promote`")
    return champion


def _is_whole(artifact: Path) -> bool:
    try:
        check_manifest(artifact)
    except (DamagedArtifact, MismatchingArtifact):
        return False
    return True


def _replace_pointer(pointer: Path, champion: Champion) -> None:
    arriving = pointer.with_name(f".{pointer.name}-{os.getpid()}")
    with arriving.open("w", encoding="utf-8") as file:
        json.dump(asdict(champion), file)
        file.flush()
        os.fsync(file.fileno())
    arriving.replace(pointer)
