"""`hotlead users`: people are let in from the command line, and every answer can be read by a program."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hotlead.main import app
from hotlead.verbs.serve import BeyondLoopback, check_reach
from hotlead.verbs.users import has_user
from serving.store.database import Database, sqlite_url
from serving.usecases.auditing import list_entries
from serving.usecases.signing_in import has_link

Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the verb in a home of its own."""
    monkeypatch.delenv("HOTLEAD_DATABASE_URL", raising=False)
    monkeypatch.delenv("HOTLEAD_PUBLIC_URL", raising=False)
    runner = CliRunner()
    return lambda *words: runner.invoke(app, ["users", *words, "--home", str(tmp_path)])


def test_a_user_is_added_with_a_link_that_signs_them_in(run: Run, tmp_path: Path) -> None:
    """One line on the standard output: the link; what to do with it stands beside."""
    answer = run("add", "anna", "--role", "admin", "--name", "Anna A.", "--person", "anna")
    assert answer.exit_code == 0
    link = answer.stdout.strip()
    assert link.startswith("http://127.0.0.1:8000/sign-in/")
    assert "once, within a day" in answer.stderr
    database = Database(sqlite_url(tmp_path))
    with database.reading() as connection:
        (entry, *_) = list_entries(connection, most=5, what="user.link").entries
        assert has_link(connection, link.rpartition("/")[2], entry.at)
        assert (entry.who, entry.target) == ("", "anna")
    database.close()
    (told,) = json.loads(run("list", "--json").stdout)
    assert (told["id"], told["name"], told["role"], told["person"]) == ("anna", "Anna A.", "admin", "anna")
    assert (told["has_link"], told["has_password"], told["sessions"]) == (True, False, 0)


def test_the_link_stands_on_the_public_address(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where people find the service is where the link leads."""
    monkeypatch.setenv("HOTLEAD_PUBLIC_URL", "https://leads.example/")
    run("add", "anna", "--role", "admin")
    told = json.loads(run("link", "anna", "--json").stdout)
    assert told["link"].startswith("https://leads.example/sign-in/")


def test_a_user_is_changed_and_ended(run: Run) -> None:
    """Only what is named changes; who ended is still listed."""
    run("add", "anna", "--role", "admin")
    run("add", "bob", "--role", "rep", "--person", "bob")
    changed = json.loads(run("change", "bob", "--role", "lead", "--json").stdout)
    assert (changed["role"], changed["name"], changed["person"]) == ("lead", "bob", "bob")
    assert json.loads(run("change", "bob", "--person", "", "--json").stdout)["person"] is None
    assert json.loads(run("change", "bob", "--name", "Bob B.", "--json").stdout)["name"] == "Bob B."
    assert "Ended the access of bob." in run("end", "bob").stdout
    listed = run("list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["anna", "bob"]
    assert "has a link" in listed[0]
    assert "ended" in listed[1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "no name", "--role", "rep"), "signs in by"),
        (("add", "eve", "--role", "queen"), "a role is one of rep, lead, scientist, admin"),
        (("add", "anna", "--role", "rep"), "already"),
        (("end", "anna"), "somebody must administer"),
        (("change", "anna", "--role", "rep"), "somebody must administer"),
        (("link", "eve"), "no user of this id"),
        (("change", "eve", "--name", "x"), "no user of this id"),
        (("end", "eve"), "no user of this id"),
    ],
)
def test_what_does_not_fit_says_what_to_do(run: Run, words: tuple[str, ...], says: str) -> None:
    """One line of one of our errors, which `hotlead` ends with, by code 2."""
    run("add", "anna", "--role", "admin")
    answer = run(*words)
    assert answer.exit_code != 0
    assert says in str(answer.exception)


def test_a_home_without_a_store_has_no_users_and_gets_none(run: Run, tmp_path: Path) -> None:
    """Listing makes no store; the way to the first user is told."""
    assert "hotlead users add NAME --role admin" in run("list").stdout
    assert json.loads(run("list", "--json").stdout) == []
    assert not (tmp_path / "hotlead.db").exists()


def test_users_open_the_service_to_other_machines(run: Run, tmp_path: Path) -> None:
    """With somebody who can sign in, other addresses than loopback may be listened on."""
    with pytest.raises(BeyondLoopback):
        check_reach("0.0.0.0", tmp_path)
    run("add", "anna", "--role", "admin")
    assert has_user(tmp_path)
    check_reach("0.0.0.0", tmp_path)
