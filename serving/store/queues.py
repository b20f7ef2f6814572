"""Queues: open leads in the order in which somebody takes them up, read along an index and never as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, or_, select, tuple_

from agreement.stages import Stage
from serving.store.agenda import IS_OPEN
from serving.store.leads import NOBODY_TOLD
from serving.store.listing import follow_text
from serving.store.pages import Keys, read_page
from serving.store.promise_tables import timers
from serving.store.tables import accounts, leads

IN_SALES = (Stage.SQL.value, Stage.OPPORTUNITY.value)
"""Open stages in which sales owes something; a timer of a lead that went back says nothing any more."""

_other = timers.alias("other")
_UNDONE = timers.c.met_at.is_(None) & timers.c.ended_at.is_(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Which open leads a queue holds.

    Attributes
    ----------
    now
        Microseconds since 1970: leads that sleep until later are left out, or are all there is.
    owner_id
        Whose; None for everybody's.
    buckets, stages
        Among which they are; empty for any. Leads that were never scored are in no bucket.
    due_from, due_before
        Only leads whose nearest deadline lies in [`due_from`, `due_before`).
    among
        Only these, where given.
    """

    now: int
    owner_id: str | None = None
    buckets: Sequence[str] = ()
    stages: Sequence[str] = ()
    is_snoozed: bool = False
    due_from: int | None = None
    due_before: int | None = None
    among: Sequence[str] | None = None

    @property
    def asks_for_deadlines(self) -> bool:
        """Tell whether leads without a deadline are left out."""
        return self.due_from is not None or self.due_before is not None


def list_deadlines(
    connection: Connection, chosen: QueueFilter, *, most: int, after: Keys | None = None
) -> list[Row[Any]]:
    """List the ids of leads and their nearest deadlines, the most pressing first."""
    keys = [timers.c.due_at, timers.c.lead_id]
    return read_page(connection, _choose_deadlines(chosen), keys, most=most, after=after, is_rising=True)


def list_newest_hot(
    connection: Connection, chosen: QueueFilter, *, most: int, after: Keys | None = None
) -> list[Row[Any]]:
    """List the ids of leads whose hot episode is open and when it began, the newest first."""
    is_hot = leads.c.episode_is_open & leads.c.entered_at.is_not(None)
    query = select(leads.c.id, leads.c.entered_at).where(
        is_hot, *_list_conditions(chosen), *_is_among_buckets(chosen)
    )
    return read_page(connection, query, [leads.c.entered_at, leads.c.id], most=most, after=after)


def list_bucket(
    connection: Connection,
    chosen: QueueFilter,
    bucket: str | None,
    *,
    most: int,
    after: Keys | None = None,
    passes_over: str | None = None,
) -> list[Row[Any]]:
    """List the ids of the leads of a bucket and their scores, the highest first.

    Parameters
    ----------
    bucket
        None for leads that were never scored.
    passes_over
        ``due`` or ``hot``: without the leads that `list_deadlines` or `list_newest_hot` lists.
    """
    query = select(leads.c.id, leads.c.score).where(*_list_conditions(chosen), *_pass_over(passes_over))
    return _read_bucket(connection, query, bucket, most=most, after=after)


def list_written(connection: Connection, chosen: QueueFilter, bucket: str | None, *, most: int) -> list[Row[Any]]:
    """List the leads of a bucket with what was told of them and of their companies, the highest score first."""
    told = [leads.c.id, leads.c.score, leads.c.attributes, accounts.c.attributes.label("company")]
    query = select(*told).outerjoin(accounts, accounts.c.id == leads.c.account_id)
    return _read_bucket(connection, query.where(*_list_conditions(chosen)), bucket, most=most)


def list_ids_from(connection: Connection, chosen: QueueFilter, prefix: str, *, most: int) -> list[str]:
    """List the ids that begin with a text."""
    end = follow_text(prefix)
    query = select(leads.c.id).where(leads.c.id >= prefix, *([] if end is None else [leads.c.id < end]))
    query = query.where(*_list_conditions(chosen), leads.c.version != NOBODY_TOLD)
    return [row.id for row in read_page(connection, query, [leads.c.id], most=most, is_rising=True)]


def count_queues(connection: Connection, chosen: Sequence[QueueFilter], *, most: int) -> list[int]:
    """Count the leads of some queues, none further than `most`."""
    counts = []
    for each in chosen:
        query = _choose_deadlines(each) if each.asks_for_deadlines else _choose_leads(each)
        counts.append(select(func.count()).select_from(query.limit(most).subquery()).scalar_subquery())
    return list(connection.execute(select(*counts)).one())


def has_leads(connection: Connection, owner_id: str | None) -> bool:
    """Tell whether there is any lead that we were told of, or any open one of somebody."""
    whose = [] if owner_id is None else [leads.c.owner_id == owner_id, leads.c.is_open]
    return bool(connection.execute(select(exists().where(leads.c.version != NOBODY_TOLD, *whose))).scalar())


def _read_bucket(
    connection: Connection, query: Select[Any], bucket: str | None, *, most: int, after: Keys | None = None
) -> list[Row[Any]]:
    if bucket is None:
        query = query.where(leads.c.bucket.is_(None), leads.c.score.is_(None), leads.c.version != NOBODY_TOLD)
        return read_page(connection, query, [leads.c.id], most=most, after=after and after[1:])
    return read_page(
        connection, query.where(leads.c.bucket == bucket), [leads.c.score, leads.c.id], most=most, after=after
    )


def _choose_leads(chosen: QueueFilter) -> Select[Any]:
    buckets = [leads.c.bucket.in_(chosen.buckets)] if chosen.buckets else []
    return select(leads.c.id).where(*_list_conditions(chosen), *buckets)


def _choose_deadlines(chosen: QueueFilter) -> Select[Any]:
    query = select(leads.c.id, timers.c.due_at).join(timers, timers.c.lead_id == leads.c.id)
    query = query.where(_UNDONE, _is_latest(), _is_nearest(), *_list_conditions(chosen), *_is_among_buckets(chosen))
    if chosen.due_from is not None:
        query = query.where(timers.c.due_at >= chosen.due_from)
    if chosen.due_before is not None:
        query = query.where(timers.c.due_at < chosen.due_before)
    return query.where(leads.c.stage.in_(IN_SALES))


def _is_latest() -> ColumnElement[bool]:
    """Of the last hand-over: what was owed from an earlier one is over."""
    newest = select(func.max(_other.c.started_at)).where(_other.c.lead_id == timers.c.lead_id)
    return timers.c.started_at == newest.scalar_subquery()


def _is_nearest() -> ColumnElement[bool]:
    """Of several duties from one hand-over the one that is due first."""
    same = (_other.c.lead_id == timers.c.lead_id) & (_other.c.started_at == timers.c.started_at)
    undone = _other.c.met_at.is_(None) & _other.c.ended_at.is_(None)
    sooner = tuple_(_other.c.due_at, _other.c.duty) < tuple_(timers.c.due_at, timers.c.duty)
    return ~exists().where(same, undone, sooner)


def _pass_over(which: str | None) -> list[ColumnElement[bool]]:
    if which == "hot":
        return [~(leads.c.episode_is_open & leads.c.entered_at.is_not(None))]
    if which == "due":
        its = timers.c.lead_id == leads.c.id
        return [~(leads.c.stage.in_(IN_SALES) & exists().where(its, _UNDONE, _is_latest()))]
    return []


def _is_among_buckets(chosen: QueueFilter) -> list[ColumnElement[bool]]:
    """Of everybody's leads the buckets are wrapped: read in another order, they would be read whole and sorted."""
    bucket = func.coalesce(leads.c.bucket, "") if chosen.owner_id is None else leads.c.bucket
    return [bucket.in_(chosen.buckets)] if chosen.buckets else []


def _list_conditions(chosen: QueueFilter) -> list[ColumnElement[bool]]:
    awake = or_(leads.c.snoozed_until.is_(None), leads.c.snoozed_until <= chosen.now)
    conditions = [leads.c.snoozed_until > chosen.now if chosen.is_snoozed else awake]
    if chosen.owner_id is None:
        conditions.append(IS_OPEN)
    else:
        conditions += [leads.c.owner_id == chosen.owner_id, leads.c.is_open]
    if chosen.stages:
        conditions.append(leads.c.stage.in_(chosen.stages))
    if chosen.among is not None:
        conditions.append(leads.c.id.in_(sorted(chosen.among)))
    return conditions
