"""The routes that read alerts: pages, filters, and one alert with every attempt, never an address."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.championing import ScorerInForce
from serving.store.database import Database
from serving.store.people import insert_channel
from serving.usecases.told import Acknowledgement
from tests.serving.api.desks import Desk, open_desk
from tests.serving.usecases.tellers import KEEN, Teller, put_in_force


@pytest.fixture(scope="module")
def in_force(tmp_path_factory: pytest.TempPathFactory) -> ScorerInForce:
    """A model by which leads turn hot early."""
    return put_in_force(tmp_path_factory.mktemp("home"))


@pytest.fixture
def desk(database: Database, in_force: ScorerInForce, tmp_path: Path) -> Iterator[Desk]:
    """The application over a store with three hot leads, one of them answered, and a channel that is down."""
    teller = Teller(database, in_force)
    teller.wait(-0.01)
    for number, url in enumerate(("https://down.example/secret-path", "https://up.example/secret-path")):
        row = {"id": f"ch{number}", "person_id": "team", "kind": "webhook", "url": url, "secret": "whsec_x"}
        with database.writing() as connection:
            insert_channel(
                connection, {**row, "is_active": True, "created_at": 1, "failures": 0, "rests_until": None}
            )
    for name in ("a/1", "b", "c"):
        teller.tell_lead(name, KEEN)
        teller.tell_downloads(name, 12)
        teller.wait(0.001)
    with open_desk(database.engine.url.render_as_string(hide_password=False), tmp_path, in_force) as opened:
        first = opened.ask("GET", "/v1/alerts?lead=b")[1]["items"][0]["id"]
        teller.tell(Acknowledgement(alert_id=first, told_by="anna"))
        yield opened


def test_alerts_are_listed_and_filtered(desk):
    """The latest first, page by page, and by each filter."""
    first = desk.ask("GET", "/v1/alerts?limit=2")[1]
    rest = desk.ask("GET", f"/v1/alerts?limit=2&cursor={first['next']}")[1]
    assert [alert["lead_id"] for alert in first["items"] + rest["items"]] == ["c", "b", "a/1"]
    assert rest["next"] is None
    for query, found in (
        ("lead=a%2F1", ["a/1"]),
        ("acknowledged=true", ["b"]),
        ("acknowledged=false", ["c", "a/1"]),
        ("state=told", ["c", "b", "a/1"]),
        ("state=waiting", []),
        ("recipient=team&limit=1", ["c"]),
        ("recipient=nobody", []),
    ):
        assert [alert["lead_id"] for alert in desk.ask("GET", f"/v1/alerts?{query}")[1]["items"]] == found, query
    assert desk.ask("GET", "/v1/alerts?state=lost")[1]["code"] == "bad_parameter"


def test_an_alert_tells_every_attempt_and_no_address(desk):
    """What was told, over which channels, how each attempt ended; hosts are named, addresses and secrets never."""
    desk.service.worker.deliver(is_retry=False)
    listed = desk.ask("GET", "/v1/alerts?lead=c")[1]["items"][0]
    answer = desk.client.get(f"/v1/alerts/{listed['id']}")
    alert = answer.json()
    assert {name: alert[name] for name in listed} == listed
    (message,) = alert["messages"]
    assert message["told"]["lines"][0]["lead_id"] == "c"
    down, up = message["deliveries"]
    assert (down["state"], down["channel"]["description"]) == ("due", "webhook at down.example")
    assert [attempt["code"] for attempt in down["attempts"]] == ["connection"]
    assert (up["state"], [attempt["status"] for attempt in up["attempts"]]) == ("delivered", [204])
    assert "secret-path" not in answer.text
    assert "whsec" not in answer.text


def test_an_unknown_alert_is_said_to_be_one(desk):
    """404 with its code."""
    status, problem = desk.ask("GET", "/v1/alerts/alt_nothing")
    assert (status, problem["code"]) == (404, "unknown_alert")
