"""Swapping models under load: nobody is refused, everybody is scored anew, and no storm follows."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from models.champion import publish_champion
from serving.store import tables
from serving.store.database import Database, sqlite_url
from serving.store.tables import alerts, bases, messages

_LEADS, _SENDERS, _ASKERS = 60, 3, 2
_NOON = "2026-03-01T12:00:00Z"


def test_a_promotion_under_load_refuses_nobody(
    home: Path, artifacts: dict[str, Path], serve_home: Callable[[Path], Any], leads: list[dict[str, Any]]
) -> None:
    """Every answer is 200, every lead ends with a score of the new model, and who asks sees one change of it."""
    with serve_home(home) as server:
        for number in range(_LEADS):
            assert _send(server, "PUT", f"/v1/leads/L{number}", {"employees": 10 * number}) == 200
        statuses: list[int] = []
        versions: list[list[str]] = [[] for _ in range(_ASKERS)]
        is_over = threading.Event()
        threads = [
            *(threading.Thread(target=_keep_sending, args=(server, n, statuses, is_over)) for n in range(_SENDERS)),
            *(threading.Thread(target=_keep_asking, args=(server, leads, seen, is_over)) for seen in versions),
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        publish_champion(artifacts["2"], "2", home)
        database = Database(sqlite_url(home))
        _wait_for(lambda: all(seen[-1:] == ["2"] for seen in versions))
        _wait_for(lambda: _count_scored_by(database, "2") == _LEADS)
        is_over.set()
        for thread in threads:
            thread.join()
        assert len(statuses) > 50
        assert set(statuses) == {200}
        for seen in versions:
            changed = seen.index("2")
            assert seen == ["1"] * changed + ["2"] * (len(seen) - changed)
            assert changed > 0
        assert _has_no_storm(database)
        database.close()


def _keep_sending(server: Any, sender: int, statuses: list[int], is_over: threading.Event) -> None:
    connection = server.connect()
    count = 0
    while not is_over.is_set():
        count += 1
        event = {"id": f"{sender}-{count}", "lead_id": f"L{count % _LEADS}", "type": "visit", "occurred_at": _NOON}
        connection.request("POST", "/v1/events", json.dumps(event), {"content-type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
        time.sleep(0.01)
    connection.close()


def _keep_asking(server: Any, leads: list[dict[str, Any]], seen: list[str], is_over: threading.Event) -> None:
    connection = server.connect()
    while not is_over.is_set():
        body = json.dumps(leads[len(seen) % len(leads)])
        connection.request("POST", "/v1/score", body, {"content-type": "application/json"})
        answer = connection.getresponse()
        told = json.loads(answer.read())
        seen.append(told["model_version"] if answer.status == 200 else f"failed with {answer.status}")
    connection.close()


def _send(server: Any, method: str, path: str, body: dict[str, Any]) -> int:
    connection = server.connect()
    connection.request(method, path, json.dumps(body), {"content-type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return int(answer.status)


def _count_scored_by(database: Database, version: str) -> int:
    found = select(func.count()).select_from(tables.leads).join(bases, bases.c.id == tables.leads.c.basis_id)
    with database.reading() as connection:
        return int(connection.execute(found.where(bases.c.model_version == version)).scalar_one())


def _has_no_storm(database: Database) -> bool:
    """Tell whether no alert of the promotion went by itself, and each recipient got one digest at most."""
    with database.reading() as connection:
        alone = (alerts.c.origin == "promotion") & (alerts.c.form == "single")
        n_alone = connection.execute(select(func.count()).where(alone)).scalar_one()
        digests = select(messages.c.recipient_id).where(messages.c.kind == "lead.digest")
        recipients = list(connection.execute(digests).scalars())
    return n_alone == 0 and len(recipients) == len(set(recipients))


def _wait_for(is_true: Callable[[], bool], patience: float = 60.0) -> None:
    deadline = time.monotonic() + patience
    while not is_true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
