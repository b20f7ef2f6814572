"""Turning: from a look at leads to their ledger, their hot episodes, and the turns that somebody must hear of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection

from agreement import episodes
from agreement.alerting import Origin
from agreement.episodes import Change
from models.buckets import BUCKETS
from models.explanation import Reason
from models.log_odds import to_log_odds
from serving.store.journal import record_decisions
from serving.store.leads import LeadRecord
from serving.store.scores import insert_scores
from serving.usecases.looking import Look
from serving.usecases.standing import Standing

# In silence a score drifts a little every day; less than this many log-odds is no news (half a point at most).
_WORTH_RECORDING = 0.02
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A lead that turned hot, or hot again, what made it so, and the name of the import or promotion, if any."""

    record: LeadRecord
    origin: Origin
    batch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a lead is looked at: what made it necessary, and the name of the import or promotion."""

    origin: Origin
    batch: str = ""
    # Nobody spoke of the lead itself: what the look finds is written down only where it is news.
    is_quiet: bool = False


def settle(
    connection: Connection,
    records: Sequence[LeadRecord],
    looked: Look,
    whys: Mapping[str, Why],
    as_of: Sequence[int],
    seq: int,
    standing: Standing,
) -> list[Turn]:
    """Write a look into the records, the ledger and the journal; return the leads that turned hot.

    Parameters
    ----------
    records
        Locked rows in the order of the look; the caller saves them.
    whys
        By lead.
    as_of
        The moment of each look.
    seq
        The batch that the scores belong to.
    """
    ledger: list[dict[str, Any]] = []
    decisions: list[dict[str, Any]] = []
    turns: list[Turn] = []
    for row, record in enumerate(records):
        why = whys[record.id]
        state, change = _advance(record, looked, row, as_of[row], standing)
        record.look_at = _choose_next_look(looked, row, state, standing)
        if why.is_quiet and change == Change.NONE and not _is_news(record, looked, row, standing):
            record.scored_at = as_of[row]
            continue
        record.state = state
        ledger.append(_enter(record, looked, row, why.origin, as_of[row], seq, standing))
        if change != Change.NONE:
            decisions.append(note(record.id, as_of[row], change.value, episode=state.number, **_say(record)))
        if change in (Change.ENTERED, Change.REENTERED):
            turns.append(Turn(record=record, origin=why.origin, batch=why.batch))
    insert_scores(connection, ledger)
    record_decisions(connection, decisions)
    return turns


def note(lead_id: str, at: int, what: str, **details: Any) -> dict[str, Any]:
    """Return an entry of the journal."""
    return {"lead_id": lead_id, "at": at, "what": what, "details": _ENCODER.encode(details).decode()}


def encode_reasons(reasons: Sequence[Reason]) -> str:
    """Encode reasons as the ledger keeps them: family, sentence and part of the log-odds of each."""
    return _ENCODER.encode([(reason.family, reason.sentence, reason.effect) for reason in reasons]).decode()


def decode_reasons(text: str) -> list[Reason]:
    """Decode what `encode_reasons` wrote."""
    told: list[tuple[str, str, float]] = msgspec.json.decode(text, type=list[tuple[str, str, float]])
    return [Reason(family=family, sentence=sentence, effect=effect) for family, sentence, effect in told]


def _advance(
    record: LeadRecord, looked: Look, row: int, at: int, standing: Standing
) -> tuple[episodes.EpisodeState, Change]:
    if not record.is_open:
        return episodes.close(record.state, at=at)
    assert standing.in_force is not None
    return episodes.advance(
        record.state,
        probability=float(looked.scores.probability[row]),
        threshold=standing.in_force.scorer.thresholds_.hot,
        at=at,
        rules=standing.terms.episodes,
    )


def _choose_next_look(looked: Look, row: int, state: episodes.EpisodeState, standing: Standing) -> int:
    move = episodes.next_move_at(state, standing.terms.episodes)
    look_at = int(looked.look_at[row])
    return look_at if move is None else min(look_at, move)


def _is_news(record: LeadRecord, looked: Look, row: int, standing: Standing) -> bool:
    if record.probability is None or record.basis_id != standing.basis_id:
        return True
    if record.bucket != looked.scores.bucket_name(row):
        return True
    moved = abs(float(to_log_odds(record.probability)) - float(looked.scores.log_odds[row]))
    return moved >= _WORTH_RECORDING


def _enter(
    record: LeadRecord, looked: Look, row: int, origin: Origin, as_of: int, seq: int, standing: Standing
) -> dict[str, Any]:
    """Write a score into the record, and return its entry in the ledger."""
    scores = looked.scores
    record.score_number += 1
    record.basis_id, record.scored_at = standing.basis_id, as_of
    record.probability, record.score = float(scores.probability[row]), int(scores.score[row])
    record.bucket = BUCKETS[scores.bucket[row]]
    return {
        "lead_id": record.id,
        "number": record.score_number,
        "as_of": as_of,
        "seq": seq,
        "basis_id": record.basis_id,
        "origin": origin.value,
        "log_odds": float(scores.log_odds[row]),
        "probability": record.probability,
        "score": record.score,
        "bucket": record.bucket,
        "low_confidence": bool(scores.low_confidence[row]),
        "reasons": encode_reasons(scores.reasons[row]),
    }


def _say(record: LeadRecord) -> dict[str, Any]:
    return {"score": record.score, "probability": record.probability, "number": record.score_number}
