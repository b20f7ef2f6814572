"""Remembering: what takes long to compute and changes slowly is computed once in a while, and by one at a time."""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from features.times import SECOND

_T = TypeVar("_T")
KEPT_FOR = 600 * SECOND
"""Microseconds after which it is computed anew."""


class Remembered(Generic[_T]):
    """One answer by what it was asked about; a new question takes the old one's place."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._key: Hashable = None
        self._at = 0
        self._found: _T | None = None

    def get(self, key: Hashable, now: int, compute: Callable[[], _T]) -> _T:
        """Get the answer, computed now or some minutes ago."""
        with self._guard:
            if self._found is None or key != self._key or not 0 <= now - self._at < KEPT_FOR:
                self._found, self._key, self._at = compute(), key, now
            return self._found
