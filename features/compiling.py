"""Compiling the walks to machine code, kept on disk from one process to the next."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit
from numba.core.caching import FunctionCache

# What compiled code takes functions and numbers from. numba itself looks only at the file a function stands in, and
# would go on with yesterday's code after a change to another.
_SOURCES = ("compiling", "event_feature", "kernels", "ordering", "plan", "prefetching", "times")


def _fingerprint_sources() -> str:
    folder = Path(__file__).parent
    content = b"".join((folder / f"{name}.py").read_bytes() for name in _SOURCES)
    return hashlib.sha256(content).hexdigest()


_FINGERPRINT = _fingerprint_sources()


class _SourceCache(FunctionCache):
    """Keeps compiled code as long as none of the sources has changed."""

    def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
        return (*super()._index_key(sig, codegen), _FINGERPRINT)


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function at its first call; it runs without the interpreter lock and divides as numpy does."""
    dispatcher = njit(nogil=True, error_model="numpy")(function)
    dispatcher._cache = _SourceCache(function)
    return dispatcher
