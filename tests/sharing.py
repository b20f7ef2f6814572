"""Sharing: what is costly to make is made once a run, by whichever process of it comes first."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def share(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that the first process to ask for it makes; the others wait, and copy what they change.

    Parameters
    ----------
    make
        Fills the folder, which is not there yet.
    """
    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, done = shared / name, shared / f"{name}.done"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            # Whoever tried before us may have failed half-way.
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            done.touch()
    return folder
