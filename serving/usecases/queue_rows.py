"""Queue rows: what a rep sees of each lead at a glance, gathered for a page at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from agreement.forecast.deal_values import DealValues
from agreement.timers import Timer
from features.times import DAY
from serving.store.queue_rows import find_last_events, read_queue_rows
from serving.store.queues import IN_SALES
from serving.store.timers import read_timers
from serving.usecases.appraising import Appraisal, appraise_leads
from serving.usecases.looking import merge_attributes
from serving.usecases.telling import find_company, find_name
from serving.usecases.turning import decode_reasons

TREND_DAYS = 7
_REASONS_SHOWN = 2
_UNKNOWN = Appraisal(euros=None, expected=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The nearest thing that sales owes a lead: a duty of `agreement.timers`, and until when."""

    duty: str
    due_at: int
    is_overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedLead:
    """A lead as a queue shows it.

    Attributes
    ----------
    probability
        None where the model vouches for the rank alone, or where it was never scored.
    reasons
        The sentences of what raises its score most.
    past
        Its score a week ago, a day later, and so on until now; None before its first.
    last_event
        The type of what it did last, and when.
    appraisal
        What it brings if it is won.
    """

    id: str
    name: str
    role: str
    company: str
    owner_id: str | None
    stage: str
    score: int | None
    bucket: str | None
    probability: float | None
    reasons: Sequence[str]
    past: Sequence[int | None]
    deadline: Deadline | None
    last_event: tuple[str, int] | None
    appraisal: Appraisal
    is_hot: bool
    hot_since: int | None
    snoozed_until: int | None

    @property
    def change(self) -> int | None:
        """Return by how many points the score rose in a week, None where there was none a week ago."""
        before, now = self.past[0], self.score
        return None if before is None or now is None else now - before


def read_queued(connection: Connection, ids: Sequence[str], values: DealValues, now: int) -> list[QueuedLead]:
    """Read leads of a queue in the order of their ids, in as many queries however many they are."""
    if not ids:
        return []
    rows = read_queue_rows(connection, ids, [now - days * DAY for days in range(TREND_DAYS, 0, -1)])
    timers, events = read_timers(connection, ids), find_last_events(connection, ids, now)
    appraisals = appraise_leads(connection, ids, values, now)
    return [
        _read_lead(
            rows[lead_id],
            deadline=find_deadline(timers.get(lead_id, ()), now) if rows[lead_id].stage in IN_SALES else None,
            last_event=events.get(lead_id),
            appraisal=appraisals.get(lead_id, _UNKNOWN),
        )
        for lead_id in ids
        if lead_id in rows
    ]


def find_deadline(timers: Sequence[Timer], now: int) -> Deadline | None:
    """Find the nearest deadline among the duties of the last hand-over that are still to be done."""
    newest = max((timer.started_at for timer in timers), default=None)
    undone = [t for t in timers if t.started_at == newest and t.met_at is None and t.ended_at is None]
    if not undone:
        return None
    nearest = min(undone, key=lambda timer: (timer.due_at, timer.duty.value))
    return Deadline(duty=nearest.duty.value, due_at=nearest.due_at, is_overdue=nearest.due_at <= now)


def _read_lead(row: Row[Any], **found: Any) -> QueuedLead:
    told = merge_attributes(row.attributes, row.company)
    is_vouched = row.withheld is None
    if not is_vouched:
        found["appraisal"] = Appraisal(euros=found["appraisal"].euros, expected=None)
    return QueuedLead(
        id=row.id,
        name=find_name(told),
        role=str(told.get("role") or ""),
        company=find_company(told),
        owner_id=row.owner_id,
        stage=row.stage,
        score=row.score,
        bucket=row.bucket,
        probability=row.probability if is_vouched else None,
        reasons=_find_reasons(row.reasons),
        past=[*(getattr(row, f"past_{place}") for place in range(TREND_DAYS)), row.score],
        is_hot=row.episode_is_open,
        hot_since=row.entered_at if row.episode_is_open else None,
        snoozed_until=row.snoozed_until,
        **found,
    )


def _find_reasons(told: str | None) -> list[str]:
    raising = [] if told is None else [reason for reason in decode_reasons(told) if reason.effect > 0]
    strongest = sorted(raising, key=lambda reason: -reason.effect)[:_REASONS_SHOWN]
    return [reason.sentence for reason in strongest]
