"""The scorer: from leads, events and moments to probabilities, buckets and reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.engine import FeatureTable, compute_features
from features.feature_set import FeatureSet
from features.tables import EventLog, LeadTable, SnapshotTable
from models.buckets import BUCKETS, Bucket, Thresholds
from models.calibration import Calibrator
from models.encoding import MAX_LEVELS, Encoding
from models.explanation import Parts, Reason, compute_reasons, group_columns
from models.log_odds import to_probability
from models.members import Member
from models.reference import Reference
from models.settings import AdditiveSettings, BoosterSettings


class NotFitted(ValueError):
    """A scorer was asked for scores before it was fitted or loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTable:
    """Scores of n snapshots, in their order.

    Attributes
    ----------
    log_odds, probability
        Shape (n,), calibrated; probability in [0, 1].
    score
        Shape (n,), int in [0, 100]: how many of a hundred reference leads rank below.
    bucket
        Shape (n,), positions in `models.buckets.BUCKETS`.
    low_confidence
        Shape (n,), whether the scorer has seen next to no lead that it knew as little of.
    reasons
        One tuple a snapshot, empty where none were asked for.
    withheld
        Why probabilities must not be published, None where they may; ranks and buckets always may.
    """

    log_odds: NDArray[np.float64]
    probability: NDArray[np.float64]
    score: NDArray[np.int64]
    bucket: NDArray[np.int8]
    low_confidence: NDArray[np.bool_]
    reasons: Sequence[tuple[Reason, ...]]
    withheld: str | None = None

    def bucket_name(self, row: int) -> Bucket:
        """Return "cold", "warm" or "hot"."""
        return BUCKETS[self.bucket[row]]

    def to_frame(self) -> pd.DataFrame:
        """Return columns probability, score, bucket, low_confidence and reasons (joined by "; ")."""
        return pd.DataFrame(
            {
                "probability": self.probability if self.withheld is None else np.nan,
                "score": self.score,
                "bucket": [BUCKETS[code] for code in self.bucket],
                "low_confidence": self.low_confidence,
                "reasons": ["; ".join(reason.to_text() for reason in row) for row in self.reasons],
            }
        )


class LeadScorer:
    """Predicts the probability that a lead closes within the horizon.

    A sum of members in log-odds, then a calibration, then thresholds. `models.estimator` fits it, and is what
    scikit-learn sees; whoever only scores loads no library that fits.

    Parameters
    ----------
    feature_set
        What to compute of a lead.
    settings
        How trees are grown; None fits no members at all, and the scorer predicts the base rate.
    additive
        How bent lines are fitted beside the trees; None leaves them out.
    max_levels
        How many levels of a text feature get a column of their own.
    threads
        Threads used to fit.
    """

    classes_: NDArray[np.int64]
    encoding_: Encoding
    intercept_: float
    members_: tuple[Member, ...]
    calibrator_: Calibrator
    thresholds_: Thresholds
    reference_: Reference
    about_: dict[str, Any]

    def __init__(
        self,
        feature_set: FeatureSet,
        settings: BoosterSettings | None = None,
        additive: AdditiveSettings | None = None,
        max_levels: int = MAX_LEVELS,
        threads: int = 1,
    ) -> None:
        self.feature_set = feature_set
        self.settings = settings
        self.additive = additive
        self.max_levels = max_levels
        self.threads = threads

    @classmethod
    def from_parts(
        cls,
        *,
        encoding: Encoding,
        intercept: float,
        members: Sequence[Member],
        calibrator: Calibrator,
        thresholds: Thresholds,
        reference: Reference,
        about: Mapping[str, Any],
        settings: BoosterSettings | None,
        additive: AdditiveSettings | None,
    ) -> Self:
        """Put a fitted scorer together from stored parts."""
        scorer = cls(encoding.feature_set, settings, additive)
        scorer.classes_ = np.array([0, 1])
        scorer.encoding_, scorer.intercept_, scorer.members_ = encoding, intercept, tuple(members)
        scorer.calibrator_, scorer.thresholds_, scorer.reference_ = calibrator, thresholds, reference
        scorer.about_ = dict(about)
        return scorer

    def predict_raw_log_odds(self, X: FeatureTable | pd.DataFrame) -> NDArray[np.float64]:
        """Return log-odds before calibration, shape (n,)."""
        table = self._table(X)
        return self._sum(self.encoding_.encode(table))

    def predict_log_odds(self, X: FeatureTable | pd.DataFrame) -> NDArray[np.float64]:
        """Return calibrated log-odds, shape (n,)."""
        return self.calibrator_.apply(self.predict_raw_log_odds(X))

    def predict_proba(self, X: FeatureTable | pd.DataFrame) -> NDArray[np.float64]:
        """Return the probabilities of not closing and of closing, shape (n, 2), rows summing to 1."""
        probability = to_probability(self.predict_log_odds(X))
        return np.column_stack([1.0 - probability, probability])

    def predict(self, X: FeatureTable | pd.DataFrame) -> NDArray[np.int64]:
        """Return 1 where closing is likelier than not, else 0; shape (n,)."""
        return (self.predict_proba(X)[:, 1] > 0.5).astype(np.int64)

    def compute_parts(self, X: FeatureTable | pd.DataFrame) -> Parts:
        """Compute the parts of each score by feature; they add up to `predict_log_odds`."""
        table = self._table(X)
        return self._parts(self.encoding_.encode(table))

    def score_snapshots(
        self, leads: LeadTable, events: EventLog, snapshots: SnapshotTable, *, most_reasons: int = 3
    ) -> ScoreTable:
        """Score leads at moments.

        Parameters
        ----------
        leads, events, snapshots
            As `features.engine.compute_features` reads them.
        most_reasons
            How many reasons a score may have; 0 leaves them out and saves their cost.
        """
        return self.score_features(
            compute_features(leads, events, snapshots, feature_set=self.feature_set),
            most_reasons=most_reasons,
        )

    def score_features(self, table: FeatureTable, *, most_reasons: int = 3) -> ScoreTable:
        """Score computed features."""
        matrix = self._fitted().encoding_.encode(table)
        log_odds = self.calibrator_.apply(self._sum(matrix))
        probability = to_probability(log_odds)
        reasons: Sequence[tuple[Reason, ...]] = [()] * len(table)
        if most_reasons:
            reasons = compute_reasons(self._parts(matrix), table, most=most_reasons)
        return ScoreTable(
            log_odds=log_odds,
            probability=probability,
            score=self.reference_.rank(probability),
            bucket=self.thresholds_.sort(probability),
            low_confidence=self.reference_.is_unfamiliar(matrix, self.encoding_),
            reasons=reasons,
            withheld=self.withheld,
        )

    @property
    def withheld(self) -> str | None:
        """Return why this scorer must not publish probabilities, None where it may."""
        if self._fitted().about_.get("publishes_probability", True):
            return None
        return str(self.about_.get("probability_withheld", "its probabilities missed their bound on later leads"))

    def warm_up(self) -> None:
        """Load every compiled walk, so that no caller waits for it."""
        for member in self._fitted().members_:
            member.warm_up()

    def _fitted(self) -> Self:
        if not hasattr(self, "members_"):
            raise NotFitted("fit or load the scorer before asking it for scores")
        return self

    def _table(self, X: FeatureTable | pd.DataFrame) -> FeatureTable:
        return X if isinstance(X, FeatureTable) else FeatureTable.from_frame(X, self.feature_set)

    def _sum(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        total = np.full(len(matrix), self._fitted().intercept_)
        for member in self.members_:
            total += member.weight * member.predict_log_odds(matrix)
        return total

    def _parts(self, matrix: NDArray[np.float64]) -> Parts:
        contributions = np.zeros((len(matrix), matrix.shape[1] + 1))
        for member in self._fitted().members_:
            contributions += member.weight * member.compute_contributions(matrix)
        contributions *= self.calibrator_.slope
        by_feature = group_columns(contributions[:, :-1], self.encoding_.sources, len(self.feature_set.names))
        base = self.calibrator_.slope * self.intercept_ + self.calibrator_.shift
        return Parts(self.feature_set, by_feature, contributions[:, -1] + base)
