"""The score ledger as arrays: which probability each lead had been given by an instant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLedger:
    """Published probabilities in the order of time.

    Attributes
    ----------
    n_leads : int
        How many leads there are.
    row, at : ndarray of int64, shape (k,)
        Whose score it is, and of which instant (microseconds since 1970).
    probability : ndarray of float64, shape (k,)
        In [0, 1].
    """

    n_leads: int
    row: NDArray[np.int64]
    at: NDArray[np.int64]
    probability: NDArray[np.float64]

    @classmethod
    def from_entries(cls, lead_ids: Sequence[str], entries: Iterable[tuple[str, int, float]]) -> Self:
        """Gather entries (lead, instant, probability), each lead's in their order; those of other leads are not."""
        row_of = {lead_id: row for row, lead_id in enumerate(lead_ids)}
        found = [(row_of[lead_id], at, p) for lead_id, at, p in entries if lead_id in row_of]
        at = np.array([at for _, at, _ in found], np.int64)
        order = np.argsort(at, kind="stable")
        return cls(
            n_leads=len(lead_ids),
            row=np.array([row for row, _, _ in found], np.int64)[order],
            at=at[order],
            probability=np.array([p for _, _, p in found], np.float64)[order],
        )

    def find_scores(self, at: int) -> NDArray[np.float64]:
        """Return each lead's probability as last scored by an instant, shape (n,); NaN where it was not."""
        known = slice(0, int(np.searchsorted(self.at, at, side="right")))
        # Of several assignments to one place the last stays, and that is the latest.
        scores = np.full(self.n_leads, np.nan)
        scores[self.row[known]] = self.probability[known]
        return scores
