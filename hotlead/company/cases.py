"""Cases: all that decides how a lead was handled: who it is, what it did, whose it is and how it ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotlead.company.outcomes import LOST, WON
from hotlead.company.seasons import NEVER
from hotlead.company.team import MANAGER, REPS, Rep
from hotlead.company.warmth import compute_warmth

REASON_CODES = {
    "no answer": "no_answer",
    "no budget": "no_budget",
    "no project": "no_project",
    "competitor": "competitor",
    "not a fit": "not_a_fit",
}
# A shorter call is a word on a machine.
_VOICEMAIL_SECONDS = 90
_REP_OF = {rep.email: rep for rep in (*REPS, MANAGER)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something a lead did: when, what, and how warm it was then."""

    at: int
    type: str
    warmth: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One lead; moments are microseconds since 1970, ``end`` is when it closed, or when the CRM is looked at.

    ``value`` is what the CRM holds: of the deal where it was won, of the offer where one was made, else None.
    ``calls`` are the logged calls with their outcomes.
    """

    lead_id: str
    created: int
    end: int
    is_won: bool
    is_lost: bool
    value: float | None
    reason: str | None
    appetite: float
    industry: str
    source: str
    rep: Rep
    moments: Sequence[Moment]
    calls: Sequence[tuple[int, str]]

    @property
    def is_offered(self) -> bool:
        """Return whether an offer was made."""
        return self.value is not None


def list_cases(leads: pd.DataFrame, truth: pd.DataFrame, events: pd.DataFrame, until: int) -> Iterator[Case]:
    """List the case of every lead.

    Parameters
    ----------
    leads
        As the CRM holds them at ``until``.
    truth
        In the same order ``created``, ``owner``, ``source``, ``industry`` and ``appetite``.
    events
        All that they did before ``until``.
    """
    known = leads[["lead_id"]].assign(appetite=truth["appetite"].to_numpy())
    moments = _group_moments(compute_warmth(events, known))
    calls = _group_calls(events)
    closed = np.where(leads["closed_at"].isna(), NEVER, leads["closed_at"].astype("int64"))
    rows = zip(leads.to_dict("records"), truth.to_dict("records"), closed, strict=True)
    for row, hidden, closed_at in rows:
        reason = None if pd.isna(row["lost_reason"]) else REASON_CODES[row["lost_reason"]]
        made = calls.get(row["lead_id"], [])
        yield Case(
            lead_id=row["lead_id"],
            created=int(hidden["created"]),
            end=min(int(closed_at), until),
            is_won=row["status"] in WON,
            is_lost=row["status"] in LOST,
            value=None if pd.isna(row["value"]) else float(row["value"]),
            reason=reason,
            appetite=float(hidden["appetite"]),
            industry=hidden["industry"],
            source=hidden["source"],
            rep=_REP_OF[hidden["owner"]],
            moments=moments.get(row["lead_id"], []),
            # Whoever was given up as silent never came to the telephone.
            calls=[(at, "voicemail" if reason == "no_answer" else outcome) for at, outcome in made],
        )


def _group_moments(warmth: pd.DataFrame) -> dict[str, list[Moment]]:
    grouped: dict[str, list[Moment]] = {}
    columns = (warmth[name].tolist() for name in ("lead_id", "at", "type", "warmth"))
    for lead_id, at, kind, warm in zip(*columns, strict=True):
        grouped.setdefault(lead_id, []).append(Moment(at=at, type=kind, warmth=warm))
    return grouped


def _group_calls(events: pd.DataFrame) -> dict[str, list[tuple[int, str]]]:
    logged = events[events["type"] == "call_logged"].sort_values("occurred_at", kind="stable")
    moments = logged["occurred_at"].astype("int64").tolist()
    outcomes = np.where(logged["duration_seconds"] < _VOICEMAIL_SECONDS, "voicemail", "reached").tolist()
    grouped: dict[str, list[tuple[int, str]]] = {}
    for lead_id, at, outcome in zip(logged["lead_id"], moments, outcomes, strict=True):
        grouped.setdefault(lead_id, []).append((at, outcome))
    return grouped
