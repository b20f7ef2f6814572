"""Fitting: from an imported history to a scorer that was tuned, gated, calibrated and tested once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from features.catalogue import derive_catalogue
from features.engine import FeatureTable, compute_features
from features.feature_set import FeatureSet
from features.times import DAY
from models.buckets import Thresholds, choose_thresholds
from models.calibration import Calibrator, Evidence, Window, choose_calibrator
from models.estimator import TrainableScorer
from models.log_odds import to_probability
from models.reference import Reference
from models.scorer import LeadScorer
from models.settings import AdditiveSettings, BoosterSettings
from training.baselines import BaseRate, PointsScorecard, build_logistic
from training.blending import BlendTrial, choose_additive
from training.evaluation import compute_comparison
from training.gate import GateDecision, decide
from training.history import History
from training.rehearsal import Rehearsal, rehearse
from training.snapshots import TrainingRows, build_training_rows
from training.splits import Split, split_rows
from training.thresholds import choose_thresholds_by_capacity
from training.tuning import CANDIDATES, Trial, choose_settings, encode_folds
from training.windows import choose_base_rates, predict_windows

OURS, BASE_RATE, LOGISTIC, SCORECARD = "hotlead", "base rate", "logistic regression", "points scorecard"
Step = Callable[[str, int, int], None]

# Types beyond these are counted among all events only.
_MAX_EVENT_TYPES = 15
_WEEK = 7 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """What a user may choose.

    Attributes
    ----------
    horizon_days
        Time after `as_of` in which a win counts; None takes the recipe's or derives it.
    test_share
        Share of the latest rows that are looked at once, in (0, 1).
    hot_share, warm_share
        Shares of leads that are hot, and warm, where no capacity says better.
    hot_per_week
        How many leads may turn hot in a week, from the agreement's capacity; overrides `hot_share`.
    """

    horizon_days: int | None = None
    test_share: float = 0.2
    hot_share: float = 0.1
    warm_share: float = 0.2
    hot_per_week: float | None = None
    candidates: Sequence[BoosterSettings] = CANDIDATES
    seed: int = 0
    workers: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A scorer and everything that was measured on the way to it."""

    scorer: LeadScorer
    rows: TrainingRows
    split: Split
    table: FeatureTable
    settings: BoosterSettings
    additive: AdditiveSettings | None
    trials: tuple[Trial, ...]
    blends: tuple[BlendTrial, ...]
    gate: GateDecision | None
    evidence: tuple[Evidence, ...]
    rehearsal: Rehearsal | None
    test_probabilities: Mapping[str, NDArray[np.float64]]
    comparison: pd.DataFrame
    warnings: tuple[str, ...]

    @property
    def test_labels(self) -> NDArray[np.float64]:
        """Return the labels of the test rows, shape (n,)."""
        return self.rows.labels[self.split.test]

    @property
    def test_table(self) -> FeatureTable:
        """Return the features of the test rows."""
        return self.table.take(self.split.test)


# On matrices this small more threads cost more than they save, and another number of them is another last digit.
@threadpool_limits.wrap(limits=1, user_api="blas")
def fit_history(history: History, options: TrainingOptions, on_step: Step = lambda *_: None) -> Fitted:
    """Fit a scorer to a history.

    Raises
    ------
    TooLittleHistory, TooFewRows
        If there is not enough to learn from.
    """
    on_step("snapshots", 0, 1)
    rows = build_training_rows(history, horizon_days=options.horizon_days, seed=options.seed)
    split = split_rows(rows, history.about.time_basis, test_share=options.test_share, seed=options.seed)
    on_step("features", 0, 1)
    feature_set = _derive_features(history, rows, split)
    table = compute_features(rows.leads, rows.events, rows.snapshots, feature_set=feature_set)
    development, labels = table.take(split.development), rows.labels[split.development]
    settings, trials = _tune(development, labels, split, options, on_step)
    on_step("windows", 0, 1)
    windows = predict_windows(development, labels, split.folds, settings, workers=options.workers)
    additive, blends = _blend(development, labels, split, windows, options)
    if additive is not None:
        windows = predict_windows(development, labels, split.folds, settings, additive, workers=options.workers)
    gate = _decide(windows, labels, split, rows)
    if gate is None or not gate.passed:
        settings, additive = replace(settings, rounds=0), None
        windows = predict_windows(development, labels, split.folds, settings, workers=options.workers)
    calibrator, evidence = choose_calibrator(windows)
    on_step("fit", 0, 1)
    scorer = TrainableScorer(table.feature_set, settings, additive, threads=options.workers)
    scorer.fit(development, labels)
    rehearsal = _finish(scorer, development, split, windows, calibrator, rows, options)
    on_step("test", 0, 1)
    probabilities = _predict_test(scorer, table, rows, split)
    return Fitted(
        scorer=scorer,
        rows=rows,
        split=split,
        table=table,
        settings=settings,
        additive=additive,
        trials=trials,
        blends=blends,
        gate=gate,
        evidence=evidence,
        rehearsal=rehearsal,
        test_probabilities=probabilities,
        comparison=compute_comparison(
            rows.labels[split.test],
            probabilities,
            reference=OURS,
            seed=options.seed,
            groups=rows.snapshots.lead[split.test],
        ),
        warnings=(*rows.notes, *rows.floods, *_warn(split, gate)),
    )


def _derive_features(history: History, rows: TrainingRows, split: Split) -> FeatureSet:
    about = history.about
    return derive_catalogue(
        schema=about.schema,
        event_types=_list_event_types(rows, split),
        quantities=about.quantities,
        has_accounts=about.has_accounts,
        is_dated=about.time_basis == "dated",
    )


def _list_event_types(rows: TrainingRows, split: Split) -> list[str]:
    """List the most frequent event types among the events that development rows can know of."""
    latest = rows.snapshots.as_of[split.development].max()
    counts = np.bincount(rows.events.type[rows.events.recorded_at <= latest], minlength=len(rows.events.types))
    by_frequency = np.argsort(-counts, kind="stable")[:_MAX_EVENT_TYPES]
    return [rows.events.types[code] for code in by_frequency if counts[code]]


def _tune(
    table: FeatureTable, labels: NDArray[np.float64], split: Split, options: TrainingOptions, on_step: Step
) -> tuple[BoosterSettings, tuple[Trial, ...]]:
    if not split.folds:
        return replace(options.candidates[0], rounds=0), ()
    return choose_settings(
        table,
        labels,
        split.folds,
        candidates=options.candidates,
        seed=options.seed,
        workers=options.workers,
        on_progress=lambda done, total: on_step("tune", done, total),
    )


def _blend(
    table: FeatureTable, labels: NDArray[np.float64], split: Split, trees: list[Window], options: TrainingOptions
) -> tuple[AdditiveSettings | None, tuple[BlendTrial, ...]]:
    if not trees:
        return None, ()
    return choose_additive(encode_folds(table, labels, split.folds), trees, workers=options.workers)


def _decide(
    windows: list[Window], labels: NDArray[np.float64], split: Split, rows: TrainingRows
) -> GateDecision | None:
    if not windows:
        return None
    lead = rows.snapshots.lead[split.development]
    return decide(
        windows,
        base_rates=choose_base_rates(labels, split.folds),
        groups=[lead[fold.valid] for fold in split.folds],
    )


def _finish(
    scorer: LeadScorer,
    development: FeatureTable,
    split: Split,
    windows: list[Window],
    calibrator: Calibrator,
    rows: TrainingRows,
    options: TrainingOptions,
) -> Rehearsal | None:
    """Give a fitted scorer its calibrator, and thresholds and ranks from the latest rows it was not fitted on."""
    scorer.calibrator_ = calibrator
    if not windows:
        return None
    latest = split.folds[-1]
    probability = to_probability(calibrator.apply(windows[-1].log_odds))
    scorer.reference_ = Reference.learn(development.take(latest.valid), scorer.encoding_, probability)
    unfitted = TrainableScorer(scorer.feature_set, scorer.settings, scorer.additive, threads=options.workers)
    rehearsal = rehearse(unfitted, calibrator, development, rows, split.development, latest)
    scorer.thresholds_ = _choose_thresholds(rehearsal, probability, options)
    return rehearsal


def _choose_thresholds(
    rehearsal: Rehearsal, probability: NDArray[np.float64], options: TrainingOptions
) -> Thresholds:
    """Choose thresholds by share; or, where sales has said what it can honour, by leads turning hot a week."""
    if options.hot_per_week is None or rehearsal.start is None or rehearsal.end is None:
        return choose_thresholds(probability, hot_share=options.hot_share, warm_share=options.warm_share)
    inside = rehearsal.is_inside
    return choose_thresholds_by_capacity(
        rehearsal.probability[inside],
        rehearsal.snapshots.lead[inside],
        weeks=(rehearsal.end - rehearsal.start) / _WEEK,
        hot_per_week=options.hot_per_week,
        warm_share=options.warm_share,
    )


def _predict_test(
    scorer: LeadScorer, table: FeatureTable, rows: TrainingRows, split: Split
) -> dict[str, NDArray[np.float64]]:
    """Predict the test rows by the scorer and by the baselines fitted on the very same rows."""
    train, test = table.take(split.development).to_frame(), table.take(split.test).to_frame()
    labels = rows.labels[split.development]
    predicted = {OURS: scorer.predict_proba(table.take(split.test))[:, 1]}
    for name, baseline in (
        (BASE_RATE, BaseRate()),
        (LOGISTIC, build_logistic()),
        (SCORECARD, PointsScorecard()),
    ):
        predicted[name] = baseline.fit(train, labels).predict_proba(test)[:, 1]
    return predicted


def _warn(split: Split, gate: GateDecision | None) -> tuple[str, ...]:
    warnings = []
    if split.kind == "random":
        warnings.append("The leads carry no date and no order, so the split is random: expect less on later leads.")
    if gate is None:
        warnings.append("No forward window had enough decided leads to choose by; the base rate is published.")
    elif not gate.passed:
        warnings.append(gate.to_sentence())
    return tuple(warnings)
