"""How leads arrive: when, from which firm, through which source, and what they came for."""

import numpy as np
import pandas as pd

from hotlead.company.arrays import Flags, Floats, Integers, Words
from hotlead.company.people import draw_people
from hotlead.company.seasons import (
    DAY,
    HOUR,
    compute_weekday_factor,
    draw_browsing,
    find_webinar,
    list_fair_days,
)
from hotlead.company.team import PRODUCTS, assign_owners

# source: share of leads.
SOURCES = {
    "organic search": 0.24,
    "paid search": 0.18,
    "webinar": 0.16,
    "content": 0.14,
    "fair": 0.11,
    "outbound": 0.10,
    "referral": 0.07,
}
# Leads without a firm in the CRM: the form said nothing the CRM could match.
_LONERS = 0.05


def draw_arrivals(
    rng: np.random.Generator, firms: pd.DataFrame, begin: int, end: int, size: int, first: int = 1
) -> pd.DataFrame:
    """Draw leads that are created in ``[begin, end)``, oldest first, numbered from ``first``.

    Returns
    -------
    DataFrame
        The columns of a lead as typed, and the truth behind it: ``firm`` (row of ``firms``),
        ``function``, ``seniority``, ``free_mail``, ``created`` (microseconds), ``deal`` (EUR if it were won).
    """
    sources = rng.choice(list(SOURCES), size, p=list(SOURCES.values()))
    created = _draw_creation(rng, sources, begin, end)
    order = np.argsort(created, kind="stable")
    lead_ids = [f"L{first + i:06d}" for i in range(size)]
    places = rng.choice(len(firms), size, p=_compute_pull(rng, firms["employees"].to_numpy()))
    employers = firms.iloc[places].reset_index(drop=True)
    leads = draw_people(rng, employers, lead_ids)
    leads.insert(0, "lead_id", lead_ids)
    loner = leads["free_mail"].to_numpy() & (rng.random(size) < 0.4) | (rng.random(size) < _LONERS)
    leads["account_id"] = employers["account_id"].mask(loner)
    leads["firm"] = places
    leads["created"] = created[order]
    leads["source"] = sources[order]
    leads["product_interest"] = rng.choice(PRODUCTS, size, p=(0.58, 0.42))
    leads["owner"] = assign_owners(rng, employers)
    leads["deal"] = _draw_deals(rng, employers["employees"].to_numpy(), leads["product_interest"])
    return leads


def _draw_creation(rng: np.random.Generator, sources: Words, begin: int, end: int) -> Integers:
    """Draw moments weighted by weekday and growth, then move fair and webinar leads to their days."""
    tries = 4 * len(sources)
    ticks = begin + rng.integers(-(-(end - begin) // DAY), size=tries) * DAY
    moments = np.minimum(draw_browsing(rng, ticks, tries), end - 1)
    weights = compute_weekday_factor(moments) * (0.85 + 0.3 * (moments - begin) / (end - begin))
    created = rng.choice(moments, len(sources), replace=False, p=weights / weights.sum())
    _move(rng, created, sources == "fair", list_fair_days(begin, end) + 9 * HOUR, 8 * HOUR)
    webinars = [find_webinar(int(tick)) for tick in np.arange(begin, end, DAY)]
    starts = np.array([m for m in webinars if m is not None and m + HOUR < end], dtype=np.int64)
    _move(rng, created, sources == "webinar", starts, HOUR // 4)
    return created


def _move(rng: np.random.Generator, created: Integers, rows: Flags, starts: Integers, spread: int) -> None:
    """Move the rows to one of the starts; without a start in the period they stay where they are."""
    if len(starts):
        picked = starts[rng.integers(len(starts), size=int(rows.sum()))]
        created[rows] = picked + rng.integers(spread, size=int(rows.sum()))


def _compute_pull(rng: np.random.Generator, employees: Floats) -> Floats:
    """Return the chance of each firm to be the next lead's employer: bigger firms send more people."""
    pull = np.minimum(employees, 3_000) ** 0.35 * rng.gamma(1.2, size=len(employees))
    chances: Floats = pull / pull.sum()
    return chances


def _draw_deals(rng: np.random.Generator, employees: Floats, products: pd.Series) -> Floats:
    median = np.where(products == PRODUCTS[0], 16_000, 8_500) * (np.clip(employees, 10, 5_000) / 150) ** 0.3
    return np.round(median * np.exp(0.6 * rng.standard_normal(len(employees))), -2)
