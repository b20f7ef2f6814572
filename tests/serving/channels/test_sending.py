import base64
import datetime as dt
import logging
import time
from typing import Any

import pytest

from serving.channels.apprising import BadChannel
from serving.channels.guarding import RefusedTarget
from serving.channels.message import Message
from serving.channels.outcome import Outcome
from serving.channels.secrets import BadSecret
from serving.channels.sending import KINDS, Channel, Reach, Sender

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


class Pigeons:
    """A kind of channel of which every message breaks."""

    def check(self, channel: Channel, reach: Reach) -> None:
        """Take any channel."""

    def send(self, message: Message, channel: Channel, now: dt.datetime, reach: Reach) -> Outcome:
        """Break."""
        raise RuntimeError(f"no pigeon for {message.lines[0].name} to {channel.url}")


def test_a_webhook_and_a_service_are_sent_by_one_sender(
    message: Message, receive: Any, answering: Any, now: dt.datetime
) -> None:
    """Each kind finds its way, and each attempt ends in an outcome."""
    receiver = receive(answering(200, b"ok"))
    sender = Sender(trusted=frozenset({f"127.0.0.1:{receiver.port}"}))
    hook = Channel(id="c-1", kind="webhook", url=f"http://127.0.0.1:{receiver.port}/hook", secret=SECRET)
    service = Channel(id="c-2", kind="apprise", url=f"json://127.0.0.1:{receiver.port}/service")
    for channel in (hook, service):
        sender.check(channel)
        outcome = sender.send(message, channel, now)
        assert (outcome.is_delivered, outcome.status) == (True, 200)
    assert [request.line.split()[1] for request in receiver.requests] == ["/hook", "/service"]


def test_a_check_says_what_is_wrong(receive: Any, answering: Any) -> None:
    """A bad secret, an address inside, an unfit service and this service itself are refused when saved."""
    sender = Sender(own_hosts=frozenset({"me.example"}), trusted=frozenset({"me.example"}))
    with pytest.raises(BadSecret):
        sender.check(Channel(id="c", kind="webhook", url="https://example.com/", secret="hunter2"))
    with pytest.raises(RefusedTarget):
        sender.check(Channel(id="c", kind="webhook", url="https://127.0.0.1/", secret=SECRET))
    with pytest.raises(RefusedTarget):
        sender.check(Channel(id="c", kind="webhook", url="https://me.example/", secret=SECRET))
    with pytest.raises(BadChannel):
        sender.check(Channel(id="c", kind="apprise", url="dbus://"))


def test_a_channel_that_breaks_stops_nobody_and_logs_no_content(
    message: Message, now: dt.datetime, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever a kind raises becomes an outcome, to be tried again; the log names the error's kind alone."""
    sender = Sender(kinds={**KINDS, "apprise": Pigeons()})
    with caplog.at_level(logging.ERROR):
        outcome = sender.send(message, Channel(id="c-9", kind="apprise", url="pigeon://t0ken"), now)
    assert (outcome.is_delivered, outcome.is_final, outcome.code) == (False, False, "broken")
    (record,) = caplog.records
    assert "c-9" in record.getMessage()
    assert "RuntimeError" in record.getMessage()
    assert not any(word in caplog.text + outcome.detail for word in ("Ada", "t0ken"))


def test_an_unknown_kind_is_a_broken_channel(message: Message, now: dt.datetime) -> None:
    """A row of a later version does not stop the worker."""
    channel = Channel(id="c", kind="telex", url="telex://1")  # type: ignore[arg-type]
    assert Sender().send(message, channel, now).code == "broken"


def test_a_webhook_without_a_secret_is_a_broken_channel(message: Message, now: dt.datetime) -> None:
    """Nothing goes out unsigned."""
    assert Sender().send(message, Channel(id="c", kind="webhook", url="https://example.com/"), now).code == "broken"


def test_a_channel_shows_neither_address_nor_secret() -> None:
    """What is logged of a channel is its id and kind."""
    shown = repr(Channel(id="c-1", kind="webhook", url="https://example.com/t0ken", secret=SECRET))
    assert "c-1" in shown
    assert "t0ken" not in shown
    assert SECRET not in shown


def test_many_messages_are_sent_quickly(message: Message, receive: Any, answering: Any, now: dt.datetime) -> None:
    """A hundred webhooks to a receiver nearby take seconds at most, each over a checked connection of its own."""
    receiver = receive(answering())
    sender = Sender(trusted=frozenset({f"127.0.0.1:{receiver.port}"}))
    channel = Channel(id="c", kind="webhook", url=f"http://127.0.0.1:{receiver.port}/", secret=SECRET)
    began = time.monotonic()
    assert all(sender.send(message, channel, now).is_delivered for _ in range(100))
    assert time.monotonic() - began < 5.0
    assert receiver.n_connections == 100
