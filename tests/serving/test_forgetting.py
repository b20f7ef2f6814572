"""Forgetting: store and log of erasures keep each other whole, whichever of them is older."""

import stat
from pathlib import Path

import pytest

from serving.erasure_log import DamagedLog, ErasureLog, UnwritableLog
from serving.forgetting import bring_together, forget
from serving.store.database import Database
from serving.store.forgotten import list_digests
from serving.usecases.erasing import ForeignDigests, Wanted
from tests.serving.usecases.tellers import NOW, Teller, clear

_SECRET = b"s" * 32


@pytest.fixture
def log(tmp_path: Path) -> ErasureLog:
    """A log that is not there yet."""
    return ErasureLog(tmp_path / "home-forgotten.log")


def forget_lead(database: Database, log: ErasureLog, lead_id: str) -> None:
    """Forget a lead."""
    forget(database, log, Wanted(lead_id=lead_id), NOW, randomness=lambda _: _SECRET)


def test_an_erasure_is_in_the_store_and_in_the_log(database: Database, log: ErasureLog) -> None:
    """Both hold the same digests, the log is its owner's alone, and it names nobody."""
    Teller(database, None).tell_lead("L", {"email": "ada@example.org"})
    forget_lead(database, log, "L")
    with database.reading() as connection:
        assert log.read().digests == list_digests(connection).keys()
    assert log.read().secret == _SECRET
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600
    assert "ada" not in log.path.read_text()


def test_a_backup_brings_nobody_back(database: Database, log: ErasureLog) -> None:
    """A store older than the erasure, even one without a secret, forgets again at the start."""
    forget_lead(database, log, "L")
    clear(database)
    teller = Teller(database, None)
    teller.tell_lead("L", {"email": "ada@example.org"})
    teller.tell_lead("M")
    assert bring_together(database, log, NOW) == 1
    assert bring_together(database, log, NOW) == 0
    teller.wait(1)
    assert teller.tell_lead("L").answers[0][0].status == "forgotten"
    assert teller.tell_lead("M", {"employees": 1}).answers[0][0].status == "accepted"


def test_a_log_that_lacks_something_is_told(database: Database, log: ErasureLog) -> None:
    """Where another server erased, or the log was lost, the start writes what the store knows."""
    elsewhere = ErasureLog(log.path.with_name("elsewhere.log"))
    forget_lead(database, elsewhere, "L")
    assert bring_together(database, log, NOW) == 0
    assert log.read() == elsewhere.read()


def test_nothing_is_written_where_nobody_was_forgotten(database: Database, log: ErasureLog) -> None:
    """A start without erasures makes no log."""
    assert bring_together(database, log, NOW) == 0
    assert not log.path.exists()


def test_a_log_that_cannot_be_written_stops_the_erasure(database: Database, tmp_path: Path) -> None:
    """The store is as it was, so that the operator mends the path and asks again."""
    teller = Teller(database, None)
    teller.tell_lead("L")
    with pytest.raises(UnwritableLog, match="HOTLEAD_ERASURE_LOG"):
        forget_lead(database, ErasureLog(tmp_path / "nowhere" / "x.log"), "L")
    teller.wait(1)
    assert teller.tell_lead("L", {"employees": 1}).answers[0][0].status == "accepted"


def test_a_log_of_another_store_is_refused(database: Database, log: ErasureLog) -> None:
    """Its digests could be compared with nothing here."""
    forget_lead(database, log, "L")
    foreign = ErasureLog(log.path.with_name("foreign.log"))
    foreign.append(b"f" * 32, [b"d" * 32], "2026-03-01T00:00:00Z")
    with pytest.raises(ForeignDigests):
        bring_together(database, foreign, NOW)


def test_a_line_that_a_crash_cut_off_spoils_nothing(log: ErasureLog) -> None:
    """The next entry begins on a line of its own, and every whole line counts."""
    log.append(_SECRET, [b"a" * 32, b"b" * 32], "2026-03-01T00:00:00Z")
    whole = log.path.read_bytes()
    for length in range(len(whole) - 86, len(whole)):
        log.path.write_bytes(whole[:length])
        log.append(_SECRET, [b"c" * 32], "2026-03-02T00:00:00Z")
        assert {b"a" * 32, b"c" * 32} <= log.read().digests <= {letter * 32 for letter in (b"a", b"b", b"c")}


@pytest.mark.parametrize("damage", [b"hello\n", b"secret 12\n", b"\xff\n", b"a" * 70 + b"\n"])
def test_damage_is_noticed(log: ErasureLog, damage: bytes) -> None:
    """A line that no erasure wrote is a reason to stop, and not to forget fewer people."""
    log.append(_SECRET, [b"a" * 32], "2026-03-01T00:00:00Z")
    log.path.write_bytes(log.path.read_bytes() + damage)
    with pytest.raises(DamagedLog):
        log.read()


def test_digests_without_a_secret_are_damage(log: ErasureLog) -> None:
    """They could be compared with nothing."""
    log.path.write_text(f"{'a' * 64} 2026-03-01T00:00:00Z\n")
    with pytest.raises(DamagedLog):
        log.read()
