"""Erasures: every row that speaks of a lead, in all tables, and how leads are found that must go."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, Row, delete, func, or_, select, update

from serving.store.audit import erase_from_audit
from serving.store.edge_tables import rejections, replies
from serving.store.leads import lock_leads
from serving.store.promise_tables import timers
from serving.store.tables import (
    accounts,
    alerts,
    attempts,
    contacts,
    deliveries,
    events,
    journal,
    lead_versions,
    leads,
    messages,
    notes,
    scores,
    stage_changes,
    waiting_leads,
)
from serving.store.web_tables import held_acts

_PAGE = 1_000
_OF_LEADS = (
    *(journal, scores, contacts, notes, stage_changes, timers, events, lead_versions, waiting_leads),
    held_acts,
)


def erase_leads(connection: Connection, lead_ids: Collection[str], now: int) -> tuple[int, int]:
    """Delete leads and all that was told, computed and sent of them; return how many leads and events that were.

    Their colleagues are looked at again, without them. Digests that tell of others too are the caller's.
    """
    ids = sorted(lead_ids)
    if not ids:
        return 0, 0
    records = lock_leads(connection, ids)
    erase_from_audit(connection, ids)
    alert_ids = list(
        connection.execute(
            select(alerts.c.id).where(alerts.c.lead_id.in_(ids)).order_by(alerts.c.id).with_for_update()
        ).scalars()
    )
    erase_messages(
        connection,
        connection.execute(select(messages.c.id).where(messages.c.alert_id.in_(alert_ids))).scalars().all(),
    )
    connection.execute(delete(alerts).where(alerts.c.id.in_(alert_ids)))
    n_events = 0
    for table in _OF_LEADS:
        gone = connection.execute(delete(table).where(table.c.lead_id.in_(ids))).rowcount
        n_events += gone if table is events else 0
    n_leads = connection.execute(delete(leads).where(leads.c.id.in_(ids))).rowcount
    of_accounts = sorted({record.account_id for record in records.values() if record.account_id is not None})
    connection.execute(update(accounts).where(accounts.c.id.in_(of_accounts)).values(moved_at=now))
    return n_leads, n_events


def erase_messages(connection: Connection, message_ids: Collection[str]) -> None:
    """Delete messages, their deliveries and all attempts."""
    ids = sorted(message_ids)
    of_messages = select(deliveries.c.id).where(deliveries.c.message_id.in_(ids))
    connection.execute(delete(attempts).where(attempts.c.delivery_id.in_(of_messages)))
    connection.execute(delete(deliveries).where(deliveries.c.message_id.in_(ids)))
    connection.execute(delete(messages).where(messages.c.id.in_(ids)))


def list_digest_messages(
    connection: Connection, lead_ids: Collection[str], kinds: Collection[str]
) -> list[Row[Any]]:
    """Lock and list the messages of digests that leads were gathered in, and all of some kinds."""
    gathered = select(alerts.c.digest_id).where(alerts.c.lead_id.in_(sorted(lead_ids)))
    suspects = messages.c.digest_id.in_(gathered) | messages.c.kind.in_(sorted(kinds))
    found = select(messages).where(suspects).order_by(messages.c.id)
    return list(connection.execute(found.with_for_update()))


def save_message(connection: Connection, message_id: str, body: str) -> None:
    """Save a message without what was erased."""
    connection.execute(update(messages).where(messages.c.id == message_id).values(body=body))


def erase_replies(connection: Connection, words: Collection[str]) -> int:
    """Delete the answers that were kept under Idempotency-Keys and hold one of some texts."""
    if not words:
        return 0
    speaks = or_(*(replies.c.body.contains(word, autoescape=True) for word in words))
    return connection.execute(delete(replies).where(speaks)).rowcount


def list_suspects(connection: Connection, words: Collection[str]) -> Iterator[Row[Any]]:
    """List refused items that may speak of somebody: those that hold one of some texts, in any case of letters."""
    if not words:
        return
    kind, body = func.lower(rejections.c.kind), func.lower(rejections.c.body)
    held = [each.contains(word.lower(), autoescape=True) for word in words for each in (kind, body)]
    after = 0
    while rows := _list_page(connection, after, held):
        yield from rows
        after = rows[-1].id


def list_lead_attributes(connection: Connection, holding: str | None = None) -> Iterator[tuple[str, str]]:
    """List the ids and attributes of leads, those that hold a text in any case of letters or all."""
    found = select(leads.c.id, leads.c.attributes).order_by(leads.c.id).limit(_PAGE)
    if holding is not None:
        found = found.where(func.lower(leads.c.attributes).contains(holding.lower(), autoescape=True))
    after = ""
    while rows := connection.execute(found.where(leads.c.id > after)).all():
        yield from ((row.id, row.attributes) for row in rows)
        after = rows[-1].id


def list_named_leads(connection: Connection) -> Iterator[str]:
    """List the ids of leads that anything was told of, also of those that never came."""
    for table in (events, stage_changes, contacts, notes, waiting_leads):
        yield from connection.execute(select(table.c.lead_id).distinct()).scalars()


def _list_page(connection: Connection, after: int, held: list[Any]) -> list[Row[Any]]:
    found = select(rejections).where(rejections.c.id > after, or_(*held)).order_by(rejections.c.id).limit(_PAGE)
    return list(connection.execute(found))
