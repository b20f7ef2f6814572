"""Proving: loads a model in a process of its own, so that a file that kills its reader kills nobody we need.

Run as ``python -m serving.proving FOLDER FINGERPRINT``: exit code 0, or 3 and the reason on one line.
"""

import asyncio
import os
import sys
from pathlib import Path

from models.artifact import DamagedArtifact, MismatchingArtifact, fingerprint_of, load_scorer
from models.scorer import LeadScorer

_REFUSED = 3
_PATIENCE_SECONDS = 120.0
_NICENESS = 10


class RefusedArtifact(ValueError):
    """A model failed its proof; it is not put in force."""


async def prove_artifact(folder: Path, fingerprint: str, patience: float = _PATIENCE_SECONDS) -> None:
    """Load a model and compare its golden rows in a fresh process.

    Raises
    ------
    RefusedArtifact
        With the reason: damaged, mismatching, took too long, or killed its reader.
    """
    arguments = (sys.executable, "-m", "serving.proving", str(folder), fingerprint)
    child = await asyncio.create_subprocess_exec(
        *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    try:
        said, _ = await asyncio.wait_for(child.communicate(), patience)
    except TimeoutError:
        raise RefusedArtifact(f"{folder.name} took longer than {patience:g} s to load") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode == _REFUSED:
        raise RefusedArtifact(said.decode("utf-8", "replace").strip())
    if child.returncode:
        raise RefusedArtifact(f"{folder.name} broke the process that read it (code {child.returncode})")


def load_proven(folder: Path, fingerprint: str) -> LeadScorer:
    """Load a model, having checked that it is the one that was named.

    Raises
    ------
    DamagedArtifact, MismatchingArtifact
        If it is another one, or not as it was saved.
    """
    try:
        found = fingerprint_of(folder)
    except OSError as error:
        raise DamagedArtifact(f"{folder.name} holds no readable model: promote it again") from error
    if found != fingerprint:
        raise DamagedArtifact(f"{folder.name} holds another model than the one promoted: promote it again")
    return load_scorer(folder)


def _prove(folder: str, fingerprint: str) -> int:
    os.nice(_NICENESS)
    try:
        load_proven(Path(folder), fingerprint)
    except (DamagedArtifact, MismatchingArtifact) as error:
        print(" ".join(str(error).split()))
        return _REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(_prove(*sys.argv[1:]))
