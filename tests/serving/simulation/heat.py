"""A real scorer of one feature, visits in three days: a number of visits gives a probability known ahead."""

from copy import copy
from functools import cache

import numpy as np
import pandas as pd

from features.contract import LeadSchema
from features.event_kinds import EventCount
from features.feature_set import FeatureSet
from features.times import DAY
from models.buckets import Thresholds
from models.champion import Champion
from models.estimator import TrainableScorer
from models.scorer import LeadScorer
from models.settings import BoosterSettings
from serving.championing import ScorerInForce

VISIT = "visit"
WINDOW_DAYS = 3
WINDOW = WINDOW_DAYS * DAY
MOST_VISITS = 6
_CHANCES = (0.04, 0.12, 0.25, 0.45, 0.65, 0.8, 0.9)
_ROWS_EACH = 300


@cache
def fit_heat() -> LeadScorer:
    """Fit a scorer whose probability rises with every visit, up to six."""
    visits = np.tile(np.arange(MOST_VISITS + 1.0), _ROWS_EACH)
    # Every number of visits has the share of wins that it should: the fit is the same on every machine.
    wins = np.repeat(np.arange(_ROWS_EACH), MOST_VISITS + 1) < np.take(_CHANCES, visits.astype(int)) * _ROWS_EACH
    feature_set = FeatureSet(LeadSchema(()), (EventCount(VISIT, WINDOW_DAYS),))
    settings = BoosterSettings(rounds=40, learning_rate=0.2, feature_fraction=1.0, lambda_l2=0.0)
    return TrainableScorer(feature_set, settings).fit(_tabulate(visits), wins.astype(float))


@cache
def list_probabilities() -> tuple[float, ...]:
    """List the probability of a lead with no visit, with one, with two and so on."""
    found = fit_heat().predict_proba(_tabulate(np.arange(MOST_VISITS + 1.0)))[:, 1]
    assert (np.diff(found) > 0).all()
    return tuple(float(probability) for probability in found)


def find_probability(visits: int) -> float:
    """Find the probability of a lead with so many visits."""
    return list_probabilities()[min(visits, MOST_VISITS)]


def find_threshold(visits: int) -> float:
    """Find the threshold from which so many visits are hot, and one less is not."""
    return (find_probability(visits) + find_probability(visits - 1)) / 2


def put_in_force(version: str, *, hot_from: int) -> ScorerInForce:
    """Return the one artifact as a version of its own, with a threshold of its own."""
    scorer = copy(fit_heat())
    hot = find_threshold(hot_from)
    scorer.thresholds_ = Thresholds(warm=hot / 2, hot=hot)
    return ScorerInForce(champion=Champion(version=version, fingerprint="5" * 64), scorer=scorer)


def _tabulate(visits: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> pd.DataFrame:
    return pd.DataFrame({f"{VISIT}_count_{WINDOW_DAYS}d": visits})
