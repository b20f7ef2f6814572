"""What marketing spends on each source: much on search words and fairs, little on webinars, nothing on friends."""

import numpy as np
import pandas as pd

from hotlead.company.marketing import WEAK_MONTHS
from hotlead.company.seasons import DAY, list_fair_days, to_timestamps

# EUR a month for a company with 6,000 new leads a year.
_MONTHLY = {
    "organic search": 9_000,
    "paid search": 64_000,
    "webinar": 5_500,
    "content": 17_000,
    "fair": 11_000,
    "outbound": 14_000,
    "referral": 0,
    "email": 1_800,
}
_USUAL_LEADS_A_YEAR = 6_000
_STAND_A_DAY = 48_000
_OF_SEASON = {8: 0.7, 12: 0.6}
_MORE_WEBINARS = 2.2


def draw_spending(*, begin: int, end: int, leads_a_year: float, seed: int) -> pd.DataFrame:
    """Draw what was spent from ``begin`` to before ``end`` (microseconds); a month cut short costs its part.

    Returns
    -------
    DataFrame
        ``channel``, ``month`` (such as ``2026-03``) and ``euros``, whole and 0 or more.
    """
    rng = np.random.default_rng([seed, 5])
    days = np.arange(begin // DAY, -(-end // DAY)) * DAY
    months = to_timestamps(days).strftime("%Y-%m").to_numpy()
    at_fair = np.isin(days, list_fair_days(begin // DAY * DAY, end))
    rows = []
    for month in np.unique(months):
        within = months == month
        share = int(within.sum()) / pd.Period(month, "M").days_in_month
        fair_days = int((at_fair & within).sum())
        for channel in _MONTHLY:
            euros = _cost(channel, int(month[5:]), share, fair_days) * float(rng.uniform(0.92, 1.08))
            rows.append((channel, str(month), float(round(euros * leads_a_year / _USUAL_LEADS_A_YEAR))))
    return pd.DataFrame(rows, columns=["channel", "month", "euros"])


def _cost(channel: str, month: int, share: float, fair_days: int) -> float:
    season = _OF_SEASON.get(month, 1.0)
    if channel == "webinar" and month in WEAK_MONTHS:
        season *= _MORE_WEBINARS
    return _MONTHLY[channel] * share * season + (fair_days * _STAND_A_DAY if channel == "fair" else 0)
