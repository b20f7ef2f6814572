"""The champion on disk: a verified copy of the model in force, all that serving needs.

``champion/<version>/`` holds an artifact, ``champion/current.json`` names the one in force and is replaced in one
step, so a reader sees the old champion or the new one, never half of either.
"""

import json
import os
import shutil
import threading
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
    if not _holds(target, champion):
        _bring_in(artifact, target, champion)
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
        champion = Champion(version=stored["version"], fingerprint=stored["fingerprint"])
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as error:
        raise UnreadableChampion("champion/current.json is damaged: run `hotlead promote` again") from error
    if not (isinstance(champion.version, str) and isinstance(champion.fingerprint, str)):
        raise UnreadableChampion("champion/current.json is damaged: run `hotlead promote` again")
    return champion


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


def _holds(folder: Path, champion: Champion) -> bool:
    """Tell whether a folder holds the champion's artifact, whole."""
    try:
        check_manifest(folder)
    except (DamagedArtifact, MismatchingArtifact):
        return False
    return fingerprint_of(folder) == champion.fingerprint


def _bring_in(artifact: Path, target: Path, champion: Champion) -> None:
    """Copy an artifact beside its place, make it durable, and move it there in one step."""
    shutil.rmtree(target, ignore_errors=True)
    arriving = _name_arriving(target)
    shutil.copytree(artifact, arriving, dirs_exist_ok=True)
    check_manifest(arriving)
    for path in (*arriving.iterdir(), arriving):
        _make_durable(path)
    try:
        arriving.replace(target)
    except OSError:
        # Somebody else has brought it in meanwhile.
        shutil.rmtree(arriving)
        if not _holds(target, champion):
            raise
    _make_durable(target.parent)


def _replace_pointer(pointer: Path, champion: Champion) -> None:
    arriving = _name_arriving(pointer)
    arriving.write_text(json.dumps(asdict(champion)), encoding="utf-8")
    _make_durable(arriving)
    arriving.replace(pointer)
    _make_durable(pointer.parent)


def _name_arriving(path: Path) -> Path:
    """Name a place beside a path that no other process or thread writes to."""
    return path.with_name(f".arriving-{path.name}-{os.getpid()}-{threading.get_ident()}")


def _make_durable(path: Path) -> None:
    """Have a file, or the names in a folder, survive a power cut: what is renamed before that may come up empty."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
