"""The first step of each lead into the world: its buying group, its first interest, its first session."""

import numpy as np
import pandas as pd

from hotlead.company.appetite import compute_appetite
from hotlead.company.arrays import Floats, Integers
from hotlead.company.crowd import Crowd, Pulse
from hotlead.company.sessions import Sessions
from hotlead.company.team import get_daily_call

# Mean interest of a new lead, by source.
_FIRST_INTEREST = {
    "referral": 1.1,
    "organic search": 0.95,
    "paid search": 0.8,
    "fair": 0.65,
    "webinar": 0.6,
    "content": 0.5,
    "outbound": 0.3,
}
_BY_FORM = ("organic search", "paid search", "content")


def gather_crowd(
    rng: np.random.Generator,
    leads: pd.DataFrame,
    firms: pd.DataFrame,
    *,
    known_firms: int = 0,
    groups: int = 0,
) -> tuple[Crowd, Pulse]:
    """Return the leads as a crowd with its state at rest.

    The first ``known_firms`` rows of ``firms`` already have the buying groups of the same number;
    new groups are numbered from ``groups``.
    """
    new_firms = len(firms) - known_firms
    crowd = Crowd(
        group=_number_groups(leads, known_firms, new_firms, groups),
        created=leads["created"].to_numpy(dtype=np.int64),
        appetite=compute_appetite(rng, leads, firms),
        entry=_draw_entries(rng, leads["source"]),
        daily_call=get_daily_call(leads["owner"]),
        has_email=leads["email"].notna().to_numpy(),
    )
    interest = _draw_first_interest(rng, leads["source"], crowd.appetite)
    subscribed = rng.random(len(leads)) < 0.93
    return crowd, Pulse.at_rest(len(leads), new_firms + len(leads), interest=interest, subscribed=subscribed)


def _number_groups(leads: pd.DataFrame, known_firms: int, new_firms: int, groups: int) -> Integers:
    """Leads of one firm share a group; a lead without an account is a group of its own."""
    firm = leads["firm"].to_numpy(dtype=np.int64)
    shared = np.where(firm < known_firms, firm, groups + firm - known_firms)
    return np.where(leads["account_id"].isna(), groups + new_firms + np.arange(len(leads)), shared)


def _draw_first_interest(rng: np.random.Generator, sources: pd.Series, appetite: Floats) -> Floats:
    mean = sources.map(_FIRST_INTEREST).to_numpy(dtype=np.float64) * np.exp(0.4 * appetite)
    return np.minimum(mean * rng.gamma(0.6, 2.4, len(sources)), 4.0)


def _draw_entries(rng: np.random.Generator, sources: pd.Series) -> Integers:
    """Return what each lead does as it is created, one column per event type."""
    size = len(sources)
    sessions = Sessions.blank(np.arange(size), np.zeros(size, dtype=np.int64))
    by_form = sources.isin(_BY_FORM).to_numpy()
    content = (sources == "content").to_numpy()
    sessions.add("webinar_attended", (sources == "webinar").to_numpy())
    sessions.add("page_visit", by_form * (1 + rng.poisson(2.0, size)))
    sessions.add("pricing_visit", by_form & ~content & (rng.random(size) < 0.16))
    sessions.add("download", np.where(content, rng.random(size) < 0.85, by_form & (rng.random(size) < 0.15)))
    sessions.add("form_submitted", by_form & (rng.random(size) < 0.9))
    sessions.add("demo_requested", by_form & ~content & (rng.random(size) < 0.05))
    return sessions.counts
