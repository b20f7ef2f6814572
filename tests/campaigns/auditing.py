"""Auditing: the store and the receiver against the callers' memory; whatever is listed is a broken promise."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from serving.store.database import Database
from serving.store.leads import NOBODY_TOLD
from serving.store.tables import alerts, deliveries, digests, events, lead_versions, leads, messages
from tests.campaigns.memory import Memory
from tests.campaigns.receiver import Receiver

_MOST_EXAMPLES = 5
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What an audit found: how much there is, and what is lost, doubled or invented, with examples."""

    counts: Mapping[str, int]
    broken: Mapping[str, int]
    examples: Mapping[str, list[str]]


def is_at_rest(connection: Connection, now: int) -> bool:
    """Tell whether every lead is scored, every alert told that is due, and every delivery done."""
    unscored = leads.c.is_open & (leads.c.version != NOBODY_TOLD) & leads.c.probability.is_(None)
    open_ends = (
        select(func.count()).select_from(leads).where(unscored),
        select(func.count()).select_from(alerts).where(alerts.c.state == "waiting", alerts.c.deliver_at <= now),
        select(func.count()).select_from(digests).where(digests.c.state == "waiting", digests.c.due_at <= now),
        select(func.count()).select_from(deliveries).where(deliveries.c.state == "due"),
    )
    return not any(connection.execute(counted).scalar() for counted in open_ends)


def audit(database: Database, memory: Memory, receiver: Receiver) -> Findings:
    """Compare what is stored and what was received with what was answered."""
    with database.reading() as connection:
        stored = Counter(_list_events(connection))
        versions = Counter(_list_versions(connection))
        rows = {row.id: row for row in connection.execute(select(leads).where(leads.c.version != NOBODY_TOLD))}
        raised = list(connection.execute(select(alerts)))
        told = list(connection.execute(select(messages)))
        undone = select(deliveries.c.message_id).where(deliveries.c.state != "delivered")
        unsent = list(connection.execute(undone).scalars())
    listed: dict[str, Collection[Any]] = {
        **_check_events(stored, memory),
        **_check_leads(versions, rows, memory),
        **_check_alerts(rows, raised, memory),
        **_check_webhooks(rows, raised, told, receiver),
        "deliveries not done": unsent,
        "answers that no fact deserved": memory.refused,
    }
    counts = {
        "events": stored.total(),
        "leads": len(rows),
        "alerts": len(raised),
        "webhooks": len(receiver.received),
        "repeats dropped": receiver.n_repeats,
        "answers": memory.n_answers,
        "requests without an answer": memory.n_unanswered,
    }
    return Findings(
        counts=counts,
        broken={what: len(found) for what, found in listed.items()},
        examples={
            what: [str(one) for one in list(found)[:_MOST_EXAMPLES]] for what, found in listed.items() if found
        },
    )


def _check_events(stored: "Counter[Key]", memory: Memory) -> dict[str, Collection[Any]]:
    return {
        "acknowledged events lost": memory.known_events - stored.keys(),
        "events stored twice": _list_twice(stored),
        "events nobody sent": stored.keys() - memory.sent_events,
    }


def _check_leads(versions: "Counter[Key]", rows: Mapping[str, Any], memory: Memory) -> dict[str, Collection[Any]]:
    known = {(lead_id, token) for lead_id, tokens in memory.known_versions.items() for token in tokens}
    return {
        "acknowledged leads lost": [lead_id for lead_id in memory.known_versions if lead_id not in rows],
        "acknowledged versions of leads lost": known - versions.keys(),
        "versions of leads stored twice": _list_twice(versions),
        "leads with an old version in force": [
            lead_id
            for lead_id, tokens in memory.known_versions.items()
            if _is_old(rows.get(lead_id), tokens, memory)
        ],
    }


def _is_old(row: Any, known: list[str], memory: Memory) -> bool:
    """Tell whether a lead is as it was before what was acknowledged last."""
    if row is None:
        return False
    sent = memory.sent_versions[row.id]
    return json.loads(row.attributes)["token"] not in sent[sent.index(known[-1]) :]


def _check_alerts(rows: Mapping[str, Any], raised: list[Any], memory: Memory) -> dict[str, Collection[Any]]:
    per_episode = Counter((alert.lead_id, alert.episode) for alert in raised)
    wanted = {(row.id, episode) for row in rows.values() for episode in range(1, row.episode + 1)}
    return {
        "leads without a score": [row.id for row in rows.values() if row.probability is None],
        "hot leads without an episode": [
            lead_id for lead_id in memory.hot_leads if lead_id not in rows or not rows[lead_id].episode
        ],
        "episodes without an alert": wanted - per_episode.keys(),
        "episodes with two alerts": _list_twice(per_episode),
        "alerts without an episode": per_episode.keys() - wanted,
        "alerts not told": [alert.id for alert in raised if alert.state != "told"],
    }


def _check_webhooks(
    rows: Mapping[str, Any], raised: list[Any], told: list[Any], receiver: Receiver
) -> dict[str, Collection[Any]]:
    arrived = [message for message in told if message.id in receiver.received]
    heard = {message.alert_id or message.digest_id for message in arrived}
    return {
        "alerts that reached nobody": [
            alert.id for alert in raised if alert.state == "told" and (alert.digest_id or alert.id) not in heard
        ],
        "alerts told in two messages": [
            lead_id
            for lead_id, ids in receiver.told.items()
            if lead_id not in rows or len(ids) > rows[lead_id].episode
        ],
        "webhooks of no message": receiver.received.keys() - {message.id for message in told},
        "webhooks with a wrong signature": receiver.unverified,
        "repeated webhooks that changed": receiver.changed,
    }


def _list_events(connection: Connection) -> Iterable[Key]:
    for lead_id, properties in connection.execute(select(events.c.lead_id, events.c.properties)):
        yield lead_id, json.loads(properties or "{}").get("token", "")


def _list_versions(connection: Connection) -> Iterable[Key]:
    chosen = select(lead_versions.c.lead_id, lead_versions.c.attributes)
    for lead_id, attributes in connection.execute(chosen):
        yield lead_id, json.loads(attributes).get("token", "")


def _list_twice(counted: "Counter[Any]") -> list[Any]:
    return [key for key, times in counted.items() if times > 1]
