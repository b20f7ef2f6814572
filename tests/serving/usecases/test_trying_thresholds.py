"""Trying thresholds: a week's hot leads from the ledger, else from training, and what they should bring."""

import pytest

from agreement.terms import DEFAULT_TERMS
from serving.usecases.trying_thresholds import find_nearest, read_trial
from tests.models.test_findings import FINDINGS
from tests.serving.usecases.tellers import Teller, put_in_force


@pytest.fixture
def teller(database, tmp_path):
    """A teller of two keen leads and a cold one."""
    teller = Teller(database, put_in_force(tmp_path))
    for lead_id in ("a", "b"):
        teller.tell_lead(lead_id)
        teller.tell_downloads(lead_id, 12)
    teller.tell_lead("cold", {"employees": 2})
    return teller


def try_at(teller, hot, findings=None):
    """Try a threshold on a store."""
    with teller.database.reading() as connection:
        return read_trial(connection, teller.in_force, findings, DEFAULT_TERMS, now=teller.now, hot=hot)


def test_before_a_week_is_over_training_speaks(teller):
    """The interval is that of training's weeks, and the nearest threshold that was measured is named."""
    trial = try_at(teller, 0.2, FINDINGS)
    assert (trial.is_rehearsed, trial.weeks, trial.per_week.mean) == (True, 2, 2.0)
    assert (trial.seen.count, trial.seen.of, trial.seen_at) == (1, 4, 0.3)
    assert trial.turning is None
    assert trial.open_now.leads == 2
    assert 0.2 <= trial.open_now.share <= 1


def test_without_findings_nothing_is_made_up(teller):
    """No week and no training: no count, and no precision."""
    trial = try_at(teller, 0.2)
    assert (trial.per_week, trial.seen, trial.seen_at, trial.is_rehearsed) == (None, None, None, False)


def test_once_weeks_are_over_the_ledger_speaks(teller):
    """Leads that turned hot in whole weeks are counted, with the probability they had then."""
    teller.wait(7.5)
    teller.tell_lead("c")
    teller.tell_downloads("c", 12)
    teller.wait(6.9)
    trial = try_at(teller, 0.2, FINDINGS)
    assert not trial.is_rehearsed
    assert trial.weeks == 2
    assert trial.turning.leads == round(trial.per_week.mean * 2)
    assert trial.turning.share >= 0.2


def test_above_all_scores_nobody_is_hot(teller):
    """Nobody is expected, and no share is divided by nothing."""
    trial = try_at(teller, 0.9999, FINDINGS)
    assert (trial.open_now.leads, trial.open_now.share) == (0, None)


def test_the_nearest_threshold_is_found():
    """Where nothing was measured there is none."""
    assert find_nearest(None, 0.5) is None
    assert find_nearest(FINDINGS, 0.9).threshold == 0.3
