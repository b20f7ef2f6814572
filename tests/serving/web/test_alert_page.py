"""The page behind a message's link: what its recipient sees, and what nobody else can."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from features.times import DAY
from serving.app import create_app
from serving.settings import Settings
from serving.store.tables import alerts, messages
from serving.usecases.linking import LASTS
from tests.serving.usecases.tellers import KEEN, NOW, Teller, put_in_force
from tests.serving.usecases.test_warning import add_channel

HOSTILE = "<script>alert(1)</script>"


class Page:
    """A service with one told alert, and the link that its message holds."""

    def __init__(self, client: TestClient, moment: list[int], link: str) -> None:
        self.client, self.moment, self.path = client, moment, link.removeprefix("https://leads.example")

    def get(self, path: str | None = None) -> Any:
        """Open the link, or another."""
        return self.client.get(path or self.path)

    def read_alert(self) -> Any:
        """Read the alert's row."""
        with self.client.app.state.service.database.reading() as connection:  # type: ignore[attr-defined]
            return connection.execute(select(alerts)).one()


@pytest.fixture
def page(tmp_path: Any) -> Iterator[Page]:
    """A page of a lead whose name is an attack."""
    moment, in_force = [NOW], put_in_force(tmp_path)
    settings = Settings(home=tmp_path, works=False, public_url="https://leads.example")
    app = create_app(settings, clock=lambda: moment[0])
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50_000)) as client:
        database = app.state.service.database
        add_channel(database, "pager")
        teller = Teller(database, in_force, address="https://leads.example")
        teller.tell_lead("L-1", {**KEEN, "name": HOSTILE, "company": '"><img src=x onerror=alert(1)>'})
        teller.tell_downloads("L-1", 4)
        with database.reading() as connection:
            body = msgspec.json.decode(connection.execute(select(messages.c.body)).scalar_one())
        yield Page(client, moment, body["lines"][0]["link"])


def test_the_link_shows_who_how_likely_why_and_what_to_do(page: Page) -> None:
    """Without a key: the lead, its probability, the reasons and the button; every word of a stranger is text."""
    answer = page.get()
    assert answer.status_code == 200
    assert re.search(r"\d+ %", answer.text)
    assert answer.text.count("<li>") == 3
    assert "I take care of it" in answer.text
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert "&lt;script&gt;" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"


def test_looking_changes_nothing_and_the_button_takes_the_alert(page: Page) -> None:
    """A preview robot may open the link; only the form says that somebody takes care."""
    page.get()
    page.client.head(page.path)
    assert page.read_alert().acknowledged_at is None
    taken = page.client.post(page.path, follow_redirects=False)
    assert (taken.status_code, taken.headers["location"]) == (303, page.path)
    assert page.read_alert().acknowledged_at is not None
    shown = page.get().text
    assert "takes care of it since" in shown
    assert "<button" not in shown


def test_another_site_cannot_press_the_button(page: Page) -> None:
    """A form on another page is refused, and nothing is taken."""
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        answer = page.client.post(page.path, headers=headers, follow_redirects=False)
        assert answer.status_code == 403
        assert "</html>" in answer.text
    assert page.read_alert().acknowledged_at is None


@pytest.mark.parametrize("token", ["1", "alt_1", "..%2f..", "%00", "x" * 5_000, "MjA1MzAuYWx0XzE"])
def test_a_guessed_link_is_not_found(page: Page, token: str) -> None:
    """A guess is 404 as a page, to see and to press, and says nothing of what there is."""
    for answer in (page.get(f"/a/{token}"), page.client.post(f"/a/{token}", follow_redirects=False)):
        assert answer.status_code == 404
        assert "L-1" not in answer.text


def test_a_link_ends(page: Page) -> None:
    """After a month it is as unknown as a guess."""
    page.moment[0] += LASTS + 2 * DAY
    assert page.get().status_code == 404
    assert page.client.post(page.path).status_code == 404
    assert page.read_alert().acknowledged_at is None


def test_a_link_to_somebody_forgotten_opens_nothing(page: Page) -> None:
    """When the lead is erased the link says so, and nothing of them."""
    assert page.client.delete("/v1/leads/L-1").status_code == 200
    answer = page.get()
    assert answer.status_code == 404
    assert "script" not in answer.text


def test_a_closed_lead_needs_nobody(page: Page) -> None:
    """Where the lead was won meanwhile there is nothing to press."""
    page.client.post("/v1/leads/L-1/stage", json={"stage": "customer"})
    assert "It is closed." in page.get().text


def test_an_alert_without_a_deadline_is_shown(page: Page) -> None:
    """Where nobody else would be told, no time is said."""
    with page.client.app.state.service.database.writing() as connection:  # type: ignore[attr-defined]
        connection.execute(update(alerts).values(escalate_at=None))
    assert " · until" not in page.get().text
