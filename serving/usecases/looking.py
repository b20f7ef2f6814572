"""Looking: scoring leads of the store, each with its account's events, all in one engine call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.contract import clean_records
from features.event_feature import Scope
from features.feature_set import FeatureSet
from features.plan import FOREVER, build_plan
from features.tables import UNKNOWN, EventLog, LeadTable, SnapshotTable
from features.times import DAY, MISSING_TIME, SECOND
from models.scorer import LeadScorer, ScoreTable
from serving.usecases.histories import History

# Enough to say what moved; each is a sentence to make and to keep, for every score ever given.
MOST_REASONS = 6
# Features of time itself (days since, age) move a little every day.
_AT_LEAST_EVERY = DAY
# Windows of busy leads move all the time; each look costs as much as an event.
_AT_MOST_EVERY = 15 * 60 * SECOND
_ATTRIBUTES = msgspec.json.Decoder(dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A lead as it is scored: what was told of it and of its account, and the moment to look."""

    lead_id: str
    account_id: str | None
    created_at: int | None
    as_of: int
    attributes: str
    account_attributes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Scores of leads, in the order asked, and for each the moment at which silence may change it."""

    scores: ScoreTable
    look_at: NDArray[np.int64]


def look(
    seen: Sequence[Seen],
    members: Mapping[str, Sequence[str]],
    histories: Mapping[str, History],
    scorer: LeadScorer,
) -> Look:
    """Score leads.

    Parameters
    ----------
    seen
        At least one lead, each once.
    members
        For each account named, all of its leads, in one order whatever is asked.
    histories
        Of every lead seen and of every member.
    scorer
        The scorer in force.
    """
    leads, events, snapshots = lay_out(seen, members, histories, scorer.feature_set)
    scores = scorer.score_snapshots(leads, events, snapshots, most_reasons=MOST_REASONS)
    return Look(scores=scores, look_at=_find_next_looks(leads, events, snapshots.as_of, scorer.feature_set))


def lay_out(
    seen: Sequence[Seen],
    members: Mapping[str, Sequence[str]],
    histories: Mapping[str, History],
    feature_set: FeatureSet,
) -> tuple[LeadTable, EventLog, SnapshotTable]:
    """Lay out what `look` takes as the engine's tables; snapshots stand in the order of the leads seen."""
    leads = _table_leads(seen, members, feature_set)
    as_of = np.array([lead.as_of for lead in seen], np.int64)
    snapshots = SnapshotTable(lead=np.arange(len(seen), dtype=np.int32), as_of=as_of)
    return leads, _log_events(leads, histories, feature_set), snapshots


def read_attributes(told: str) -> dict[str, Any]:
    """Read stored attributes."""
    return _ATTRIBUTES.decode(told)


def merge_attributes(lead: str, account: str | None) -> dict[str, Any]:
    """Return the attributes of an account and of its lead as one; what the lead says itself wins."""
    if account is None or account == "{}":
        return read_attributes(lead)
    own = {name: value for name, value in read_attributes(lead).items() if value is not None}
    return {**read_attributes(account), **own}


def _table_leads(seen: Sequence[Seen], members: Mapping[str, Sequence[str]], feature_set: FeatureSet) -> LeadTable:
    """Lay out the leads seen and behind them their colleagues, of whom only the events matter."""
    positions = {lead.lead_id: position for position, lead in enumerate(seen)}
    account_ids = list(dict.fromkeys(lead.account_id for lead in seen if lead.account_id is not None))
    account_of = {account_id: position for position, account_id in enumerate(account_ids)}
    account = [UNKNOWN if lead.account_id is None else account_of[lead.account_id] for lead in seen]
    colleagues = [
        (lead_id, position)
        for position, account_id in enumerate(account_ids)
        for lead_id in members[account_id]
        if lead_id not in positions
    ]
    created = [MISSING_TIME if lead.created_at is None else lead.created_at for lead in seen]
    return LeadTable(
        ids=np.array([*positions, *(lead_id for lead_id, _ in colleagues)], dtype=object),
        account=np.array([*account, *(position for _, position in colleagues)], np.int32),
        account_ids=account_ids,
        created_at=np.array([*created, *[MISSING_TIME] * len(colleagues)], np.int64),
        attributes=_clean_attributes(seen, feature_set, len(colleagues)),
    )


def _clean_attributes(seen: Sequence[Seen], feature_set: FeatureSet, n_colleagues: int) -> dict[str, NDArray[Any]]:
    told = [merge_attributes(lead.attributes, lead.account_attributes) for lead in seen]
    numbers = clean_records(told, feature_set.schema.numbers, is_number=True)
    texts = clean_records(told, feature_set.schema.texts, is_number=False)
    if not n_colleagues:
        return {**numbers, **texts}
    no_number, no_text = np.full(n_colleagues, np.nan), np.full(n_colleagues, None, dtype=object)
    return {
        **{name: np.concatenate([values, no_number]) for name, values in numbers.items()},
        **{name: np.concatenate([values, no_text]) for name, values in texts.items()},
    }


def _log_events(leads: LeadTable, histories: Mapping[str, History], feature_set: FeatureSet) -> EventLog:
    own = [histories[lead_id] for lead_id in leads.ids]
    lengths = [len(history) for history in own]
    if not sum(lengths):
        return EventLog.empty()
    lead = np.repeat(np.arange(len(leads), dtype=np.int32), lengths)
    occurred_at = np.concatenate([history.occurred_at for history in own])
    return EventLog(
        lead=lead,
        account=leads.account[lead],
        type=np.concatenate([history.type for history in own]),
        # No caller can name a type that is blank.
        types=(*feature_set.types, ""),
        occurred_at=occurred_at,
        # Whatever lies in the store has been recorded.
        recorded_at=occurred_at,
        properties=np.concatenate([history.amounts for history in own], axis=1),
        property_names=feature_set.quantities,
    )


def _find_next_looks(
    leads: LeadTable, events: EventLog, as_of: NDArray[np.int64], feature_set: FeatureSet
) -> NDArray[np.int64]:
    """Find when each lead's next event leaves or enters a window."""
    n_seen = len(as_of)
    latest = as_of + _AT_LEAST_EVERY
    for scope in ("lead", "account"):
        plan = build_plan(feature_set, scope)
        if plan is not None and len(events):
            group = np.arange(n_seen) if scope == "lead" else leads.account[:n_seen]
            latest = np.minimum(latest, _find_moves(scope, group, leads, events, as_of, plan.edges))
    return np.maximum(latest, as_of + _AT_MOST_EVERY)


def _find_moves(
    scope: Scope,
    group: NDArray[Any],
    leads: LeadTable,
    events: EventLog,
    as_of: NDArray[np.int64],
    edges: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Find, for each lead seen, the first moment after `as_of` at which an event of its group moves."""
    by_account = scope == "account"
    n_groups = len(leads.account_ids) if by_account else len(leads)
    whose = events.account if by_account else events.lead
    known = whose >= 0
    # Leads of one account are looked at together, so the latest moment among them speaks for all.
    looked = np.zeros(n_groups, np.int64)
    has_group = group >= 0
    np.maximum.at(looked, group[has_group], as_of[has_group])
    # Leads without a group point at the last place, which nothing moves.
    first = np.full(n_groups + 1, FOREVER)
    occurred, whose = events.occurred_at[known], whose[known]
    for edge in (0, *edges[edges < FOREVER].tolist()):
        moves = occurred + edge + 1
        ahead = moves > looked[whose]
        np.minimum.at(first, whose[ahead], moves[ahead])
    moments: NDArray[np.int64] = first[group]
    return moments
