"""`hotlead serve` before it serves."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hotlead import main
from hotlead.verbs.serve import AddressTaken, BeyondLoopback, check_reach, listen


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "", "::", "192.168.1.1", "example.invalid", "8.8.8.8", "127.0.0.1 x", "a" * 300]
)
def test_nothing_beyond_loopback_is_listened_on_without_keys(host: str, tmp_path: Path) -> None:
    """An address that others could reach, or none, is refused with what to do, and no store is made for it."""
    with pytest.raises(BeyondLoopback, match=r"use --host 127\.0\.0\.1"):
        check_reach(host, tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_others_may_ask_while_a_key_is_active(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One active key opens other addresses, no name that is none; when it is revoked, they are closed again."""
    monkeypatch.delenv("HOTLEAD_DATABASE_URL", raising=False)
    assert _ask("add", "--name", "CRM", "--scope", "read", home=tmp_path).exit_code == 0
    check_reach("0.0.0.0", tmp_path)
    with pytest.raises(BeyondLoopback, match="is no address"):
        check_reach("example.invalid", tmp_path)
    (key,) = json.loads(_ask("list", "--json", home=tmp_path).stdout)
    assert _ask("revoke", key["id"], home=tmp_path).exit_code == 0
    with pytest.raises(BeyondLoopback, match="hotlead keys add"):
        check_reach("0.0.0.0", tmp_path)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_loopback_is_fine(host: str, tmp_path: Path) -> None:
    """Every loopback address will do, keys or not."""
    check_reach(host, tmp_path)


def test_a_taken_port_is_told() -> None:
    """A port in use is told in one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(AddressTaken, match="another --port"):
        listen("127.0.0.1", taken.getsockname()[1])


def test_naming_the_verb_loads_no_server() -> None:
    """`hotlead --help` need not wait for the libraries of the server."""
    heavy = {"uvicorn", "pandas", "lightgbm", "sqlalchemy"}
    code = f"import hotlead.verbs.serve, sys; assert not {heavy!r} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _ask(*arguments: str, home: Path) -> Result:
    return CliRunner().invoke(main.app, ["keys", *arguments, "--home", str(home)], catch_exceptions=False)
