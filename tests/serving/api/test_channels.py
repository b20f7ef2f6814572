"""Channels: checked when they are added, shown without secrets, tested for real, and gone when removed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from serving.channels.secrets import check_secret, new_secret
from serving.store.edge_tables import channels
from serving.store.outbox import insert_deliveries, insert_messages, rest_channel
from serving.store.tables import deliveries
from tests.serving.api.desks import Desk, list_problems, open_desk
from tests.serving.usecases.tellers import NOW

HOOK = {"owner_id": "team", "kind": "webhook", "url": "https://hooks.example/hot-token"}


@pytest.fixture
def desk(sqlite_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk without a model."""
    with open_desk(sqlite_url, tmp_path) as opened:
        yield opened


def test_a_webhook_gets_a_secret_that_is_shown_once(desk: Desk) -> None:
    """The answer to POST shows the secret that was made; no other answer shows it, nor the address."""
    status, answer = desk.ask("POST", "/v1/channels", HOOK)
    assert status == 201
    check_secret(answer["secret"])
    listed = desk.ask("GET", "/v1/channels")[1]
    assert listed == {"items": [answer["channel"]]}
    assert answer["channel"]["description"] == "webhook at hooks.example"
    assert "token" not in json.dumps([answer["channel"], listed])
    assert answer["secret"] not in json.dumps(listed)


def test_a_secret_of_the_receivers_is_not_shown_again(desk: Desk) -> None:
    """Who brings a secret knows it."""
    secret = new_secret(lambda n: b"x" * n)
    assert desk.ask("POST", "/v1/channels", {**HOOK, "secret": secret})[1]["secret"] is None
    assert _read(desk, "secret") == secret


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"url": "https://bad.example"}, "bad_channel", "/url"),
        ({"kind": "apprise", "url": "json://x", "secret": "whsec_x"}, "bad_channel", "/secret"),
        ({"kind": "fax"}, "unknown_kind", "/kind"),
        ({"owner_id": "nobody"}, "unknown_owner", "/owner_id"),
        ({"url": None}, "missing", "/url"),
        ({"colour": "red"}, "unknown_field", "/colour"),
    ],
)
def test_a_mistake_adds_nothing(desk: Desk, change: dict[str, str], code: str, path: str) -> None:
    """Each mistake has its code and its field, and no channel is there."""
    assert list_problems(desk.ask("POST", "/v1/channels", {**HOOK, **change})) == (422, code, path)
    assert desk.ask("GET", "/v1/channels")[1] == {"items": []}


def test_a_test_sends_a_real_message_and_wakes_the_channel(desk: Desk) -> None:
    """The message says that the channel works, the answer says what became of it, and a rest is over."""
    channel_id = desk.ask("POST", "/v1/channels", HOOK)[1]["channel"]["id"]
    with desk.service.database.writing() as connection:
        rest_channel(connection, channel_id, failures=7, rests_until=NOW + 10)
    status, outcome = desk.ask("POST", f"/v1/channels/{channel_id}/test")
    assert (status, outcome["delivered"], outcome["code"], outcome["status"]) == (200, True, "delivered", 204)
    ((message, channel),) = desk.notebook.sent
    assert (message.kind, message.recipient, channel.url) == ("channel.test", "The team", HOOK["url"])
    (known,) = desk.ask("GET", "/v1/channels")[1]["items"]
    assert (known["failures"], known["rests_until"]) == (0, None)


def test_a_test_that_fails_says_so_and_counts_for_nothing(desk: Desk) -> None:
    """A failed test is an answer, not an error, and opens no circuit."""
    channel_id = desk.ask("POST", "/v1/channels", {**HOOK, "url": "https://down.example"})[1]["channel"]["id"]
    status, outcome = desk.ask("POST", f"/v1/channels/{channel_id}/test")
    assert (status, outcome["delivered"], outcome["code"]) == (200, False, "connection")
    assert desk.ask("GET", "/v1/channels")[1]["items"][0]["failures"] == 0


def test_a_removed_channel_sends_nothing_and_keeps_no_secret(desk: Desk) -> None:
    """Its address and secret are gone from the store, and what waited for it is given up and cannot be revived."""
    channel_id = desk.ask("POST", "/v1/channels", HOOK)[1]["channel"]["id"]
    with desk.service.database.writing() as connection:
        fill_outbox(connection, channel_id, 3)
    assert desk.ask("DELETE", f"/v1/channels/{channel_id}") == (200, {"status": "removed", "given_up": 3})
    assert (_read(desk, "url"), _read(desk, "secret")) == ("", None)
    assert desk.ask("POST", "/v1/deliveries/replay", {"channel_id": channel_id})[1] == {"revived": 0}
    (known, *_) = desk.ask("GET", "/v1/deliveries?state=dead")[1]["items"]
    assert (known["code"], known["channel"]["description"]) == ("channel_removed", "out of use")
    for method, path in (("DELETE", ""), ("POST", "/test")):
        answer = desk.ask(method, f"/v1/channels/{channel_id}{path}")
        assert list_problems(answer)[:2] == (404, "unknown_channel")


def test_dead_letters_are_listed_in_pages_and_sent_again(desk: Desk) -> None:
    """Pages come latest first and whole; revived deliveries are due with the ids of the messages they had."""
    channel_id = desk.ask("POST", "/v1/channels", HOOK)[1]["channel"]["id"]
    with desk.service.database.writing() as connection:
        fill_outbox(connection, channel_id, 5)
        connection.execute(deliveries.update().values(state="dead", code="gone", attempts=10))
    first = desk.ask("GET", "/v1/deliveries?state=dead&limit=3")[1]
    rest = desk.ask("GET", f"/v1/deliveries?state=dead&limit=3&cursor={first['next']}")[1]
    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), rest["next"]) == (5, None)
    before = {item["id"]: item["message"]["id"] for item in first["items"] + rest["items"]}
    assert desk.ask("POST", "/v1/deliveries/replay", {"ids": ids[:2]})[1] == {"revived": 2}
    due = desk.ask("GET", "/v1/deliveries?state=due")[1]["items"]
    assert {item["id"]: item["message"]["id"] for item in due} == {key: before[key] for key in ids[:2]}
    assert [(item["attempts"], item["code"]) for item in due] == [(0, None)] * 2
    assert desk.ask("POST", "/v1/deliveries/replay", {"channel_id": channel_id})[1] == {"revived": 3}
    assert list_problems(desk.ask("GET", "/v1/deliveries?state=lost"))[:2] == (422, "bad_parameter")
    assert list_problems(desk.ask("POST", "/v1/deliveries/replay", {}))[:2] == (422, "missing")
    assert list_problems(desk.ask("POST", "/v1/deliveries/replay", {"ids": ["1"]})) == (
        422,
        "not_integer",
        "/ids/0",
    )


def fill_outbox(connection: object, channel_id: str, count: int) -> None:
    """Put messages into the outbox."""
    names = [f"m{number}" for number in range(count)]
    message = {"alert_id": None, "digest_id": None, "recipient_id": "team", "kind": "lead.became_hot", "body": "{}"}
    insert_messages(connection, [{"id": name, "created_at": NOW, **message} for name in names])  # type: ignore[arg-type]
    delivery = {"channel_id": channel_id, "state": "due", "attempts": 0, "created_at": NOW, "next_at": NOW}
    insert_deliveries(connection, [{"message_id": name, **delivery} for name in names])  # type: ignore[arg-type]


def _read(desk: Desk, column: str) -> object:
    with desk.service.database.reading() as connection:
        return connection.execute(select(channels.c[column])).scalar_one()
