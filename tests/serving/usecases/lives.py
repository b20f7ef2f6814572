"""A life: everything that a store may come to know of somebody, and how to look for it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import func, select

from serving.channels.message import LeadLine, Message
from serving.store.database import Database
from serving.store.outbox import insert_deliveries, insert_messages
from serving.store.replies import insert_reply
from serving.store.tables import alerts, attempts, messages, metadata
from serving.usecases.erasing import Erased, Wanted, erase
from serving.usecases.told import Rejected, Snooze, ToldContact, ToldStage
from tests.serving.usecases.tellers import KEEN, NOW, Teller

ADA = {**KEEN, "name": "Ada Lovelace", "email": "Ada@Example.org"}
SECRET = b"s" * 32


def forget(teller: Teller, *, lead_id: str | None = None, address: str | None = None) -> Erased:
    """Forget somebody."""
    with teller.database.writing() as connection:
        wanted = Wanted(lead_id=lead_id, address=address)
        return erase(connection, wanted, teller.now, randomness=lambda _: SECRET)


def dump(database: Database, leaving_out: Sequence[str] = ()) -> str:
    """Return all that stands in a store, as one text."""
    with database.reading() as connection:
        rows = [
            str(tuple(row))
            for table in metadata.sorted_tables
            if table.name not in leaving_out
            for row in connection.execute(select(table))
        ]
    return "\n".join(rows)


def count(database: Database, table: Any) -> int:
    """Count the rows of a table."""
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def live_a_life(teller: Teller, lead_id: str = "L-ada", **attributes: Any) -> None:
    """Let a lead turn hot, be told, contacted, moved on, snoozed and refused, and be answered under a key."""
    teller.tell_lead(lead_id, {**ADA, **attributes}, account_id="acme")
    teller.tell_downloads(lead_id, 12)
    teller.tell(
        ToldContact(lead_id=lead_id, key=b"c" * 16, kind="call", occurred_at=teller.now, note="Ada will call"),
        ToldStage(lead_id=lead_id, key=b"s" * 16, stage="sql", occurred_at=teller.now, told_by="Ada's rep"),
        Snooze(lead_id=lead_id, until=teller.now + 5),
        Rejected(kind="POST /v1/events", code="x", path="", detail="", body=json.dumps({"lead_id": lead_id})),
    )
    with teller.database.writing() as connection:
        body = json.dumps({"lead": {"id": lead_id}}, separators=(",", ":"))
        insert_reply(connection, {"key": b"k", "request": b"r", "status": 200, "body": body, "at": teller.now})
        by_alert = select(messages.c.id).where(messages.c.alert_id.is_not(None))
        for message_id in connection.execute(by_alert).scalars().all():
            due = {"state": "due", "attempts": 1, "created_at": NOW, "next_at": NOW}
            insert_deliveries(connection, [{"message_id": message_id, "channel_id": "ch", **due}])
        connection.execute(attempts.insert().values(delivery_id=1, at=NOW, seconds=0.1, code="x", status=500))


def insert_digest(connection: Any, digest_id: str, lead_ids: Sequence[str]) -> None:
    """Insert a digest's message that tells of leads."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    lines = tuple(make_line(lead_id) for lead_id in lead_ids)
    message = Message(
        id=digest_id, kind="lead.digest", at=at, zone="UTC", recipient_id="team", recipient="T", lines=lines
    )
    body = msgspec.json.encode(message).decode()
    row = {"id": digest_id, "digest_id": digest_id, "kind": "lead.digest", "created_at": NOW, "body": body}
    insert_messages(connection, [{**row, "alert_id": None, "recipient_id": "team"}])
    for lead_id in lead_ids:
        connection.execute(alerts.insert().values(**make_alert(lead_id, digest_id)))


def make_alert(lead_id: str, digest_id: str) -> dict[str, Any]:
    """Make the row of an alert that went with a digest."""
    return {
        "id": f"{lead_id}-{digest_id}",
        "lead_id": lead_id,
        "episode": int(digest_id[1:]) + 10,
        "score_number": 1,
        "origin": "import",
        "recipient_id": "team",
        "form": "digest",
        "digest_id": digest_id,
        "created_at": NOW,
        "deliver_at": NOW,
        "state": "told",
        "notes": "[]",
        "level": 0,
    }


def make_line(lead_id: str) -> LeadLine:
    """Make what a message says of a lead."""
    return LeadLine(
        lead_id=lead_id,
        name=lead_id,
        company="",
        role="",
        probability=0.5,
        score=50,
        bucket="hot",
        reasons=(),
        link="",
        action="",
        until=None,
        model_version="1",
        account_id=None,
    )
