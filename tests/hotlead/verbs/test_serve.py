"""`hotlead serve` before it serves."""

import socket
import subprocess
import sys

import pytest

from hotlead.verbs.serve import AddressTaken, BeyondLoopback, check_loopback, listen


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "", "::", "192.168.1.1", "example.invalid", "8.8.8.8", "127.0.0.1 x", "a" * 300]
)
def test_nothing_beyond_loopback_is_listened_on(host: str) -> None:
    """An address that others could reach, or none, is refused with what to do."""
    with pytest.raises(BeyondLoopback, match=r"use --host 127\.0\.0\.1"):
        check_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_loopback_is_fine(host: str) -> None:
    """Every loopback address will do."""
    check_loopback(host)


def test_a_taken_port_is_told() -> None:
    """A port in use is told in one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(AddressTaken, match="another --port"):
        listen("127.0.0.1", taken.getsockname()[1])


def test_naming_the_verb_loads_no_server() -> None:
    """`hotlead --help` need not wait for the libraries of the server."""
    code = "import hotlead.verbs.serve, sys; assert not {'uvicorn', 'pandas', 'lightgbm'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
