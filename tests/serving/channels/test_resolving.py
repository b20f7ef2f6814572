import socket
import time
from typing import Any

import pytest

from serving.channels.resolving import resolve_within


def test_an_answer_is_handed_on() -> None:
    """What the resolver returns comes back."""
    assert resolve_within(lambda host, port, **_: [(host, port)], 1.0)("a.example", 443) == [("a.example", 443)]


def test_an_unknown_name_stays_an_error_of_the_system() -> None:
    """The resolver's own error comes through."""

    def fail(*_arguments: Any, **_named: Any) -> list[Any]:
        raise socket.gaierror("no such name")

    with pytest.raises(socket.gaierror):
        resolve_within(fail, 1.0)("a.example", 443)


def test_a_name_that_no_codec_takes_is_an_unknown_name() -> None:
    """A label that is too long for DNS is no crash."""
    with pytest.raises(OSError, match="cannot be resolved"):
        resolve_within(socket.getaddrinfo, 1.0)("é" * 300 + ".example", 443)


def test_a_resolver_that_sleeps_is_left_behind() -> None:
    """The look-up ends in time, whatever the resolver does."""
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        resolve_within(lambda *_, **__: time.sleep(1) or [], 0.1)("a.example", 443)
    assert time.monotonic() - began < 0.6
