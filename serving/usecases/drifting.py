"""Drifting: how far the leads that are open now lie from those that the model in force learned from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from features.engine import compute_features
from features.times import DAY
from models.drift import FamilyDrift, compute_drift, compute_score_drift
from serving.championing import ScorerInForce
from serving.store.leads import read_leads
from serving.store.open_scores import list_open_probabilities, list_sample
from serving.usecases.histories import Histories, Reading
from serving.usecases.looking_back import lay_out_records

# As training looks at leads: after half a year one that still waits says little about the others.
_YOUNG = 182 * DAY
MOST_LEADS = 500
# Below this an index speaks of chance rather than of the leads.
FEWEST_LEADS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What moved since the training.

    Attributes
    ----------
    leads, sampled
        Open leads with a score of this model, and the younger ones whose features were computed.
    score
        The stability index of their probabilities; None where there are too few.
    families
        The same by family of features, the farthest first; empty where there are too few.
    """

    leads: int
    sampled: int
    score: float | None
    families: Sequence[FamilyDrift]


def measure_drift(connection: Connection, in_force: ScorerInForce, *, now: int, most: int = MOST_LEADS) -> Drift:
    """Measure the drift of probabilities over all open leads, and of features over a sample of the younger ones.

    Parameters
    ----------
    most
        Leads in the sample.
    """
    scorer = in_force.scorer
    probability = np.array(list_open_probabilities(connection, in_force.champion.fingerprint), np.float64)
    ids = list_sample(connection, since=now - _YOUNG, most=most)
    families: Sequence[FamilyDrift] = ()
    if len(ids) >= FEWEST_LEADS:
        records = list(read_leads(connection, ids).values())
        reading = Reading.of(Histories(scorer.feature_set, most_events=0))
        tables = lay_out_records(connection, records, [now] * len(records), scorer.feature_set, reading)
        table = compute_features(*tables, feature_set=scorer.feature_set)
        families = compute_drift(scorer.reference_, scorer.encoding_, table)
    is_enough = len(probability) >= FEWEST_LEADS
    return Drift(
        leads=len(probability),
        sampled=len(ids),
        score=compute_score_drift(scorer.reference_, probability) if is_enough else None,
        families=families,
    )
