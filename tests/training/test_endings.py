"""Endings: what is known of how leads ended, and what is not."""

import numpy as np
import pandas as pd
import pytest

from features.contract import LeadSchema
from training.endings import read_endings
from training.importing.describing import describe_history

DAY = pd.Timestamp("2026-03-01T00:00:00Z")


def read(outcomes, dated):
    """Read the endings of leads with these outcomes, dated where asked."""
    frame = pd.DataFrame({"lead_id": [f"lead-{n}" for n in range(len(outcomes))], "outcome": outcomes})
    frame["created_at"] = DAY
    frame["outcome_at"] = pd.Series(
        [DAY if is_dated else pd.NaT for is_dated in dated], dtype="datetime64[us, UTC]"
    )
    return read_endings(describe_history(frame, pd.DataFrame(columns=["type"]), schema=LeadSchema(())))


def test_only_what_is_decided_and_dated_has_an_end():
    """An open lead, and one whose ending nobody dated, have no end; a date on an open lead is none."""
    endings = read(["won", "lost", "open", "won", "lost", "open"], [True, True, True, False, False, False])
    assert np.isfinite(endings.decided_at).tolist() == [True, True, False, False, False, False]
    assert endings.is_won.tolist() == [True, False, False, True, False, False]
    assert endings.is_won_undated.tolist() == [False, False, False, True, False, False]
    assert endings.is_lost_undated.tolist() == [False, False, False, False, True, False]


@pytest.mark.parametrize(
    ("outcomes", "dated", "share"),
    [
        (["lost", "lost", "won"], [True, False, False], 0.5),
        (["lost"], [False], 1.0),
        (["won", "open"], [True, True], 0),
    ],
)
def test_the_undated_share_counts_losses_alone(outcomes, dated, share):
    """Won and open leads have no part in it, and without losses it is nothing."""
    assert read(outcomes, dated).undated_share_of_losses == share
