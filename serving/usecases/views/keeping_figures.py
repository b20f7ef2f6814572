"""Keeping figures: what took long to compute is shown again for a while, so that nobody waits for it twice."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic

from serving.usecases.views.figures import Figures

Key = tuple[str, str, str, str, tuple[tuple[str, str], ...]]

_MOST = 32
# What was computed in a blink is computed again: then it is never late.
_LEAST_SECONDS = 0.1
_TIMES_ITS_COST = 10.0
_LONGEST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Kept:
    figures: Figures
    until: float


class KeptFigures:
    """Figures that were computed lately, for ten times as long as they took, a minute at most.

    So a process spends no more than a tenth of its time on the same question, however many look at it. Figures
    carry the moment that they speak of.

    Parameters
    ----------
    timer
        Returns seconds that only grow.
    """

    def __init__(self, timer: Callable[[], float] = monotonic) -> None:
        self._timer, self._guard = timer, threading.Lock()
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()

    def find(self, key: Key) -> Figures | None:
        """Find figures that may still be shown."""
        with self._guard:
            kept = self._kept.get(key)
        return kept.figures if kept is not None and self._timer() < kept.until else None

    def look(self, key: Key, compute: Callable[[], Figures]) -> Figures:
        """Return figures that may still be shown, or compute them."""
        found = self.find(key)
        if found is not None:
            return found
        began = self._timer()
        figures = compute()
        self._keep(key, figures, cost=self._timer() - began)
        return figures

    def _keep(self, key: Key, figures: Figures, *, cost: float) -> None:
        if cost < _LEAST_SECONDS:
            return
        until = self._timer() + min(_LONGEST_SECONDS, _TIMES_ITS_COST * cost)
        with self._guard:
            self._kept[key] = _Kept(figures, until)
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)


def name_question(
    view: str, period: str, *, terms_version: str, model_version: str, options: Mapping[str, str]
) -> Key:
    """Return what tells a question from others."""
    return view, period, terms_version, model_version, tuple(sorted(options.items()))
