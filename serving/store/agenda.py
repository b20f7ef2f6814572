"""The agenda: what is due, asked in one look that locks nothing, so that an idle worker is in nobody's way."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, exists, select

from serving.store.edge_tables import channels
from serving.store.leads import NOBODY_TOLD
from serving.store.tables import accounts, alerts, bases, deliveries, digests, leads

IS_SCORABLE: ColumnElement[bool] = leads.c.is_open & (leads.c.version != NOBODY_TOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """Whether there is something to tell, to escalate, to look at for one of three reasons, or to send."""

    tells: bool
    escalates: bool
    looks: bool
    sweeps: bool
    moves: bool


def read_agenda(connection: Connection, *, now: int, basis_id: int | None, moved_since: int) -> Agenda:
    """Read what is due; without a basis nothing can be looked at."""
    tells = exists().where(alerts.c.state == "waiting", alerts.c.form == "single", alerts.c.deliver_at <= now)
    digest = exists().where(digests.c.state == "waiting", digests.c.due_at <= now)
    escalates = exists().where(alerts.c.escalate_at <= now, alerts.c.acknowledged_at.is_(None))
    looks = exists().where(leads.c.look_at <= now, IS_SCORABLE)
    sweeps = exists().where(bases.c.id == basis_id, bases.c.swept_at.is_(None)) | find_stale(basis_id)
    found = connection.execute(select(tells, digest, escalates, looks, sweeps, find_moved(moved_since, now))).one()
    can_look = basis_id is not None
    return Agenda(
        tells=found[0] or found[1],
        escalates=found[2],
        looks=can_look and found[3],
        sweeps=can_look and found[4],
        moves=can_look and found[5],
    )


def is_stale(basis_id: int | None) -> ColumnElement[bool]:
    """Return the condition under which a lead's score is of another basis."""
    # Two ranges of one index, where "not equal" would read all of it. Numbers begin at one.
    number = basis_id or 0
    other = leads.c.basis_id.is_(None) | (leads.c.basis_id < number) | (leads.c.basis_id > number)
    return IS_SCORABLE & other


def find_stale(basis_id: int | None) -> ColumnElement[bool]:
    """Return whether any lead's score is of another basis."""
    return exists().where(is_stale(basis_id))


def has_moved(since: int, now: int) -> ColumnElement[bool]:
    """Return the condition, over leads joined with accounts, under which colleagues moved after a lead's look."""
    # After a clock went back, a move lies ahead: a look before it would leave the lead as due as it was.
    moved = accounts.c.moved_at.between(since, now)
    return moved & (leads.c.scored_at < accounts.c.moved_at) & IS_SCORABLE


def find_moved(since: int, now: int) -> ColumnElement[bool]:
    """Return whether any lead's colleagues moved after its look."""
    return exists().where(accounts.c.id == leads.c.account_id, has_moved(since, now))


def is_anything_due(connection: Connection, *, now: int, is_retry: bool) -> bool:
    """Tell whether a delivery of one lane is due."""
    lane = deliveries.c.attempts > 0 if is_retry else deliveries.c.attempts == 0
    free = deliveries.c.leased_until.is_(None) | (deliveries.c.leased_until <= now)
    rests = channels.c.rests_until.is_not(None) & (channels.c.rests_until > now)
    due = (deliveries.c.state == "due") & (deliveries.c.next_at <= now) & lane & free
    found = exists().where(due, channels.c.id == deliveries.c.channel_id, ~rests)
    return bool(connection.execute(select(found)).scalar())
