import datetime as dt
import json
import logging
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest

from serving.channels.apprising import describe_channel, send_apprise
from serving.channels.message import LeadLine, Message
from serving.channels.outcome import Outcome

EVIL = "<!channel> <@U1> [Pay](http://evil) <at>all</at> @everyone\r\nBcc: all@x.com"
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/"
SERVICES = {
    "workflows": ("workflows://a.logic.azure.com:443/643e1b2f2e8f4d0d9c1f/sig", "a.logic.azure.com"),
    "discord": ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "discord.com"),
    "mattermost": ("mmosts://chat.example/3ccdd113474722377935511fc85d3dd4", "chat.example"),
    "google": ("gchat://space/key/token", "chat.googleapis.com"),
    "rocket": ("rockets://a/b@chat.example/#general", "chat.example"),
    "telegram": ("tgram://123456789:abcdefg_hijklmnop/12315544/", "api.telegram.org"),
    "webex": (f"wxteams://{'a' * 80}", "api.ciscospark.com"),
    "zulip": (f"zulip://bot@org/{'a' * 32}/stream", "org.zulipchat.com"),
    "ntfy": ("ntfys://ntfy.example/topic", "ntfy.example"),
    "twilio": (f"twilio://AC{'a' * 32}:{'b' * 32}@12345678901/12345678902", "api.twilio.com"),
    "json": ("jsons://programs.example/x", "programs.example"),
}


@pytest.fixture
def sent(
    receive: Any, answering: Any, authority: Any, leading_to: Any, now: dt.datetime
) -> Callable[..., tuple[Outcome, Any]]:
    """Return what sends a message to a service whose host leads to a receiver with its name."""

    def send(message: Message, url: str, host: str, behave: Any = None, **named: Any) -> tuple[Outcome, Any]:
        receiver = receive(behave or answering(200, b'{"ok":true}'), authority.serve_as(host))
        resolve = leading_to("127.0.0.1", port=receiver.port)
        named = {"trusted": frozenset({host}), "context": authority.trust(), "seconds": 3.0, **named}
        return send_apprise(message, url=url, now=now, resolve=resolve, **named), receiver

    return send


def list_texts(body: bytes) -> list[str]:
    """List all texts of a JSON body or a form."""
    try:
        return _list_strings(json.loads(body))
    except ValueError:
        return [value for values in parse_qs(body.decode()).values() for value in values]


def _list_strings(part: Any) -> list[str]:
    if isinstance(part, dict):
        part = list(part.values())
    if isinstance(part, list):
        return [text for one in part for text in _list_strings(one)]
    return [part] if isinstance(part, str) else []


@pytest.mark.parametrize("query", ["", "?blocks=yes"])
def test_slack_gets_mentions_and_links_escaped(sent: Any, named: Any, answering: Any, query: str) -> None:
    """On the wire to Slack stands the name as it was, with its signs escaped, and no section is too long."""
    message = named(name=EVIL, reasons=("&" * 160,) * 3)
    outcome, receiver = sent(message, SLACK + query, "hooks.slack.com", answering(200, b"ok"))
    assert outcome.code == "delivered"
    texts = list_texts(receiver.requests[0].body)
    assert any("&lt;!channel&gt; &lt;@U1&gt; [Pay](http: //evil) &lt;at&gt;all" in text for text in texts)
    assert not any(sign in text for text in texts for sign in "<>")
    assert all(len(text) <= 3_000 for text in texts)
    assert receiver.requests[0].headers["hotlead-hops"] == "1"


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_no_service_gets_markup_of_a_stranger(sent: Any, named: Any, service: str) -> None:
    """What each service puts on the wire holds the words, and no mention, tag or link among them."""
    url, host = SERVICES[service]
    outcome, receiver = sent(named(name=EVIL, company="&lt;users/all&gt;"), url, host)
    assert outcome.code == "delivered", outcome
    texts = [text for request in receiver.requests for text in list_texts(request.body)]
    assert any("!channel" in text and "Pay" in text for text in texts)
    assert not any(
        sign in text
        for text in texts
        for sign in ("<!", "<@", "<at", "@everyone", "](http:", "<users", "&lt;", "\nBcc")
    )


def list_digest(message: Message, line: LeadLine, name: str) -> Message:
    """Make a digest of twenty leads of one name."""
    return replace(message, kind="lead.digest", lines=tuple(replace(line, name=name) for _ in range(20)))


def test_a_digest_keeps_within_a_section_of_slack(
    sent: Any, message: Message, line: LeadLine, answering: Any
) -> None:
    """Signs that grow when they are escaped do not make a section longer than 3,000 characters."""
    digest = list_digest(message, line, "&<>" * 20)
    outcome, receiver = sent(digest, SLACK + "?blocks=yes", "hooks.slack.com", answering(200, b"ok"))
    texts = [text for request in receiver.requests for text in list_texts(request.body)]
    assert outcome.is_delivered
    assert len(receiver.requests) > 1
    assert all(len(text) <= 3_000 for text in texts)


def test_a_digest_reaches_teams_in_one_post(sent: Any, message: Message, line: LeadLine) -> None:
    """Twenty leads are one post, each with its link."""
    outcome, receiver = sent(list_digest(message, line, "Ada"), *SERVICES["workflows"])
    assert outcome.is_delivered
    (request,) = receiver.requests
    assert request.body.count(b"[Open](") > 10


def test_no_picture_is_loaded_from_elsewhere(sent: Any, message: Message) -> None:
    """An address that asks for pictures gets none: they would come from Apprise's own repository."""
    url, host = SERVICES["mattermost"]
    outcome, receiver = sent(message, f"{url}?image=yes", host)
    assert outcome.is_delivered
    assert not any("apprise" in text for text in list_texts(receiver.requests[0].body))


def test_a_link_of_ours_opens_in_markdown(sent: Any, message: Message) -> None:
    """Teams gets our link whole, without a backslash in it."""
    _, receiver = sent(message, *SERVICES["workflows"])
    assert b"[Open](https://hotlead.example/leads/L-1)" in receiver.requests[0].body


@pytest.mark.parametrize(
    ("status", "code", "is_final", "wait"),
    [(410, "http_410", True, None), (500, "http_500", False, None), (429, "http_429", False, 7.0)],
)
def test_the_status_is_seen_past_apprise(
    sent: Any, message: Message, answering: Any, status: int, code: str, is_final: bool, wait: float | None
) -> None:
    """Apprise tells yes or no; the connection tells status and Retry-After."""
    outcome, receiver = sent(message, SLACK, "hooks.slack.com", answering(status, b"no", retry_after="7"))
    assert (outcome.code, outcome.is_final, outcome.retry_after_seconds) == (code, is_final, wait)
    assert len(receiver.requests) == 1


def test_a_refusal_with_status_200_is_no_delivery(sent: Any, message: Message, answering: Any) -> None:
    """A service that answers 200 and says no has not taken the message."""
    outcome, _ = sent(message, SLACK, "hooks.slack.com", answering(200, b"no_service"))
    assert (outcome.is_delivered, outcome.code) == (False, "apprise_failed")


def test_no_redirect_is_followed(sent: Any, message: Message, receive: Any, answering: Any) -> None:
    """A service that points inside leads nowhere."""
    canary = receive(answering())
    moved = answering(307, location=f"http://127.0.0.1:{canary.port}/")
    outcome, _ = sent(
        message, "jsons://a.example/", "a.example", moved, trusted=frozenset({"a.example", "127.0.0.1"})
    )
    assert outcome.code == "http_307"
    assert canary.n_connections == 0


def test_proxies_of_the_environment_are_not_used(
    sent: Any, message: Message, receive: Any, answering: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would look names up itself, past the guard."""
    canary = receive(answering())
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{canary.port}")
    outcome, _ = sent(message, *SERVICES["json"])
    assert outcome.code == "delivered"
    assert canary.n_connections == 0


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"])
def test_a_service_that_drips_is_cut_off(sent: Any, message: Message, answer: bytes) -> None:
    """A byte now and then does not hold a worker beyond the time of a send, TLS or not."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(answer)
        for _ in range(60):
            time.sleep(0.05)
            connection.sendall(b"x")

    began = time.monotonic()
    sent(message, *SERVICES["json"], drip, seconds=0.6)
    assert time.monotonic() - began < 1.5


def test_a_service_that_sends_without_end_is_not_read_to_it(sent: Any, message: Message) -> None:
    """Of ten gigabytes, some thousands of bytes are read."""
    n_sent = 0

    def flood(connection: socket.socket) -> None:
        nonlocal n_sent
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
        for _ in range(10_000):
            connection.sendall(bytes(100_000))
            n_sent += 100_000

    outcome, _ = sent(message, *SERVICES["json"], flood)
    assert outcome.code == "delivered"
    assert n_sent < 20_000_000


def test_tls_is_verified_for_the_name(sent: Any, message: Message) -> None:
    """A certificate of another authority is refused."""
    outcome, receiver = sent(message, *SERVICES["json"], context=None)
    assert (outcome.code, outcome.is_final) == ("tls", False)
    assert receiver.requests == []


def test_a_name_that_leads_inside_gets_no_packet(sent: Any, message: Message) -> None:
    """The guard holds when the send connects, whatever the check at save has seen."""
    for url, host in (*SERVICES.values(), (SLACK, "hooks.slack.com")):
        outcome, canary = sent(message, url, host, trusted=frozenset())
        assert outcome.code == "refused_target", url
        assert canary.n_connections == 0


def test_this_service_is_no_receiver_of_its_own(sent: Any, message: Message) -> None:
    """A loop through a program's channel is refused before it begins."""
    outcome, receiver = sent(message, *SERVICES["json"], own_hosts=frozenset({"programs.example"}))
    assert outcome.code == "refused_target"
    assert receiver.n_connections == 0


def test_an_unfit_address_is_a_final_failure_of_a_send(message: Message, now: dt.datetime) -> None:
    """A stored address that is refused today is not tried again."""
    outcome = send_apprise(message, url="dbus://", now=now)
    assert (outcome.code, outcome.is_final) == ("bad_channel", True)


@pytest.mark.parametrize(
    ("kind", "url", "described"),
    [
        ("apprise", SLACK, "Slack, through Apprise"),
        ("apprise", "dbus://", "an address that Apprise cannot use"),
        ("webhook", "https://user:pass@hooks.example/secret?token=t0ken", "webhook at hooks.example"),
        ("webhook", "https://[x", "webhook at an address that cannot be read"),
    ],
)
def test_a_description_holds_no_secrets(kind: str, url: str, described: str) -> None:
    """People see which service or host it is, and no token, path or user."""
    assert describe_channel(kind, url) == described


def test_nothing_is_logged_of_what_was_sent(
    sent: Any, message: Message, answering: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Apprise's own warnings, which quote answers, stay out of the log."""
    with caplog.at_level(logging.INFO):
        sent(message, SLACK, "hooks.slack.com", answering(500, b"secret"))
    assert "apprise" not in {record.name for record in caplog.records}
