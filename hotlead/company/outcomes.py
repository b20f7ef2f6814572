"""How the CRM tells the end of a lead: status, closing time, value, and columns that are written too late."""

import numpy as np
import pandas as pd

from hotlead.company.arrays import Flags, Words
from hotlead.company.crowd import Crowd, Pulse
from hotlead.company.seasons import DAY, NEVER, to_timestamps

WON = ("Closed Won",)
LOST = ("Closed Lost", "Disqualified")
OPEN = ("New", "Contacted", "Qualified", "Proposal")
_REASONS = {
    "no answer": 0.34,
    "no budget": 0.2,
    "no project": 0.18,
    "competitor": 0.16,
    "not a fit": 0.12,
}


def describe_outcomes(rng: np.random.Generator, leads: pd.DataFrame, crowd: Crowd, pulse: Pulse) -> pd.DataFrame:
    """Return what the CRM says of each lead's fate.

    Returns
    -------
    DataFrame
        ``lead_id``, ``status``, ``closed_at`` (NaT while open), ``value`` (EUR: the deal when won,
        an estimate where an offer was made, else NaN), ``lost_reason`` and ``contract_sent``. The last two
        are written with or after the outcome and leak it.
    """
    status = _name_status(rng, crowd, pulse)
    size = len(leads)
    lost = np.isin(status, LOST)
    won = np.isin(status, WON)
    reasons = rng.choice(list(_REASONS), size, p=list(_REASONS.values()))
    estimate = np.round(leads["deal"].to_numpy() * np.exp(0.25 * rng.standard_normal(size)), -2)
    offered = (status == "Proposal") | (lost & pulse.asked & (rng.random(size) < 0.4))
    sent = rng.random(size) < np.select([won, lost & pulse.asked], [0.98, 0.06], 0.0)
    return pd.DataFrame(
        {
            "lead_id": leads["lead_id"].to_numpy(),
            "status": status,
            "closed_at": to_timestamps(pulse.closed),
            "value": np.where(won, leads["deal"], np.where(offered, estimate, np.nan)),
            "lost_reason": pd.Series(reasons).where(lost & (rng.random(size) < 0.9)),
            "contract_sent": np.where(sent, "yes", "no"),
        }
    )


def _name_status(rng: np.random.Generator, crowd: Crowd, pulse: Pulse) -> Words:
    """Open leads climb by what was done with them; a lead given up early was no lead at all."""
    still_open = pulse.closed == NEVER
    lost: Flags = ~still_open & ~pulse.won
    early = lost & (pulse.closed - crowd.created < 21 * DAY) & (rng.random(len(crowd)) < 0.7)
    proposal = still_open & pulse.asked & pulse.called & (pulse.pricing > 0.4)
    conditions = [pulse.won, early, lost, proposal, still_open & pulse.asked, still_open & pulse.called]
    names = [WON[0], LOST[1], LOST[0], OPEN[3], OPEN[2], OPEN[1]]
    return np.select(conditions, names, OPEN[0])
