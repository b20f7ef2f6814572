"""Proofs: which models have stood their proof here before, so that a restart need not wait for it again.

A proof is of one fingerprint under one set of libraries. Hashes and golden rows are checked at every load all the
same; what a restart is spared is the process that a model might have killed, and did not.
"""

import contextlib
import os
import platform
import sys
from functools import cache
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path


def has_proof(folder: Path, fingerprint: str) -> bool:
    """Tell whether a model was put in force here before, by the very same libraries."""
    try:
        return _name_proof(folder).read_text("utf-8") == _write_proof(fingerprint)
    except (OSError, UnicodeError):
        return False


def record_proof(folder: Path, fingerprint: str) -> None:
    """Record that a model was proven and loaded; where that cannot be written, the next start proves it again."""
    proof = _name_proof(folder)
    arriving = proof.with_name(f"{proof.name}-{os.getpid()}")
    with contextlib.suppress(OSError):
        arriving.write_text(_write_proof(fingerprint), "utf-8")
        arriving.replace(proof)


def _name_proof(folder: Path) -> Path:
    return folder.with_name(f".proven-{folder.name}")


def _write_proof(fingerprint: str) -> str:
    return f"{fingerprint}\n{_digest_libraries()}\n"


@cache
def _digest_libraries() -> str:
    """Return a digest of all that could make a proof of yesterday worthless: interpreter, machine, libraries."""
    installed = sorted(f"{found.name}=={found.version}" for found in distributions())
    return sha256("\n".join([sys.version, platform.machine(), *installed]).encode()).hexdigest()
