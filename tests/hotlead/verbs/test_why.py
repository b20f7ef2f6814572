"""`hotlead why`: the verdict, what happened and what is so now, in words or as data."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hotlead import main
from hotlead.verbs.why import NoStore
from serving.store.database import Database
from serving.store.database import sqlite_url as locate_sqlite
from serving.store.migrating import migrate
from serving.usecases.browsing import UnknownLead
from tests.serving.usecases.tellers import KEEN, Teller, put_in_force


@pytest.fixture(autouse=True)
def in_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is the home's own file."""
    monkeypatch.delenv("HOTLEAD_DATABASE_URL", raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a hot lead and a cold one."""
    database = Database(locate_sqlite(tmp_path))
    migrate(database)
    teller = Teller(database, put_in_force(tmp_path))
    teller.tell_lead("L/1", KEEN)
    teller.tell_downloads("L/1", 12)
    teller.tell_lead("cold", {"employees": 2})
    database.close()
    return tmp_path


def ask(home: Path, *arguments: str) -> Result:
    """Run the verb; what it raises is raised here."""
    return CliRunner().invoke(main.app, [*arguments, "--home", str(home)], catch_exceptions=False)


def test_an_alert_is_explained_in_words(home):
    """The verdict comes first, then the past with its times, then the present."""
    said = ask(home, "why", "L/1").stdout
    assert said.startswith("Yes, on 1 March")
    assert (
        said.index("What happened (times in UTC):") < said.index("Turned hot with a score of") < said.index("Now:")
    )


def test_a_cold_lead_is_told_how_far_it_is_from_hot(home):
    """The champion on disk says where hot begins; without it, only that the lead is not hot."""
    told = json.loads(ask(home, "why", "cold", "--json").stdout)
    assert told["code"] == "not_hot"
    assert "hot begins at" in told["sentence"]
    for path in (home / "champion").glob("1-*/scorer.json"):
        path.write_bytes(b"{}")
    assert "and that is not hot" in ask(home, "why", "cold").stdout


def test_what_is_not_there_is_said(home, tmp_path_factory):
    """Neither a lead nor a store is made by asking for one."""
    with pytest.raises(UnknownLead):
        ask(home, "why", "nobody")
    empty = tmp_path_factory.mktemp("empty")
    for arguments in (("why", "L/1"), ("replay-scores",)):
        with pytest.raises(NoStore):
            ask(empty, *arguments)
    assert list(empty.iterdir()) == []


def test_a_replay_says_that_all_is_well_or_what_is_not(home):
    """Exit code 0 where every score comes out the same, 1 and the first difference where one does not."""
    done = ask(home, "replay-scores")
    assert done.exit_code == 0
    assert "3 scores in" in done.stdout
    assert "3 came out the same to the bit" in done.stdout
    assert json.loads(ask(home, "replay-scores", "--json", "--lead", "L/1", "--most", "1").stdout)["equal"] == 1
    assert (
        json.loads(ask(home, "replay-scores", "--json", "--since", "2026-03-02T00:00:00Z").stdout)["entries"] == 0
    )
    database = Database(locate_sqlite(home))
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE scores SET score = score + 1 WHERE lead_id = 'cold'")
    database.close()
    done = ask(home, "replay-scores")
    assert done.exit_code == 1
    assert "1 DIFFER, first of all lead cold, score 1:" in done.stdout
    for path in (home / "champion").glob("1-*/scorer.json"):
        path.write_bytes(b"{}")
    done = ask(home, "replay-scores")
    assert done.exit_code == 0
    assert "3 are of models that are no longer on disk (version 1)" in done.stdout


@pytest.mark.parametrize("since", ["2026-03-02", "yesterday"])
def test_a_moment_that_is_none_is_refused(home, since):
    """One line that says how to write it."""
    with pytest.raises(ValueError, match="2026-03-01T09:00:00Z"):
        ask(home, "replay-scores", "--since", since)
