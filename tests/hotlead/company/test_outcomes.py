"""Outcomes: a plausible part is won, and columns written late give it away."""

import pandas as pd
import pytest

from hotlead.company import LOST, OPEN, WON, CompanyHistory
from tests.hotlead.company.past import tell_history


@pytest.mark.parametrize("seed", [7, 11])
def test_outcomes_lie_in_plausible_bounds(seed: int) -> None:
    """About one lead in ten is won, in 10 to 60 days, and part of the leads is still open."""
    leads = tell_history(seed).leads
    won, lost, still_open = (leads["status"].isin(names) for names in (WON, LOST, OPEN))
    assert (won | lost | still_open).all()
    assert 0.08 <= won.mean() <= 0.12
    assert 0.08 <= won.sum() / (won | lost).sum() <= 0.14
    assert 0.1 < still_open.mean() < 0.3
    assert leads["closed_at"].isna().equals(still_open)
    days = (leads["closed_at"] - leads["created_at"])[won] / pd.Timedelta(days=1)
    assert 20 < days.median() < 50
    assert days.between(10, 60).mean() > 0.6
    assert days.min() > 1


def test_late_columns_leak_the_outcome(history: CompanyHistory) -> None:
    """A lost reason stands only on lost leads and a sent contract nearly only on won ones."""
    leads = history.leads
    assert leads.loc[leads["lost_reason"].notna(), "status"].isin(LOST).all()
    assert leads.loc[leads["contract_sent"] == "yes", "status"].isin(WON).mean() > 0.8
    assert leads.loc[leads["status"].isin(WON), "value"].gt(0).all()
