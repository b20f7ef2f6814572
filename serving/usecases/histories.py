"""Histories: leads' events as arrays, remembered from one transaction to the next and never trusted blindly.

A lead's row names the batch of its last event. A history remembered under that number is the one in the store,
whoever wrote it; under any other number it is read anew.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from features.feature_set import FeatureSet
from features.tables import LARGEST_AMOUNT
from serving.store.events import read_histories

# An event takes some thirty bytes.
MOST_EVENTS = 2_000_000
_PROPERTIES = msgspec.json.Decoder(dict[str, Any])

Happening = tuple[bytes, str, int, str | None]
"""An event's key, type, occurred_at and properties."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A lead's events, in the order of time and then of keys, so that sums come out the same in any order told.

    Attributes
    ----------
    type
        Shape (n,), int32 positions in the feature set's types; the one behind them stands for all others.
    occurred_at
        Shape (n,), int64 microseconds.
    tie
        Shape (n,), uint64, the first eight bytes of the keys.
    amounts
        Shape (number of quantities, n), NaN where an event lacks one.
    """

    type: NDArray[np.int32]
    occurred_at: NDArray[np.int64]
    tie: NDArray[np.uint64]
    amounts: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.occurred_at)

    def joined_by(self, other: "History") -> "History":
        """Return both histories as one."""
        return _order(
            np.concatenate([self.type, other.type]),
            np.concatenate([self.occurred_at, other.occurred_at]),
            np.concatenate([self.tie, other.tie]),
            np.concatenate([self.amounts, other.amounts], axis=1),
        )


class Histories:
    """What is remembered for one feature set; any thread may ask.

    Parameters
    ----------
    feature_set
        Its types and quantities are all that is kept of an event.
    most_events
        The histories asked for longest ago are forgotten beyond this many events.
    """

    def __init__(self, feature_set: FeatureSet, most_events: int = MOST_EVENTS) -> None:
        self.feature_set = feature_set
        self._most = most_events
        self._guard = threading.Lock()
        self._kept: OrderedDict[str, tuple[int, History]] = OrderedDict()
        self._n_events = 0

    def find(self, lead_id: str, seq: int) -> History | None:
        """Find a history as of a batch."""
        with self._guard:
            found = self._kept.get(lead_id)
            if found is None or found[0] != seq:
                return None
            self._kept.move_to_end(lead_id)
            return found[1]

    def keep(self, histories: Mapping[str, tuple[int, History]]) -> None:
        """Remember histories of committed transactions; the numbers of others are given again."""
        with self._guard:
            for lead_id, (seq, history) in histories.items():
                before = self._kept.pop(lead_id, None)
                self._n_events += len(history) + 1 - (len(before[1]) + 1 if before else 0)
                self._kept[lead_id] = seq, history
            while self._n_events > self._most and self._kept:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._n_events -= len(dropped) + 1

    def build(self, happenings: Sequence[Happening]) -> History:
        """Build a history from events."""
        codes, others = self.feature_set.type_codes, len(self.feature_set.types)
        return _order(
            np.array([codes.get(kind, others) for _, kind, _, _ in happenings], np.int32),
            np.array([occurred_at for _, _, occurred_at, _ in happenings], np.int64),
            np.array([int.from_bytes(key[:8], "big") for key, _, _, _ in happenings], np.uint64),
            self._read_amounts([properties for _, _, _, properties in happenings]),
        )

    def read(
        self, connection: Connection, lead_ids: Iterable[str], *, by_seq: int | None = None
    ) -> dict[str, History]:
        """Read histories from the store; leads without events get an empty one."""
        told: dict[str, list[Happening]] = {lead_id: [] for lead_id in lead_ids}
        for lead_id, *happening in read_histories(connection, told, by_seq=by_seq):
            told[lead_id].append(tuple(happening))  # type: ignore[arg-type]
        return {lead_id: self.build(happenings) for lead_id, happenings in told.items()}

    def _read_amounts(self, told: Sequence[str | None]) -> NDArray[np.float64]:
        quantities = self.feature_set.quantities
        amounts = np.full((len(quantities), len(told)), np.nan)
        if quantities:
            for position, text in enumerate(told):
                if text is not None:
                    _fill_amounts(amounts[:, position], _PROPERTIES.decode(text), quantities)
        return amounts


@dataclass(slots=True)
class Reading:
    """One transaction's view of the histories; what it learnt is kept once it is committed."""

    histories: Histories
    learnt: dict[str, tuple[int, History]]

    @classmethod
    def of(cls, histories: Histories) -> "Reading":
        """Begin a view."""
        return cls(histories, {})

    def get(self, connection: Connection, seqs: Mapping[str, int]) -> dict[str, History]:
        """Get the histories of leads, each as of the batch of its last event."""
        found = {lead_id: self._find(lead_id, seq) for lead_id, seq in seqs.items()}
        missing = [lead_id for lead_id, history in found.items() if history is None]
        read = self.histories.read(connection, missing) if missing else {}
        self.learnt.update({lead_id: (seqs[lead_id], history) for lead_id, history in read.items()})
        return {lead_id: read[lead_id] if history is None else history for lead_id, history in found.items()}

    def extend(self, lead_id: str, *, before: int, seq: int, happenings: Sequence[Happening]) -> None:
        """Add what a batch brought to a history that is remembered; others are read when they are asked for."""
        known = self._find(lead_id, before)
        if known is not None:
            self.learnt[lead_id] = seq, known.joined_by(self.histories.build(happenings))

    def keep(self) -> None:
        """Keep what was learnt, after the commit."""
        self.histories.keep(self.learnt)

    def _find(self, lead_id: str, seq: int) -> History | None:
        learnt = self.learnt.get(lead_id)
        if learnt is not None and learnt[0] == seq:
            return learnt[1]
        return self.histories.find(lead_id, seq)


def _order(
    types: NDArray[np.int32], occurred_at: NDArray[np.int64], tie: NDArray[np.uint64], amounts: NDArray[np.float64]
) -> History:
    if len(occurred_at) > 1:
        order = np.lexsort((tie, occurred_at))
        types, occurred_at, tie, amounts = types[order], occurred_at[order], tie[order], amounts[:, order]
    return History(type=types, occurred_at=occurred_at, tie=tie, amounts=amounts)


def _fill_amounts(column: NDArray[np.float64], told: Mapping[str, Any], quantities: Sequence[str]) -> None:
    for row, quantity in enumerate(quantities):
        amount = told.get(quantity)
        if isinstance(amount, int | float) and not isinstance(amount, bool):
            # Clipped while it is what was told: an integer of 400 digits is no float.
            column[row] = float(min(max(amount, -LARGEST_AMOUNT), LARGEST_AMOUNT))
