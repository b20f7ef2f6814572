"""The score ledger: what each lead had been given by an instant, and nothing of what came later."""

import numpy as np

from agreement.forecast.score_ledger import ScoreLedger

ENTRIES = [("a", 5, 0.1), ("a", 9, 0.3), ("gone", 1, 0.9), ("b", 7, 0.2)]


def test_the_latest_score_by_an_instant_is_found():
    """Later scores are not known; a lead without one has none; leads that are no more are left out."""
    ledger = ScoreLedger.from_entries(["b", "a"], ENTRIES)
    np.testing.assert_array_equal(ledger.find_scores(4), [np.nan, np.nan])
    np.testing.assert_array_equal(ledger.find_scores(5), [np.nan, 0.1])
    np.testing.assert_array_equal(ledger.find_scores(8), [0.2, 0.1])
    np.testing.assert_array_equal(ledger.find_scores(9), [0.2, 0.3])


def test_an_empty_ledger_knows_nothing():
    """Neither does one without leads."""
    assert np.isnan(ScoreLedger.from_entries(["a"], []).find_scores(9)).all()
    assert len(ScoreLedger.from_entries([], ENTRIES).find_scores(9)) == 0
