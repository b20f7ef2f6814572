"""Queueing: the open leads that somebody takes up next, in their order, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from agreement.forecast.deal_values import DealValues
from models.buckets import BUCKETS
from serving.store.pages import Keys
from serving.store.queues import (
    QueueFilter,
    count_queues,
    has_leads,
    list_bucket,
    list_deadlines,
    list_newest_hot,
)
from serving.usecases.appraising import appraise_leads
from serving.usecases.queue_search import find_matches

# Ranking by value reads what was told of each: the likeliest so many are ranked.
MOST_RANKED = 1_000
# More than that is "many": nobody takes up a hundred leads before looking again.
MOST_COUNTED = 100
_RANKED_BUCKETS = tuple(reversed(BUCKETS))
_CENTS = 100


class QueueOrder(StrEnum):
    """What comes first: what is due, what is worth most, or who turned hot last."""

    DUE = "due"
    VALUE = "value"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """Some leads of a queue.

    Attributes
    ----------
    ids
        In their order.
    last
        The keys that the next page is found by, None behind the last.
    is_cut
        Whether there are more leads than were looked through.
    """

    ids: Sequence[str]
    last: Keys | None
    is_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCounts:
    """How many of somebody's leads are hot, overdue, due before the day ends, and asleep; none above the most."""

    hot: int
    overdue: int
    due_today: int
    snoozed: int


def list_queue(
    connection: Connection,
    chosen: QueueFilter,
    order: QueueOrder,
    *,
    values: DealValues,
    words: str = "",
    most: int,
    after: Keys | None = None,
) -> QueuePage:
    """List a page of a queue.

    Parameters
    ----------
    chosen
        Which leads.
    values
        What deals bring.
    words
        What the name, the company or the beginning of the id is to hold.
    after
        What the page before ended with: a place among the parts of the queue, a number or None, and an id.
    """
    is_cut = False
    if words:
        among, is_cut = find_matches(connection, chosen, words, _list_buckets(chosen))
        chosen = replace(chosen, among=among)
    if order == QueueOrder.VALUE:
        page = _rank_by_value(connection, chosen, values, most=most, after=after)
    else:
        page = _read_in_parts(connection, chosen, order, most=most, after=after)
    return replace(page, is_cut=page.is_cut or is_cut)


def count_queue(connection: Connection, *, owner_id: str | None, now: int, day_ends_at: int) -> QueueCounts:
    """Count what somebody has to do, or everybody."""
    own = QueueFilter(now=now, owner_id=owner_id)
    asked = (
        replace(own, buckets=_RANKED_BUCKETS[:1]),
        replace(own, due_before=now),
        replace(own, due_from=now, due_before=day_ends_at),
        replace(own, is_snoozed=True),
    )
    hot, overdue, due_today, snoozed = count_queues(connection, asked, most=MOST_COUNTED)
    return QueueCounts(hot=hot, overdue=overdue, due_today=due_today, snoozed=snoozed)


def find_emptiness(connection: Connection, owner_id: str | None) -> str:
    """Find out why a queue is empty: there are no ``leads``, none is ``own``, or none passed the ``filter``."""
    if not has_leads(connection, None):
        return "leads"
    return "filter" if owner_id is None or has_leads(connection, owner_id) else "own"


def _read_in_parts(
    connection: Connection, chosen: QueueFilter, order: QueueOrder, *, most: int, after: Keys | None
) -> QueuePage:
    """Read the parts of a queue one after another until the page is full.

    First comes what is due, or who is hot, and then the rest bucket by bucket.
    """
    if chosen.asks_for_deadlines and order != QueueOrder.DUE:
        chosen = _settle_deadlines(connection, chosen)
    parts = (None,) if chosen.asks_for_deadlines else (None, *_list_buckets(chosen))
    start, *keys = (0,) if after is None else after
    found: list[tuple[int, Any, str]] = []
    for place in range(start, len(parts)):
        wanted, behind = most + 1 - len(found), tuple(keys) or None
        read = _read_first if place == 0 else _read_bucket
        found += [
            (place, key, lead_id)
            for lead_id, key in read(connection, chosen, order, parts[place], most=wanted, after=behind)
        ]
        keys = []
        if len(found) > most:
            return QueuePage(ids=[lead_id for *_, lead_id in found[:most]], last=found[most - 1])
    return QueuePage(ids=[lead_id for *_, lead_id in found], last=None)


def _read_first(
    connection: Connection, chosen: QueueFilter, order: QueueOrder, _: str | None, *, most: int, after: Keys | None
) -> Sequence[Any]:
    read = list_deadlines if order == QueueOrder.DUE else list_newest_hot
    return read(connection, chosen, most=most, after=after)


def _read_bucket(
    connection: Connection,
    chosen: QueueFilter,
    order: QueueOrder,
    bucket: str | None,
    *,
    most: int,
    after: Keys | None,
) -> Sequence[Any]:
    passes_over = "due" if order == QueueOrder.DUE else "hot"
    return list_bucket(connection, chosen, bucket, most=most, after=after, passes_over=passes_over)


def _rank_by_value(
    connection: Connection, chosen: QueueFilter, values: DealValues, *, most: int, after: Keys | None
) -> QueuePage:
    ids, is_cut = _list_likeliest(connection, chosen)
    appraisals = appraise_leads(connection, ids, values, chosen.now)
    ranked = sorted(
        ((_to_cents(appraisals[lead_id].expected), lead_id) for lead_id in ids if lead_id in appraisals),
        reverse=True,
    )
    if after is not None:
        ranked = [key for key in ranked if key < (after[1], after[2])]
    shown = ranked[:most]
    last = (0, *shown[-1]) if len(ranked) > most else None
    return QueuePage(ids=[lead_id for _, lead_id in shown], last=last, is_cut=is_cut and last is None)


def _list_likeliest(connection: Connection, chosen: QueueFilter) -> tuple[list[str], bool]:
    if chosen.asks_for_deadlines:
        rows: list[Any] = list_deadlines(connection, chosen, most=MOST_RANKED + 1)
    else:
        rows = []
        for bucket in _list_buckets(chosen):
            rows += list_bucket(connection, chosen, bucket, most=MOST_RANKED + 1 - len(rows))
            if len(rows) > MOST_RANKED:
                break
    return [row.id for row in rows[:MOST_RANKED]], len(rows) > MOST_RANKED


def _settle_deadlines(connection: Connection, chosen: QueueFilter) -> QueueFilter:
    """Choose the leads with such a deadline by their ids, so that they can be listed in another order."""
    ids = [row.id for row in list_deadlines(connection, chosen, most=MOST_RANKED)]
    return replace(chosen, among=ids, due_from=None, due_before=None)


def _list_buckets(chosen: QueueFilter) -> Sequence[str | None]:
    """List the buckets in question, the hottest first; where any will do, leads without a score come last."""
    if not chosen.buckets:
        return (*_RANKED_BUCKETS, None)
    return [bucket for bucket in _RANKED_BUCKETS if bucket in chosen.buckets]


def _to_cents(euros: float | None) -> int:
    return -1 if euros is None else round(euros * _CENTS)
