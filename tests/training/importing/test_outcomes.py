"""Outcomes told by dates and by second columns."""

import pandas as pd

from tests.training.importing.exports import bring_in, with_section


def test_outcome_may_be_a_date_and_an_offer_may_expire(tmp_path):
    """Who has a date is won; who has none is lost when the offer is over, and open until then."""
    recipe = {
        "leads": {"id": "id", "created_at": "start"},
        "outcome": {"at": "redeemed", "lost_after": "end"},
        "time": {"observed_until": "2026-03-01"},
    }
    rows = ("a,2026-01-01,2026-02-01,2026-01-05", "b,2026-01-01,2026-02-01,", "c,2026-02-01,2026-04-01,")
    text = "\n".join(["id,start,end,redeemed", *rows])
    leads = bring_in(tmp_path, text, recipe).history.leads
    assert leads["outcome"].tolist() == ["won", "lost", "open"]
    assert leads["outcome_at"].iloc[1] == pd.Timestamp("2026-02-01T23:59:59.999999Z")


def test_second_column_may_say_lost(tmp_path):
    """A lead that is not won is lost where another column says so."""
    recipe = with_section(outcome={"lost_where": {"source": ["fair"]}})
    assert bring_in(tmp_path, recipe=recipe).history.leads["outcome"].tolist() == ["won", "lost", "open", "lost"]
