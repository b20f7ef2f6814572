"""Turning the truth of the simulated world into the tables that a CRM would hold."""

import numpy as np
import pandas as pd

from hotlead.company.crowd import Pulse
from hotlead.company.outcomes import OPEN
from hotlead.company.people import fill_in_form
from hotlead.company.seasons import NEVER, to_timestamps
from hotlead.company.sessions import Sessions, name_moments, unfold

_AS_TYPED = [
    "lead_id",
    "account_id",
    "first_name",
    "last_name",
    "email",
    "role",
    "product_interest",
    "source",
    "owner",
]


def tell_leads(rng: np.random.Generator, leads: pd.DataFrame) -> pd.DataFrame:
    """Return the leads as the CRM held them when they were created: open, without any outcome.

    Returns
    -------
    DataFrame
        ``lead_id``, ``account_id``, ``created_at``, ``first_name``, ``last_name``, ``email``, ``role``,
        ``product_interest``, ``source``, ``owner``, ``status``, ``closed_at``, ``value``, ``lost_reason``,
        ``contract_sent``.
    """
    told = fill_in_form(rng, leads)[_AS_TYPED]
    told.loc[rng.random(len(leads)) < 0.12, "product_interest"] = np.nan
    told.loc[rng.random(len(leads)) < 0.01, "owner"] = np.nan
    told.insert(2, "created_at", to_timestamps(leads["created"].to_numpy()))
    return told.assign(
        status=OPEN[0],
        closed_at=to_timestamps(np.full(len(leads), NEVER)),
        value=np.nan,
        lost_reason=pd.Series(np.nan, index=told.index, dtype="str"),
        contract_sent="no",
    )


def tell_events(
    rng: np.random.Generator,
    leads: pd.DataFrame,
    pulse: Pulse,
    sessions: Sessions,
    *,
    end: int,
    first: int = 1,
) -> pd.DataFrame:
    """Return the events of the sessions that occur before their lead closes and before ``end``.

    Returns
    -------
    DataFrame
        ``event_id`` (numbered from ``first`` in the order of occurrence), ``lead_id``, ``type``,
        ``occurred_at``, ``recorded_at``, ``duration_seconds``, ``pages``, ``questions``.
    """
    events = unfold(rng, sessions)
    closed = pulse.closed[events["lead"].to_numpy()]
    occurred = events["occurred"].to_numpy()
    events = events[(occurred < closed) & (occurred < end)].reset_index(drop=True)
    told = name_moments(events).drop(columns="lead")
    told.insert(0, "event_id", [f"E{first + i:08d}" for i in range(len(told))])
    told.insert(1, "lead_id", leads["lead_id"].to_numpy()[events["lead"].to_numpy()])
    return told
