import base64
import datetime as dt
import gzip
import json
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from serving.channels.message import Message, build_payload
from serving.channels.outcome import Outcome
from serving.channels.secrets import BadSecret
from serving.channels.webhook import Patience, is_from_hotlead, send_webhook

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
SHORT = Patience(connect_seconds=0.4, overall_seconds=0.6)
HELSINKI = dt.timezone(dt.timedelta(hours=2))


def send(message: Message, receiver: Any, **named: Any) -> Outcome:
    """Send a message to a receiver that is trusted to be on this machine."""
    place = f"127.0.0.1:{receiver.port}"
    named = {"now": dt.datetime.now(dt.UTC), "patience": SHORT, "trusted": frozenset({place}), **named}
    return send_webhook(message, url=f"http://{place}/hooks/secret-path?token=t0ken", secret=SECRET, **named)


def test_a_message_arrives_signed(message: Message, receive: Any, answering: Any) -> None:
    """The receiver's own library verifies the signature and finds the payload, whatever zone the clock is in."""
    receiver = receive(answering(204))
    outcome = send(message, receiver, now=dt.datetime.now(HELSINKI))
    (request,) = receiver.requests
    assert (outcome.is_delivered, outcome.is_final, outcome.code, outcome.status) == (True, True, "delivered", 204)
    assert Webhook(SECRET).verify(request.body, request.headers) == json.loads(json.dumps(build_payload(message)))
    assert request.line == "POST /hooks/secret-path?token=t0ken HTTP/1.1"
    assert request.headers["webhook-id"] == message.id
    assert request.headers["user-agent"] == "Hotlead"
    assert request.headers["hotlead-hops"] == "1"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"


def test_a_signature_holds_for_this_body_and_secret_alone(message: Message, receive: Any, answering: Any) -> None:
    """A changed byte or another secret does not verify."""
    receiver = receive(answering())
    send(message, receiver)
    (request,) = receiver.requests
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.body.replace(b"Ada", b"Eve"), request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(b"x" * 32).verify(request.body, request.headers)


def test_a_message_sent_again_keeps_its_id(message: Message, receive: Any, answering: Any) -> None:
    """A receiver can drop what it has."""
    receiver = receive(answering())
    send(message, receiver)
    send(message, receiver, now=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=3))
    first, second = (request.headers for request in receiver.requests)
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-timestamp"] != second["webhook-timestamp"]


@pytest.mark.parametrize(
    ("status", "is_delivered", "is_final", "code"),
    [
        (200, True, True, "delivered"),
        (299, True, True, "delivered"),
        (302, False, False, "http_302"),
        (400, False, False, "http_400"),
        (410, False, True, "http_410"),
        (429, False, False, "http_429"),
        (500, False, False, "http_500"),
        (508, False, True, "http_508"),
    ],
)
def test_a_status_says_what_became_of_it(
    message: Message, receive: Any, answering: Any, status: int, is_delivered: bool, is_final: bool, code: str
) -> None:
    """2xx is delivered, 410 and our own 508 are final, all else is tried again."""
    outcome = send(message, receive(answering(status)))
    assert (outcome.is_delivered, outcome.is_final, outcome.code) == (is_delivered, is_final, code)


def test_no_redirect_is_followed(message: Message, receive: Any, answering: Any) -> None:
    """Where a receiver points on to, nothing arrives."""
    canary = receive(answering())
    outcome = send(message, receive(answering(307, location=f"http://127.0.0.1:{canary.port}/")))
    assert outcome.code == "http_307"
    assert canary.n_connections == 0


@pytest.mark.parametrize(
    ("status", "said", "seconds"),
    [
        (429, "120", 120.0),
        (503, "999999999", 3_600.0),
        (503, "9" * 20, 3_600.0),
        (503, "9" * 5_000, None),
        (429, "-1", None),
        (429, "0", None),
        (429, "soon", None),
        (429, "1e3", None),
        (429, "١٢", None),
        (429, "Thu, 01 Jan 1970 00:00:00 GMT", None),
        (429, "Fri, 20 Nov 2026 09:31:00 GMT", 60.0),
        (429, "Fri, 20 Nov 2026 09:31:00 -0000", 60.0),
        (429, "Fri, 20 Nov 9999 09:31:00 GMT", 3_600.0),
        (500, "120", None),
    ],
)
def test_a_wish_to_be_left_alone_is_honoured_within_reason(
    message: Message, receive: Any, answering: Any, now: dt.datetime, status: int, said: str, seconds: float | None
) -> None:
    """Retry-After counts for 429 and 503, up to an hour; the past and nonsense do not count."""
    receiver = receive(answering(status, retry_after=said))
    assert send(message, receiver, now=now).retry_after_seconds == seconds


def drip(first: bytes) -> Callable[[socket.socket], None]:
    """Make the behaviour of saying something, and then a byte every now and again."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(first)
        for _ in range(100):
            time.sleep(0.05)
            connection.sendall(b"x")

    return behave


@pytest.mark.parametrize(
    ("behave", "code"),
    [
        (lambda connection: time.sleep(3), "timed_out"),
        (drip(b""), "too_slow"),
        (drip(b"HTTP/1.1 200 OK\r\nx-slow: "), "too_slow"),
        (lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000), "bad_answer"),
        (lambda connection: connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000), "bad_answer"),
        (lambda connection: connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n"), "bad_answer"),
        (lambda connection: connection.sendall(b"HTTP/1.1 999 X\r\n\r\n"), "bad_answer"),
        (lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n"), "bad_answer"),
        (lambda connection: None, "bad_answer"),
    ],
)
def test_a_receiver_that_misbehaves_costs_little_time(
    message: Message, receive: Any, behave: Any, code: str
) -> None:
    """Silence, dripping, endless headers and other protocols end in time, each with its code, to be tried again."""
    began = time.monotonic()
    outcome = send(message, receive(behave))
    assert time.monotonic() - began < 1.2
    assert (outcome.is_delivered, outcome.is_final, outcome.code) == (False, False, code)


@pytest.mark.parametrize(
    "behave",
    [
        lambda connection: connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(10_000_000))
        ),
        lambda connection: [
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n"),
            *map(connection.sendall, [bytes(65_536)] * 10_000),
        ],
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"),
        lambda connection: [
            connection.sendall(b"HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
            time.sleep(3),
        ],
    ],
)
def test_a_body_is_not_waited_for(message: Message, receive: Any, behave: Any) -> None:
    """A bomb, ten gigabytes, a dripping body and an open connection do not matter once the status is known."""
    outcome = send(message, receive(behave))
    assert (outcome.code, outcome.status) == ("delivered", 200)
    assert outcome.seconds < 0.5


def test_a_receiver_that_does_not_read_costs_little_time(message: Message, receive: Any, line: Any) -> None:
    """A body that nobody takes ends with the time as well."""
    large = replace(message, lines=(replace(line, reasons=("x" * 900,) * 12_000),))
    outcome = send(large, receive(lambda connection: time.sleep(3), is_silent=True))
    assert outcome.code == "timed_out"
    assert outcome.seconds < 1.2


def test_nobody_at_the_port_is_a_broken_connection(message: Message, receive: Any, answering: Any) -> None:
    """A refused connection is tried again."""
    receiver = receive(answering())
    receiver.stop()
    outcome = send(message, receiver)
    assert (outcome.is_final, outcome.code) == (False, "connection")


def test_tls_is_verified_for_the_name(
    message: Message, receive: Any, answering: Any, authority: Any, leading_to: Any, now: dt.datetime
) -> None:
    """A certificate for this name and by a known authority passes; another name or authority does not."""
    receiver = receive(answering(), authority.serve_as("hook.example"))

    def deliver(host: str, context: Any) -> str:
        return send_webhook(
            message,
            url=f"https://{host}:{receiver.port}/",
            secret=SECRET,
            now=now,
            trusted=frozenset({host}),
            resolve=leading_to("127.0.0.1"),
            context=context,
            patience=SHORT,
        ).code

    assert deliver("hook.example", authority.trust()) == "delivered"
    assert deliver("other.example", authority.trust()) == "tls"
    assert deliver("hook.example", None) == "tls"
    assert len(receiver.requests) == 1


def test_what_is_inside_gets_no_packet(
    message: Message, receive: Any, answering: Any, leading_to: Any, now: dt.datetime
) -> None:
    """A name that leads inside, and an address whose form is refused, send nothing and say so."""
    canary = receive(answering())
    inward = leading_to("127.0.0.1", port=canary.port)
    rebound = send_webhook(message, url="https://rebind.example/", secret=SECRET, now=now, resolve=inward)
    odd = send_webhook(message, url="http://ok.com@127.0.0.1/", secret=SECRET, now=now, resolve=inward)
    assert (rebound.code, rebound.is_final) == ("refused_target", False)
    assert (odd.code, odd.is_final) == ("refused_target", True)
    assert rebound.detail == odd.detail
    assert canary.n_connections == 0


def test_this_service_is_no_receiver_of_its_own(message: Message, receive: Any, answering: Any) -> None:
    """A loop is refused before it begins, and what comes in from a service of this kind can be told."""
    receiver = receive(answering())
    outcome = send(message, receiver, own_hosts=frozenset({f"127.0.0.1:{receiver.port}"}))
    assert (outcome.code, outcome.is_final) == ("loop", True)
    assert receiver.n_connections == 0
    assert is_from_hotlead({"Hotlead-Hops": "1"})
    assert not is_from_hotlead({"User-Agent": "Hotlead"})


def test_an_outcome_tells_no_secrets(message: Message, receive: Any, answering: Any) -> None:
    """Neither path nor token nor name is in what is logged."""
    said = str([send(message, receive(answering(500))), send(message, receive(lambda connection: None))])
    assert not any(word in said for word in ("secret-path", "t0ken", "Ada", "127.0.0.1"))


def test_a_secret_without_form_is_refused(message: Message, now: dt.datetime) -> None:
    """A message is never sent with an unfit signature."""
    with pytest.raises(BadSecret):
        send_webhook(message, url="https://example.com/", secret="hunter2", now=now)
