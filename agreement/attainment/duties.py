"""Duties: how often sales did in time what it owed the leads that were handed over.

A timer belongs to the period in which it falls due. It is judged under the terms that it was started by.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from agreement.calendar.periods import Period
from agreement.commitments import Keeping
from agreement.counting.rates import Rate
from agreement.timers import Timer

LeadTimer = tuple[str, Timer]
"""The id of a lead, and one of its timers."""

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Leads by how a duty to them stands, one entry a timer: kept, not kept, still due, nothing left to keep."""

    met: tuple[str, ...] = ()
    breached: tuple[str, ...] = ()
    due: tuple[str, ...] = ()
    void: tuple[str, ...] = ()

    @property
    def rate(self) -> Rate:
        """Return the share that was kept of all that were decided."""
        return Rate(count=len(self.met), of=len(self.met) + len(self.breached))

    @property
    def n_timers(self) -> int:
        """Return how many timers there are, decided or not."""
        return len(self.met) + len(self.breached) + len(self.due) + len(self.void)

    @property
    def is_kept(self) -> bool | None:
        """Return whether all were kept; None where none was decided."""
        return None if not self.rate.of else not self.breached

    @property
    def lead_ids(self) -> tuple[str, ...]:
        """Return the leads, each once, those first to whom the duty was not kept."""
        return tuple(dict.fromkeys((*self.breached, *self.due, *self.void, *self.met)))


def order_by_due(timers: Iterable[LeadTimer], as_of: int) -> list[LeadTimer]:
    """Return the timers that had started by an instant, in the order in which they fall due."""
    known = [(lead_id, timer) for lead_id, timer in timers if timer.started_at <= as_of]
    return sorted(known, key=_get_due)


def choose_due(ordered: Sequence[LeadTimer], period: Period) -> Sequence[LeadTimer]:
    """Return those of ordered timers that fall due within a period."""
    first = bisect_left(ordered, period.begins_at, key=_get_due)
    return ordered[first : bisect_left(ordered, period.ends_at, key=_get_due)]


def tally(timers: Iterable[LeadTimer], as_of: int) -> Tally:
    """Return how timers stand at an instant."""
    return tally_by(timers, as_of, lambda timer: None).get(None, Tally())


def tally_by(timers: Iterable[LeadTimer], as_of: int, choose_key: Callable[[Timer], _Key]) -> Mapping[_Key, Tally]:
    """Return how timers stand at an instant, by a key of each."""
    listed: dict[_Key, dict[Keeping, list[str]]] = {}
    for lead_id, timer in timers:
        of_key = listed.setdefault(choose_key(timer), {})
        of_key.setdefault(timer.judge(as_of), []).append(lead_id)
    return {key: Tally(**{keeping: tuple(ids) for keeping, ids in found.items()}) for key, found in listed.items()}


def _get_due(each: LeadTimer) -> int:
    return each[1].due_at
