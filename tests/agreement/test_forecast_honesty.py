"""The forecast's honesty: over many past moments the 80 % interval holds about as often as it says."""

import numpy as np
import pytest

from agreement.forecast.forecasting import Forecaster
from agreement.goal import Assumptions
from benchmarks.forecast_contest import LAST, NAIVE, OURS, compete
from benchmarks.forecast_sources import MAVEN, MAVEN_UNTIL, UNTIL, invent_company, read_maven
from features.times import to_micros
from tests.agreement.markets import follow


def contest(lives, until, *, weeks, warm_up):
    """Let the forecasters compete on leads."""
    forecaster = Forecaster.from_tracks(follow(lives, to_micros(until)), Assumptions())
    return compete(forecaster, weeks=weeks, warm_up=warm_up, seed=7)


@pytest.fixture(scope="module")
def companies():
    """The leads of two small demo companies: what one of them shows hangs on ten independent months."""
    return [invent_company(seed=seed, months=14, leads=4_000) for seed in (7, 8)]


@pytest.mark.parametrize("weeks", [4, 8])
def test_the_interval_holds_on_the_demo_company(companies, weeks):
    """In 70 to 90 % of twenty moments or more; luck alone holds less often, and the last weeks guide worse."""
    contests = [contest(lives, UNTIL, weeks=weeks, warm_up=16) for lives in companies]
    ours, naive, last = ([entries[name] for entries in contests] for name in (OURS, NAIVE, LAST))
    held, lucky = (np.concatenate([entry.holds for entry in each]) for each in (ours, naive))
    assert len(held) >= 20
    assert 0.7 <= held.mean() <= 0.9
    assert lucky.mean() < held.mean() - 0.1
    assert sum(entry.score for entry in ours) < sum(entry.score for entry in last)


@pytest.mark.skipif(not MAVEN.exists(), reason="the public data sets are not beside the repository")
@pytest.mark.parametrize("weeks", [4, 6, 8])
def test_the_interval_holds_on_a_real_pipeline(weeks):
    """Also where business swings by the quarter, and luck alone would hold in every fifth case."""
    entries = contest(read_maven(), MAVEN_UNTIL, weeks=weeks, warm_up=12)
    held = entries[OURS].count_held()
    assert held.of >= 20
    assert 0.7 <= held.value <= 0.9
    assert entries[NAIVE].count_held().value < 0.35
