import smtplib
import socket
import time
from threading import Thread
from typing import Any

import pytest
import requests

from serving.channels.confining import Confinement, confine
from serving.channels.guarding import RefusedTarget


def build(resolve: Any = socket.getaddrinfo, seconds: float = 2.0, **named: Any) -> Confinement:
    """Build a confinement that trusts nobody, or whom it is told."""
    return Confinement(**{"trusted": frozenset(), "resolve": resolve, "seconds": seconds, **named})


def test_http_and_smtp_inside_go_through_the_guard(receive: Any, answering: Any) -> None:
    """Inside, neither client reaches a host that is not public, and the refusal is remembered."""
    canary = receive(answering())
    confinement = build()
    with confine(confinement, 2.0):
        with pytest.raises(RefusedTarget):
            requests.post(f"http://127.0.0.1:{canary.port}/", timeout=1)
        with pytest.raises(RefusedTarget):
            requests.Session().get(f"https://127.0.0.1:{canary.port}/", timeout=1)
        with pytest.raises(RefusedTarget):
            smtplib.SMTP("127.0.0.1", canary.port, timeout=1)
        with pytest.raises(RefusedTarget):
            smtplib.SMTP_SSL("127.0.0.1", canary.port, timeout=1)
    assert canary.n_connections == 0
    assert len(confinement.failures) == 4


def test_clients_outside_are_left_alone(receive: Any, answering: Any) -> None:
    """Other threads, and this one after the block, connect as ever, while a confinement lasts elsewhere."""
    receiver = receive(answering(200, b"ok"))
    answers: list[str] = []

    def ask() -> None:
        answers.append(requests.get(f"http://127.0.0.1:{receiver.port}/", timeout=2).text)

    with confine(build(), 2.0):
        thread = Thread(target=ask)
        thread.start()
        thread.join()
    ask()
    assert answers == ["ok", "ok"]
    assert "hotlead-hops" not in receiver.requests[0].headers


def test_a_name_that_alternates_never_reaches_inside(receive: Any, answering: Any) -> None:
    """Each connection resolves for itself, once, and is refused where that answer is not public."""
    canary = receive(answering())
    asked = []

    def resolve(host: str, _port: int, **_named: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", canary.port))]

    for n in range(1, 21):
        with confine(build(resolve), 2.0), pytest.raises(RefusedTarget):
            requests.post("https://rebind.example/", timeout=1)
        assert len(asked) == n
    assert canary.n_connections == 0


def test_an_answer_is_kept_short_and_folded(receive: Any, answering: Any) -> None:
    """Of a long compressed answer, the first bytes are kept as they came, and the status is seen."""
    receiver = receive(answering(503, b"x" * 200_000, content_encoding="gzip", retry_after="5"))
    confinement = build(trusted=frozenset({"127.0.0.1"}))
    with confine(confinement, 2.0):
        response = requests.post(f"http://127.0.0.1:{receiver.port}/", timeout=1)
    assert response.content == b"x" * 50_000
    (answer,) = confinement.answers
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert receiver.requests[0].headers["accept-encoding"] == "identity"


def test_no_redirect_is_followed_whoever_wishes_it(receive: Any, answering: Any) -> None:
    """A client that follows redirects finds none to follow."""
    canary = receive(answering())
    receiver = receive(answering(302, location=f"http://127.0.0.1:{canary.port}/"))
    with confine(build(trusted=frozenset({"127.0.0.1"})), 2.0):
        assert requests.get(f"http://127.0.0.1:{receiver.port}/", timeout=1).status_code == 302
    assert canary.n_connections == 0


def test_a_mail_server_that_drips_is_cut_off(receive: Any) -> None:
    """SMTP ends with the time as well."""

    def drip(connection: socket.socket) -> None:
        for _ in range(60):
            connection.sendall(b"220-wait\r\n")
            time.sleep(0.05)

    receiver = receive(drip, is_silent=True)
    began = time.monotonic()
    confinement = build(trusted=frozenset({"127.0.0.1"}), is_open_mail=True)
    with confine(confinement, 0.5), pytest.raises((OSError, smtplib.SMTPException)):
        smtplib.SMTP("127.0.0.1", receiver.port)
    assert time.monotonic() - began < 1.5


def test_a_rehearsal_connects_nowhere(receive: Any, answering: Any) -> None:
    """A rehearsal remembers where a client would have connected, and that is all."""
    receiver = receive(answering())
    confinement = build(trusted=frozenset({"127.0.0.1"}), is_rehearsal=True)
    with confine(confinement, 2.0), pytest.raises(requests.ConnectionError):
        requests.post(f"http://127.0.0.1:{receiver.port}/", timeout=1)
    assert confinement.places == {("127.0.0.1", receiver.port)}
    assert confinement.failures == []
    assert receiver.n_connections == 0


def test_nothing_is_opened_after_the_time(receive: Any, answering: Any) -> None:
    """A service with many targets does not go on when its time is over."""
    receiver = receive(answering())
    confinement = build(seconds=0.0, trusted=frozenset({"127.0.0.1"}))
    with confine(confinement, 1.0), pytest.raises(requests.ConnectTimeout):
        requests.post(f"http://127.0.0.1:{receiver.port}/", timeout=1)
    assert confinement.is_over
    assert receiver.n_connections == 0
