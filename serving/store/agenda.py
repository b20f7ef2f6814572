"""The agenda: what is due, asked in one look that locks nothing, so that an idle worker is in nobody's way."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, exists, false, func, or_, select

from serving.store.edge_tables import channels
from serving.store.holds import is_answered
from serving.store.leads import NOBODY_TOLD
from serving.store.tables import accounts, alerts, bases, deliveries, digests, leads
from serving.store.timers import is_overdue
from serving.store.web_tables import held_acts

# Nearly every lead is open. Wrapped, so that no database takes that for the condition that narrows a search:
# SQLite, which counts nothing by itself, read all open leads to find the few that are due.
IS_OPEN = func.coalesce(leads.c.is_open, false())
IS_SCORABLE: ColumnElement[bool] = IS_OPEN & (leads.c.version != NOBODY_TOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """Whether there is something to tell, escalate, hand over, wake, chase or release, or perhaps to look at."""

    tells: bool
    escalates: bool
    hands_over: bool
    wakes: bool
    chases: bool
    looks: bool
    sweeps: bool
    moves: bool
    releases: bool


def read_agenda(
    connection: Connection, *, now: int, basis_id: int | None, moved_since: int, chased_since: int
) -> Agenda:
    """Read what is due; without a basis nothing can be looked at."""
    tells = exists().where(alerts.c.state == "waiting", alerts.c.form == "single", alerts.c.deliver_at <= now)
    digest = exists().where(digests.c.state == "waiting", digests.c.due_at <= now)
    escalates = exists().where(
        alerts.c.escalate_at <= now, alerts.c.acknowledged_at.is_(None), ~is_answered(alerts.c.lead_id)
    )
    hands_over = exists().where(leads.c.hand_over_at <= now, IS_OPEN)
    wakes, chases = exists().where(leads.c.wake_at <= now), exists().where(is_overdue(now, chased_since))
    looks = exists().where(leads.c.look_at <= now, IS_SCORABLE)
    sweeps = exists().where(bases.c.id == basis_id, bases.c.swept_at.is_(None)) | find_stale(basis_id)
    moves = exists().where(accounts.c.moved_at.between(moved_since, now))
    releases = exists().where(held_acts.c.due_at <= now)
    asked = (tells, digest, escalates, hands_over, wakes, chases, looks, sweeps, moves, releases)
    found = connection.execute(select(*asked)).one()
    can_look = basis_id is not None
    return Agenda(
        tells=found[0] or found[1],
        escalates=found[2],
        hands_over=found[3],
        wakes=found[4],
        chases=found[5],
        looks=can_look and found[6],
        sweeps=can_look and found[7],
        moves=can_look and found[8],
        releases=found[9],
    )


def list_stale_ranges(basis_id: int | None) -> list[ColumnElement[bool]]:
    """List the conditions under which a lead's score is of another basis: each one range of an index."""
    number = basis_id or 0
    others = (leads.c.basis_id.is_(None), leads.c.basis_id < number, leads.c.basis_id > number)
    return [leads.c.is_open & other & (leads.c.version != NOBODY_TOLD) for other in others]


def find_stale(basis_id: int | None) -> ColumnElement[bool]:
    """Return whether any lead's score is of another basis."""
    return or_(*(exists().where(stale) for stale in list_stale_ranges(basis_id)))


def has_moved(since: int, now: int) -> ColumnElement[bool]:
    """Return the condition under which a lead's colleagues moved after it was last looked at."""
    # After a clock went back, a move lies ahead: a look before it would leave the lead as due as it was.
    moved = select(accounts.c.id).where(accounts.c.moved_at.between(since, now))
    moved_at = select(accounts.c.moved_at).where(accounts.c.id == leads.c.account_id).scalar_subquery()
    return leads.c.account_id.in_(moved) & (leads.c.scored_at < moved_at) & IS_SCORABLE


def is_anything_due(connection: Connection, *, now: int, is_retry: bool) -> bool:
    """Tell whether a delivery of one lane is due."""
    lane = deliveries.c.attempts > 0 if is_retry else deliveries.c.attempts == 0
    free = deliveries.c.leased_until.is_(None) | (deliveries.c.leased_until <= now)
    rests = channels.c.rests_until.is_not(None) & (channels.c.rests_until > now)
    due = (deliveries.c.state == "due") & (deliveries.c.next_at <= now) & lane & free
    found = exists().where(due, channels.c.id == deliveries.c.channel_id, ~rests)
    return bool(connection.execute(select(found)).scalar())
