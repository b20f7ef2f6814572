"""Alerts and digests: one alert an episode, whatever happens."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from serving.store.holds import is_answered
from serving.store.tables import alerts, digests, leads


def raise_rows(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert alerts, and raise dropped ones again; an episode whose alert waits or was told keeps it."""
    if rows:
        ordered = sorted(rows, key=lambda row: (row["lead_id"], row["episode"]))
        row = insert(alerts)
        again = {name: row.excluded[name] for name in ordered[0] if name not in ("id", "lead_id", "episode")}
        where_dropped = alerts.c.state == "dropped"
        connection.execute(
            row.on_conflict_do_update(
                index_elements=["lead_id", "episode"],
                set_={**again, "told_at": None, "escalate_at": None},
                where=where_dropped,
            ),
            ordered,
        )


def list_settled(connection: Connection, ids: Collection[str]) -> set[str]:
    """List those of some alerts that wait or were told."""
    if not ids:
        return set()
    found = select(alerts.c.id).where(alerts.c.id.in_(sorted(ids)), alerts.c.state != "dropped")
    return set(connection.execute(found).scalars())


def count_singles(connection: Connection, recipients: Collection[str], since: int) -> dict[str, int]:
    """Count the single alerts raised for each recipient since a moment."""
    found = select(alerts.c.recipient_id, func.count()).where(
        alerts.c.recipient_id.in_(sorted(recipients)), alerts.c.created_at > since, alerts.c.form == "single"
    )
    return dict(connection.execute(found.group_by(alerts.c.recipient_id)).all())


def count_open_episodes(connection: Connection) -> dict[str, int]:
    """Count the open hot episodes of each owner."""
    found = select(leads.c.owner_id, func.count()).where(leads.c.episode_is_open, leads.c.owner_id.is_not(None))
    return dict(connection.execute(found.group_by(leads.c.owner_id)).all())


def join_digest(connection: Connection, digest: Mapping[str, Any]) -> Row[Any]:
    """Find the recipient's digest of a cause, or begin it, and lock it; whether it still waits is its state."""
    connection.execute(insert(digests).on_conflict_do_nothing(), digest)
    same = (digests.c.recipient_id == digest["recipient_id"]) & (digests.c.cause == digest["cause"])
    return connection.execute(select(digests).where(same).with_for_update()).one()


def list_due_alerts(connection: Connection, now: int, *, most: int) -> list[Row[Any]]:
    """Lock and list single alerts whose time has come, past those that another worker holds."""
    found = select(alerts).where(alerts.c.state == "waiting", alerts.c.form == "single", alerts.c.deliver_at <= now)
    return list(
        connection.execute(found.order_by(alerts.c.deliver_at).limit(most).with_for_update(skip_locked=True))
    )


def list_due_alerts_named(connection: Connection, ids: Collection[str]) -> list[Row[Any]]:
    """List alerts that wait, of those named; one that its episode had before keeps what became of it."""
    found = select(alerts).where(alerts.c.id.in_(sorted(ids)), alerts.c.state == "waiting")
    return list(connection.execute(found.order_by(alerts.c.id)))


def list_due_digests(connection: Connection, now: int, *, most: int) -> list[Row[Any]]:
    """Lock and list digests whose time has come."""
    found = select(digests).where(digests.c.state == "waiting", digests.c.due_at <= now)
    return list(connection.execute(found.order_by(digests.c.due_at).limit(most).with_for_update(skip_locked=True)))


def list_alerts_of_digest(connection: Connection, digest_id: str) -> list[Row[Any]]:
    """List the alerts that wait for a digest."""
    found = select(alerts).where(alerts.c.digest_id == digest_id, alerts.c.state == "waiting")
    return list(connection.execute(found.order_by(alerts.c.id)))


def list_due_escalations(connection: Connection, now: int, *, most: int) -> list[Row[Any]]:
    """Lock and list alerts that nobody has acted on in time."""
    is_due = (alerts.c.escalate_at <= now) & alerts.c.acknowledged_at.is_(None)
    found = select(alerts).where(is_due, ~is_answered(alerts.c.lead_id))
    return list(
        connection.execute(found.order_by(alerts.c.escalate_at).limit(most).with_for_update(skip_locked=True))
    )


def list_unanswered(connection: Connection, lead_ids: Collection[str]) -> dict[str, str]:
    """List the alert of each lead's latest episode that has one, where it asks for an answer, by lead."""
    found = select(alerts).where(alerts.c.lead_id.in_(sorted(lead_ids))).order_by(alerts.c.episode)
    latest = {row.lead_id: row for row in connection.execute(found)} if lead_ids else {}
    asks = (row for row in latest.values() if row.state != "dropped" and row.acknowledged_at is None)
    return {row.lead_id: row.id for row in asks}


def find_alert(connection: Connection, alert_id: str) -> Row[Any] | None:
    """Find an alert and lock it."""
    return connection.execute(select(alerts).where(alerts.c.id == alert_id).with_for_update()).one_or_none()


def update_alerts(connection: Connection, ids: Collection[str], **values: Any) -> None:
    """Change alerts."""
    if ids:
        connection.execute(update(alerts).where(alerts.c.id.in_(sorted(ids))).values(**values))


def update_digest(connection: Connection, digest_id: str, **values: Any) -> None:
    """Change a digest."""
    connection.execute(update(digests).where(digests.c.id == digest_id).values(**values))


def hasten_digests(connection: Connection, cause: str, due_at: int) -> None:
    """Let the digests of a cause that still wait for more go at a moment, unless they go before."""
    waiting = (digests.c.cause == cause) & (digests.c.state == "waiting") & (digests.c.due_at > due_at)
    connection.execute(update(digests).where(waiting).values(due_at=due_at))


def acknowledge_alerts(connection: Connection, lead_ids: Collection[str], now: int, by: str) -> list[str]:
    """Acknowledge the open alerts of leads, and return their ids."""
    if not lead_ids:
        return []
    open_ones = (alerts.c.lead_id.in_(sorted(lead_ids))) & alerts.c.acknowledged_at.is_(None)
    changed = update(alerts).where(open_ones & (alerts.c.state != "dropped"))
    changed = changed.values(acknowledged_at=now, acknowledged_by=by, escalate_at=None)
    return [row.id for row in connection.execute(changed.returning(alerts.c.id))]
