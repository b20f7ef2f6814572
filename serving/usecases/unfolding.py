"""Unfolding: a score told step by step, from the average lead through every family of facts to its probability."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row

from features.engine import compute_features
from features.tables import EventLog, LeadTable, SnapshotTable
from models.explanation import Reason, compute_reasons, list_families
from models.log_odds import to_probability
from models.scorer import LeadScorer
from serving.championing import ScorerInForce
from serving.store.leads import LeadRecord
from serving.store.past import count_known_events
from serving.usecases.histories import Histories, Reading
from serving.usecases.looking_back import lay_out_records
from serving.usecases.recalling import can_recall, lay_out_past, read_past
from serving.usecases.turning import decode_reasons

MOST_STEPS = 12
# To read and recompute a score costs some forty microseconds an event of the lead and its colleagues.
_MOST_EVENTS = 12_000
_LEAST_EFFECT = 1e-12
# Parts are added up in another order than the score was.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOfScore:
    """One step of a score: what moves it, by how much in log-odds, and the probability before and after it.

    `reason` is None for what is too small to be told one by one; `n_small` says how many families that is, None
    where nobody knows.
    """

    reason: Reason | None
    effect: float
    before: float
    after: float
    n_small: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfolding:
    """A score as a sum.

    Attributes
    ----------
    start
        Log-odds: those of the average lead where `is_whole`, else all that the ledger keeps no reason for.
    end
        Log-odds, as in the ledger.
    steps
        The strongest first; each begins where the one before ended.
    is_whole
        Whether every part was computed once more, to the same log-odds to the bit.
    """

    start: float
    end: float
    steps: Sequence[StepOfScore]
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Recollection:
    """What a score was computed from, and its parts, computed once more to the same bits.

    Attributes
    ----------
    base
        Log-odds of the average lead.
    reasons
        Every family that moves the score at all, the strongest first.
    """

    scorer: LeadScorer
    leads: LeadTable
    events: EventLog
    base: float
    reasons: Sequence[Reason]


def recollect(
    connection: Connection,
    record: LeadRecord,
    entry: Row[Any],
    in_force: ScorerInForce | None,
    histories: Histories | None,
) -> Recollection | None:
    """Recollect what a lead's latest score was computed from.

    None where its model is not the one in force, where its facts are gone or too many, or say something else now.

    Parameters
    ----------
    entry
        Of the ledger, joined with its basis.
    histories
        What is remembered of events; they are read from the store where that is None or no longer what was known.
    """
    if in_force is None or in_force.champion.fingerprint != entry.fingerprint:
        return None
    if count_known_events(connection, entry.lead_id) > _MOST_EVENTS:
        return None
    if histories is not None:
        reading = Reading.of(histories)
        tables = lay_out_records(connection, [record], [entry.as_of], histories.feature_set, reading)
        reading.keep()
        # Mostly nothing was told since, and what is remembered need not be read again.
        recalled = _compute_again(entry, in_force.scorer, *tables)
        if recalled is not None:
            return recalled
    past = read_past(connection, [entry])
    if not can_recall(past, entry):
        return None
    return _compute_again(entry, in_force.scorer, *lay_out_past(past, [entry], in_force.scorer.feature_set))


def unfold_score(entry: Row[Any], recalled: Recollection | None) -> Unfolding:
    """Unfold a score of the ledger: wholly where it was recollected, else by the reasons that were kept with it."""
    if recalled is not None:
        return stack_reasons(recalled.base, recalled.reasons, entry.log_odds, is_whole=True)
    reasons = decode_reasons(entry.reasons)
    start = entry.log_odds - math.fsum(reason.effect for reason in reasons)
    return stack_reasons(start, reasons, entry.log_odds, is_whole=False)


def stack_reasons(start: float, reasons: Sequence[Reason], end: float, *, is_whole: bool) -> Unfolding:
    """Stack reasons upon each other, the strongest first; what is behind the `MOST_STEPS` strongest is one step.

    Parameters
    ----------
    start, end
        Log-odds. What the reasons do not account for between them is the last step.
    """
    ordered = sorted(reasons, key=lambda reason: (-abs(reason.effect), reason.family))
    told = ordered if len(ordered) <= MOST_STEPS else ordered[: MOST_STEPS - 1]
    small = end - start - math.fsum(reason.effect for reason in told)
    parts: list[tuple[Reason | None, float]] = [(reason, reason.effect) for reason in told]
    if abs(small) > _ROUNDING:
        parts.append((None, small))
    steps, at = [], start
    for number, (reason, effect) in enumerate(parts, start=1):
        reached = end if number == len(parts) else at + effect
        n_small = None if reason is not None else max(0, len(reasons) - len(told))
        steps.append(
            StepOfScore(reason=reason, effect=effect, before=to_share(at), after=to_share(reached), n_small=n_small)
        )
        at = reached
    return Unfolding(start=start, end=end, steps=steps, is_whole=is_whole)


def to_share(log_odds: float) -> float:
    """Convert log-odds to a probability, by the rule that scores are made by."""
    return float(to_probability(np.array([log_odds]))[0])


def _compute_again(
    entry: Row[Any], scorer: LeadScorer, leads: LeadTable, events: EventLog, snapshots: SnapshotTable
) -> Recollection | None:
    """Compute a score once more; None where it or the reasons kept with it come out otherwise."""
    table = compute_features(leads, events, snapshots, feature_set=scorer.feature_set)
    if float(scorer.predict_log_odds(table)[0]) != entry.log_odds:
        return None
    parts = scorer.compute_parts(table)
    reasons = compute_reasons(parts, table, most=len(list_families(scorer.feature_set)), least=_LEAST_EFFECT)[0]
    kept = decode_reasons(entry.reasons)
    if list(reasons[: len(kept)]) != kept:
        return None
    return Recollection(scorer=scorer, leads=leads, events=events, base=float(parts.rest[0]), reasons=reasons)
