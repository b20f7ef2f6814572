"""`hotlead keys`: keys are made, shown once, listed and revoked, in the store that serves."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hotlead import main
from hotlead.store import UnreachableStore, find_url
from hotlead.verbs.keys import has_active_key
from serving.store.database import Database, UnusableDatabase, sqlite_url
from serving.usecases.admitting import BadKeyName, UnknownKey, UnknownScope, check_form, read_known_keys
from serving.usecases.auditing import list_entries


@pytest.fixture(autouse=True)
def in_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is the home's own file."""
    monkeypatch.delenv("HOTLEAD_DATABASE_URL", raising=False)


def ask(home: Path, *arguments: str) -> Result:
    """Run `hotlead keys`; what it raises is raised here."""
    return CliRunner().invoke(main.app, ["keys", *arguments, "--home", str(home)], catch_exceptions=False)


def ask_json(home: Path, *arguments: str) -> Any:
    """Run `hotlead keys` and read its answer."""
    return json.loads(ask(home, *arguments, "--json").stdout)


def test_a_key_is_shown_once_alone(tmp_path: Path) -> None:
    """Standard output is the key and nothing else, so that a script can take it; listing never shows it."""
    done = ask(tmp_path, "add", "--name", "CRM", "--scope", "ingest", "--scope", "score")
    key = done.stdout.strip()
    assert check_form(key.encode())
    assert key[3:11] in done.stderr
    assert key not in done.stderr
    (listed,) = ask_json(tmp_path, "list")
    assert (listed["id"], listed["name"], listed["scopes"]) == (key[3:11], "CRM", ["ingest", "score"])
    said = ask(tmp_path, "list").stdout
    assert "CRM" in said
    assert key[12:] not in said + json.dumps(listed)


def test_the_server_knows_what_the_command_made(tmp_path: Path) -> None:
    """Shown and signing keys stand in the store of the home, and are no longer known once revoked."""
    shown = ask_json(tmp_path, "add", "--name", "CRM", "--scope", "admin")
    signing = ask_json(tmp_path, "add", "--signs", "--name", "Form", "--scope", "ingest")
    assert shown["key"].startswith(shown["prefix"])
    assert signing["secret"].startswith("whsec_")
    assert _read_names(tmp_path) == (["CRM"], ["Form"])
    assert ask_json(tmp_path, "revoke", shown["id"])["revoked_at"]
    assert f"Revoked {signing['id']} (Form)." in ask(tmp_path, "revoke", signing["id"]).stdout
    assert _read_names(tmp_path) == ([], [])
    assert [key["id"] for key in ask_json(tmp_path, "list")] == [shown["id"], signing["id"]]


def test_what_does_not_fit_is_told(tmp_path: Path) -> None:
    """A scope that there is not, a blank name and an unknown id raise what the command says in one line."""
    with pytest.raises(UnknownScope):
        ask(tmp_path, "add", "--name", "CRM", "--scope", "everything")
    with pytest.raises(BadKeyName):
        ask(tmp_path, "add", "--name", " ", "--scope", "read")
    with pytest.raises(UnknownKey):
        ask(tmp_path, "revoke", "nobody")
    assert all(main.is_mendable(error("")) for error in (UnknownScope, BadKeyName, UnknownKey, UnreachableStore))


def test_looking_makes_no_store(tmp_path: Path) -> None:
    """Listing and revoking in a folder without a store say so and leave nothing behind."""
    home = tmp_path / "typo"
    assert "hotlead keys add" in ask(home, "list").stdout
    assert ask_json(home, "list") == []
    with pytest.raises(UnknownKey):
        ask(home, "revoke", "nobody")
    assert not has_active_key(home)
    assert not home.exists()


def test_only_the_owner_reads_a_new_store(tmp_path: Path) -> None:
    """The file that will hold signing secrets is nobody else's to read."""
    ask(tmp_path / "new", "add", "--name", "CRM", "--scope", "read")
    assert stat.S_IMODE((tmp_path / "new" / "hotlead.db").stat().st_mode) == 0o600


def test_the_environment_names_another_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With HOTLEAD_DATABASE_URL the home's own file is neither made nor read."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("HOTLEAD_DATABASE_URL", sqlite_url(elsewhere))
    ask(tmp_path, "add", "--name", "CRM", "--scope", "read")
    assert has_active_key(tmp_path)
    assert not (tmp_path / "hotlead.db").exists()
    monkeypatch.setenv("HOTLEAD_DATABASE_URL", "")
    assert find_url(tmp_path) == sqlite_url(tmp_path)
    assert not has_active_key(tmp_path)


def test_keys_can_live_in_postgresql(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same commands work on PostgreSQL."""
    monkeypatch.setenv("HOTLEAD_DATABASE_URL", postgres_url)
    made = ask_json(tmp_path, "add", "--name", "CRM", "--scope", "read")
    assert has_active_key(tmp_path)
    ask(tmp_path, "revoke", made["id"])
    assert not has_active_key(tmp_path)


def test_a_database_that_does_not_answer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is away, or an address that is none, ends in one line."""
    monkeypatch.setenv("HOTLEAD_DATABASE_URL", "postgresql://127.0.0.1:1/hotlead")
    with pytest.raises(UnreachableStore, match="HOTLEAD_DATABASE_URL"):
        ask(tmp_path, "list")
    monkeypatch.setenv("HOTLEAD_DATABASE_URL", "mysql://127.0.0.1/hotlead")
    with pytest.raises(UnusableDatabase):
        ask(tmp_path, "list")


@pytest.mark.parametrize("verb", ["add", "list", "revoke"])
def test_every_verb_of_keys_explains_itself(verb: str) -> None:
    """Each has a help of its own, with the home and JSON."""
    told = CliRunner().invoke(main.app, ["keys", verb, "--help"])
    assert told.exit_code == 0
    assert "--home" in told.output
    assert "--json" in told.output


def _read_names(home: Path) -> tuple[list[str], list[str]]:
    database = Database(sqlite_url(home))
    with database.reading() as connection:
        known = read_known_keys(connection)
    database.close()
    return [one.name for one in known.by_digest.values()], [one.admitted.name for one in known.signers]


def test_what_was_done_with_keys_stands_in_the_audit(tmp_path: Path) -> None:
    """Who made and revoked a key at the command line is told there, and never the key."""
    made = ask_json(tmp_path, "add", "--name", "CRM", "--scope", "read")
    ask(tmp_path, "revoke", made["id"])
    database = Database(sqlite_url(tmp_path))
    with database.reading() as connection:
        entries = list_entries(connection, most=9).entries
    database.close()
    assert [(entry.who, entry.what, entry.target) for entry in entries] == [
        ("", "key.revoke", made["id"]),
        ("", "key.add", made["id"]),
    ]
    assert made["key"] not in str(entries)
