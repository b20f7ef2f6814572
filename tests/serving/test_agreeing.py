"""Agreeing: what was signed is in force, and the file as long as nobody has signed."""

import os
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from agreement.calendar.periods import Period
from agreement.terms import DEFAULT_TERMS, Terms
from serving.agreeing import Agreeing
from serving.store.database import Database
from serving.usecases.signing import Proposal, sign

DAY = 86_400_000_000
YEAR = Period(begins=date(2027, 1, 1), ends=date(2028, 1, 1))
NOW = YEAR.begins_at
LEADS = ("Anna Lee, marketing", "Otto Berg, sales")


class Hands:
    """A clock and a timer that are moved by hand."""

    def __init__(self) -> None:
        self.now, self.seconds = NOW, 0.0

    def agree(self, home: Path, database: Database | None = None) -> Agreeing:
        """Make one that reads this clock and this timer."""
        return Agreeing(home, database, clock=lambda: self.now, timer=lambda: self.seconds)


@pytest.fixture
def hands() -> Hands:
    """A clock at the first instant of 2027."""
    return Hands()


@pytest.fixture
def elsewhere(database: Database) -> Iterator[Database]:
    """The same store as another process has it open."""
    opened = Database(database.engine.url.render_as_string(hide_password=False))
    yield opened
    opened.close()


def put(database: Database, name: str, days: Period = YEAR) -> Terms:
    """Sign terms of this name."""
    terms = Terms(name=name)
    with database.writing() as connection:
        sign(connection, Proposal(terms=terms, text="", days=days), signed_by=LEADS, now=NOW)
    return terms


def test_without_a_file_the_usual_terms_are_in_force(tmp_path: Path, hands: Hands) -> None:
    """A company that wrote nothing has terms all the same."""
    assert hands.agree(tmp_path).get() == DEFAULT_TERMS


def test_a_changed_file_is_taken_over(tmp_path: Path, hands: Hands) -> None:
    """Whoever saves the agreement has it in force with the next batch; deleting it brings back the usual terms."""
    agreeing, path = hands.agree(tmp_path), tmp_path / "agreement.toml"
    for minute, name in enumerate(("spring", "summer")):
        path.write_text(f'name = "{name}"')
        os.utime(path, ns=(minute, minute))
        assert agreeing.get().name == name
        assert not agreeing.take().is_signed
    path.unlink()
    assert agreeing.get() == DEFAULT_TERMS


def test_a_broken_file_leaves_the_terms_in_force(tmp_path: Path, hands: Hands) -> None:
    """A file that cannot be read changes nothing and says what is wrong, until it is mended."""
    agreeing, path = hands.agree(tmp_path), tmp_path / "agreement.toml"
    path.write_text('name = "spring"')
    assert agreeing.get().name == "spring"
    path.write_text('nome = "summer"')
    assert agreeing.get().name == "spring"
    assert "nome" in (agreeing.trouble or "")
    path.write_text('name = "autumn, at last"')
    assert agreeing.get().name == "autumn, at last"
    assert agreeing.trouble is None


def test_once_signed_the_file_does_not_count(tmp_path: Path, hands: Hands, database: Database) -> None:
    """After the first signature an edit has no effect, not even a broken one, and a warning says so."""
    agreeing, path = hands.agree(tmp_path, database), tmp_path / "agreement.toml"
    path.write_text('name = "drafted"')
    assert agreeing.get().name == "drafted"
    signed = put(database, "signed")
    agreeing.refresh()
    assert agreeing.take().is_signed
    assert agreeing.get() == signed
    assert [warning.code for warning in agreeing.list_warnings()] == ["file_differs"]
    path.write_text("nome = 3")
    assert (agreeing.get(), agreeing.trouble) == (signed, None)


def test_another_process_sees_a_signature_within_a_second(
    tmp_path: Path, hands: Hands, database: Database, elsewhere: Database
) -> None:
    """The store is asked again once the second is over, and not before; whoever signed asks at once."""
    here, there = hands.agree(tmp_path, database), hands.agree(tmp_path, elsewhere)
    assert here.get() == there.get() == DEFAULT_TERMS
    signed = put(database, "signed")
    here.refresh()
    assert here.get() == signed
    hands.seconds = 0.9
    assert there.get() == DEFAULT_TERMS
    hands.seconds = 1.0
    assert there.get() == signed
    put(elsewhere, "signed again")
    hands.seconds = 2.0
    assert here.get().name == there.get().name == "signed again"


def test_what_has_run_out_stays_in_force_and_is_a_trouble(tmp_path: Path, hands: Hands, database: Database) -> None:
    """Nothing stops when the days are over: the last version stays, and a trouble says so."""
    agreeing = hands.agree(tmp_path, database)
    signed = put(database, "signed")
    agreeing.refresh()
    hands.now = YEAR.ends_at - 1
    assert agreeing.trouble is None
    assert [warning.code for warning in agreeing.list_warnings()] == ["ends_soon"]
    hands.now += 1
    assert agreeing.get() == signed
    assert "ended before 2028-01-01" in (agreeing.trouble or "")
    put(database, "next", Period(begins=YEAR.ends, ends=YEAR.ends + timedelta(days=366)))
    agreeing.refresh()
    assert (agreeing.get().name, agreeing.trouble) == ("next", None)


def test_before_the_first_begins_the_file_counts(tmp_path: Path, hands: Hands, database: Database) -> None:
    """An agreement that was signed for later changes nothing until its first instant."""
    agreeing = hands.agree(tmp_path, database)
    signed = put(database, "signed")
    agreeing.refresh()
    hands.now = NOW - 1
    assert (agreeing.get(), agreeing.take().is_signed) == (DEFAULT_TERMS, False)
    assert agreeing.take(NOW).terms == signed
    hands.now = NOW
    assert agreeing.get() == signed


def test_a_store_that_does_not_answer_changes_nothing(
    tmp_path: Path, hands: Hands, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is known stays known while the database is away."""
    agreeing = hands.agree(tmp_path, database)
    signed = put(database, "signed")
    assert agreeing.get() == signed
    broken = Database("sqlite:////nowhere/at/all.db")
    monkeypatch.setattr(database, "reading", broken.reading)
    hands.seconds = 5.0
    assert agreeing.get() == signed


def test_who_comes_while_another_looks_does_not_wait(
    tmp_path: Path, hands: Hands, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that hangs holds up the one who asks it, and nobody else."""
    agreeing, hangs, goes_on = hands.agree(tmp_path, database), threading.Event(), threading.Event()
    assert agreeing.get() == DEFAULT_TERMS
    reading = database.reading

    def hang() -> object:
        hangs.set()
        assert goes_on.wait(10)
        return reading()

    monkeypatch.setattr(database, "reading", hang)
    hands.seconds = 5.0
    looker = threading.Thread(target=agreeing.get)
    looker.start()
    assert hangs.wait(10)
    assert agreeing.get() == DEFAULT_TERMS
    goes_on.set()
    looker.join(10)
    assert not looker.is_alive()
