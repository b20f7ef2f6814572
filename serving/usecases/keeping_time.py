"""Keeping time: what becomes due by itself: deferred alerts, digests, escalations, and what may be thrown away."""

from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Connection

from features.times import DAY
from serving.store import alerts as store
from serving.store.events import forget_waiting, list_overdue
from serving.store.forgotten import lock_out_erasures
from serving.store.rejections import insert_rejections, purge_rejections
from serving.store.replies import delete_replies
from serving.usecases.digesting import is_written, send_written
from serving.usecases.standing import Standing
from serving.usecases.telling import tell_alerts, tell_digest, tell_escalation

_MOST_AT_ONCE = 200
KEEP_WAITING = 7 * DAY
KEEP_REJECTED = 30 * DAY
KEEP_REPLIES = DAY


def tell_due(connection: Connection, standing: Standing) -> int:
    """Tell deferred alerts and digests whose time has come; return how many were dealt with."""
    # Before any row is locked, as an erasure does, or the two would wait for each other.
    lock_out_erasures(connection)
    due = store.list_due_alerts(connection, standing.now, most=_MOST_AT_ONCE)
    if due:
        tell_alerts(connection, due, standing)
    digests = store.list_due_digests(connection, standing.now, most=_MOST_AT_ONCE)
    for digest in digests:
        tell = send_written if is_written(digest) else tell_digest
        tell(connection, digest, standing)
    return len(due) + len(digests)


def escalate_due(connection: Connection, standing: Standing) -> int:
    """Tell the next in line of alerts on which nobody acted; return how many were dealt with."""
    due = store.list_due_escalations(connection, standing.now, most=_MOST_AT_ONCE)
    for alert in due:
        tell_escalation(connection, alert, standing)
    return len(due)


def tidy(connection: Connection, now: int) -> int:
    """Throw away what was kept long enough, and say which leads never came; return how many of those there were.

    Their events stay: should the lead come after all, they are its own.
    """
    purge_rejections(connection, now - KEEP_REJECTED)
    delete_replies(connection, now - KEEP_REPLIES)
    lead_ids = list_overdue(connection, now - KEEP_WAITING, most=_MOST_AT_ONCE)
    insert_rejections(connection, [_reject_missing(lead_id, now) for lead_id in lead_ids])
    forget_waiting(connection, lead_ids)
    return len(lead_ids)


def _reject_missing(lead_id: str, now: int) -> dict[str, Any]:
    body = msgspec.json.encode({"lead_id": lead_id}).decode()
    digest = blake2b(f"lead_never_came\n{body}".encode(), digest_size=16).digest()
    told = {"kind": "events", "code": "lead_never_came", "path": "/lead_id"}
    return {"at": now, "body": body, "digest": digest, **told}
