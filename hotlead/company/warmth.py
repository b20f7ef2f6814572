"""How warm a lead is after each thing it did: the hidden truth, as far as behaviour shows it."""

import numpy as np
import pandas as pd

from hotlead.company.arrays import Flags, Floats
from hotlead.company.hazards import TRUTH
from hotlead.company.journeys import FADE
from hotlead.company.seasons import DAY, HOUR

_PAUSE = HOUR // 2
_VISITS = ("page_visit", "webinar_attended")


def compute_warmth(events: pd.DataFrame, leads: pd.DataFrame) -> pd.DataFrame:
    """Return what every event left behind of the log hazard of a win, colleagues and ripeness left out.

    Parameters
    ----------
    events
        ``lead_id``, ``type`` and ``occurred_at``.
    leads
        ``lead_id`` and ``appetite``.

    Returns
    -------
    DataFrame
        ``lead_id``, ``type``, ``at`` (microseconds), ``warmth``: in the order of leads and then of time.
    """
    told = events[["lead_id", "type"]].assign(at=events["occurred_at"].astype("int64"))
    told = told.sort_values(["lead_id", "at"], kind="stable", ignore_index=True)
    type_of = told["type"]
    begins = _begins_visit(told)
    appetite = told["lead_id"].map(leads.set_index("lead_id")["appetite"]).to_numpy(dtype=np.float64)
    warmth = (
        TRUTH.appetite * appetite
        + TRUTH.visits * np.log1p(_sum_fading(told, begins))
        + TRUTH.pricing * np.log1p(_sum_fading(told, (type_of == "pricing_visit").to_numpy()))
        + TRUTH.demos * np.minimum(_sum_fading(told, (type_of == "demo_requested").to_numpy()), 1.5)
    )
    return told.assign(warmth=warmth)


def _begins_visit(told: pd.DataFrame) -> Flags:
    """Tell which events are the first on the site after a pause; those before them in a visit count no more."""
    seen = told[told["type"].isin(_VISITS)]
    rested = ~(seen.groupby("lead_id")["at"].diff() < _PAUSE)
    return rested.reindex(told.index, fill_value=False).to_numpy(dtype=bool)


def _sum_fading(told: pd.DataFrame, counts: Flags) -> Floats:
    """Return the sum of what a lead did so far, each thing faded by the days since."""
    first = told.groupby("lead_id")["at"].transform("first")
    # Within a year the powers stay below 1e16, and a lead's sums only grow: nothing is cancelled.
    growth = FADE ** (-(told["at"] - first).to_numpy() / DAY)
    summed = pd.Series(counts * growth).groupby(told["lead_id"]).cumsum()
    faded: Floats = summed.to_numpy() / growth
    return faded
