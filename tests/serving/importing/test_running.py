"""Running: an import goes through the one commit, is told once whatever is killed, and leaves no file behind."""

import asyncio
import json
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from agreement.terms import DEFAULT_TERMS
from features.times import DAY
from serving.championing import ScorerInForce
from serving.gathering import Gathering, Overloaded
from serving.importing.jobs import KEEP_DRAFTS, KEEP_ENDED, Job, UnknownImport
from serving.importing.running import PORTION, Importing
from serving.store.database import Database
from serving.store.rejections import list_placed
from serving.usecases.committing import Done, Force, Request, StoreUnavailable
from serving.usecases.erasing import Wanted, erase
from serving.usecases.histories import Histories
from tests.serving.importing.files import list_folder, upload, write_file
from tests.serving.usecases.tellers import NOW

_PATIENCE_SECONDS = 30.0
_HEADER = ["Lead ID", "Company", "Employees"]


class Place:
    """A store, a home, and the writer that imports go through."""

    def __init__(self, database: Database, home: Path, in_force: ScorerInForce | None = None) -> None:
        self.database, self.home, self.now = database, home, NOW
        histories = None if in_force is None else Histories(in_force.scorer.feature_set)
        self.take_force: Callable[[], Force] = lambda: Force(
            now=self.now, in_force=in_force, terms=DEFAULT_TERMS, histories=histories
        )
        self.gathering = Gathering(database, self.take_force)
        self._opened: list[Importing] = []

    def open(self, gathering: Any = None) -> Importing:
        """Open the imports of the home as a service that starts."""
        writer = gathering or self.gathering
        opened = Importing(self.home, self.database, writer, self.take_force, clock=lambda: self.now)
        self._opened.append(opened)
        return opened

    def close(self) -> None:
        """Stop all that was opened."""
        for opened in self._opened:
            opened.stop()
        self.gathering.stop()

    def read(self, query: str) -> list[Any]:
        """Read rows of the store by SQL."""
        with self.database.reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]


@pytest.fixture
def place(database: Database, tmp_path: Path) -> Iterator[Place]:
    """A place whose writer writes."""
    with _open(database, tmp_path) as opened:
        yield opened


@contextmanager
def _open(database: Database, home: Path, in_force: ScorerInForce | None = None) -> Iterator[Place]:
    place = Place(database, home, in_force)
    place.gathering.start()
    yield place
    place.close()


def _list_leads(count: int) -> list[list[str]]:
    return [[f"L-{number:04}", f"Firm {number}", str(number + 1)] for number in range(count)]


def _wait(importing: Importing, job_id: str, *states: str) -> Job:
    until = time.monotonic() + _PATIENCE_SECONDS
    while (job := importing.jobs.get(job_id)).state not in states:
        assert time.monotonic() < until, job
        time.sleep(0.01)
    return job


def test_rows_become_leads_once(place: Place) -> None:
    """Leads are told, refused rows are kept with their codes, the file is gone, and the log says so."""
    importing = place.open()
    rows = [*_list_leads(PORTION + 5), ["L-x", "Firm", "many"], ["L-y"]]
    job = upload(importing.jobs, write_file([_HEADER, *rows]))
    importing.begin(job)
    done = _wait(importing, job.id, "done")
    assert done.counts == {"accepted": PORTION + 5, "rejected": 2}
    assert (done.n_done, done.share) == (done.n_rows, 1.0)
    assert place.read("SELECT count(*), min(told_at), max(told_at) FROM leads") == [(PORTION + 5, NOW, NOW)]
    with place.database.reading() as connection:
        refused = list_placed(connection, job.place, most=10)
    assert sorted((row.code, json.loads(row.body)["row"]) for row in refused) == [
        ("not_integer", PORTION + 7),
        ("too_few_cells", PORTION + 8),
    ]
    _wait_until(lambda: list_folder(place.home / "imports" / job.id) == {"job.json", "lock"})
    assert _wait_until(lambda: place.read("SELECT who, what FROM audit")) == [("ada", "import.end")]


def test_the_same_file_again_changes_nothing(place: Place) -> None:
    """Rows are told by their keys: a second import finds every lead as it is."""
    importing = place.open()
    body = write_file([_HEADER, *_list_leads(20)])
    for number, wanted in enumerate(("accepted", "unchanged")):
        job = upload(importing.jobs, body, name=f"leads {number}")
        importing.begin(job)
        assert _wait(importing, job.id, "done").counts == {wanted: 20}


def test_what_was_told_since_the_upload_is_newer(place: Place) -> None:
    """A file speaks of the moment at which it was uploaded."""
    importing = place.open()
    old = upload(importing.jobs, write_file([_HEADER, ["L-1", "Old", "1"]]), name="old")
    place.now += DAY
    new = upload(importing.jobs, write_file([_HEADER, ["L-1", "New", "1"]]), name="new", now=place.now)
    for job, wanted in ((new, "accepted"), (old, "stale_ignored")):
        importing.begin(job)
        assert _wait(importing, job.id, "done").counts == {wanted: 1}
    (attributes,) = place.read("SELECT attributes FROM leads")
    assert json.loads(attributes[0])["company"] == "New"


class _Dying:
    """A writer that commits, and then lets nobody know: as a service that is killed."""

    def __init__(self, gathering: Gathering, after: int) -> None:
        self._gathering, self._after = gathering, after
        self.died, self.is_over = threading.Event(), threading.Event()

    async def submit(self, request: Request) -> Done:
        done = await self._gathering.submit(request)
        self._after -= 1
        if self._after < 0:
            self.died.set()
            while not self.is_over.is_set():
                await asyncio.sleep(0.01)
            raise StoreUnavailable("the service is stopping")
        return done


def test_an_import_goes_on_after_a_kill(place: Place) -> None:
    """A new service goes on behind the last portion that was saved; rows told twice change nothing."""
    dying = _Dying(place.gathering, after=1)
    killed = place.open(dying)
    job = upload(killed.jobs, write_file([_HEADER, *_list_leads(3 * PORTION)]))
    killed.begin(job)
    assert dying.died.wait(_PATIENCE_SECONDS)
    left = killed.jobs.get(job.id)
    assert (left.state, left.n_done) == ("running", PORTION)
    assert place.read("SELECT count(*) FROM leads") == [(2 * PORTION,)]
    importing = place.open()
    # What a killed process held is free; this one only sleeps.
    (place.home / "imports" / job.id / "lock").unlink()
    importing.start()
    done = _wait(importing, job.id, "done")
    assert done.counts == {"accepted": 2 * PORTION, "unchanged": PORTION}
    assert place.read("SELECT count(*), max(version) FROM leads") == [(3 * PORTION, 0)]
    killed._is_stopping = True
    dying.is_over.set()


def test_two_processes_do_not_run_one_import(place: Place) -> None:
    """Whoever holds an import runs it alone."""
    importing = place.open()
    job = upload(importing.jobs, write_file([_HEADER, *_list_leads(3)]))
    with importing.jobs.hold(job.id) as is_ours:
        assert is_ours
        importing.begin(job)
        _wait_until(lambda: not importing._thread.is_alive())
        assert importing.jobs.get(job.id).state == "running"
    importing.begin(importing.jobs.get(job.id))
    assert _wait(importing, job.id, "done").counts == {"accepted": 3}


class _Busy:
    """A writer that is overloaded at first."""

    def __init__(self, gathering: Gathering) -> None:
        self._gathering = gathering
        self._errors = [Overloaded("later"), StoreUnavailable("later")]

    async def submit(self, request: Request) -> Done:
        if self._errors:
            raise self._errors.pop()
        return await self._gathering.submit(request)


def test_an_import_waits_for_a_store_that_cannot(place: Place) -> None:
    """Overload and a store that does not answer cost time, no rows."""
    importing = place.open(_Busy(place.gathering))
    job = upload(importing.jobs, write_file([_HEADER, *_list_leads(3)]))
    importing.begin(job)
    assert _wait(importing, job.id, "done").counts == {"accepted": 3}


def test_an_import_is_ended_behind_a_portion(place: Place) -> None:
    """What was told stays, the rest is never told, and the file goes."""
    importing = place.open()
    job = upload(importing.jobs, write_file([_HEADER, *_list_leads(5)]))
    importing.jobs.ask_to_end(job.id)
    importing.begin(job)
    ended = _wait(importing, job.id, "cancelled")
    assert (ended.n_done, place.read("SELECT count(*) FROM leads")) == (0, [(0,)])
    _wait_until(lambda: not importing.jobs.table(job.id).exists())


def test_an_import_that_breaks_stops_and_others_go_on(place: Place) -> None:
    """A file that is gone stops its import alone, with the kind of the error; it can go on later."""
    importing = place.open()
    broken = upload(importing.jobs, write_file([_HEADER, *_list_leads(2)]), name="broken")
    fine = upload(importing.jobs, write_file([_HEADER, *_list_leads(2)]), name="fine")
    table = importing.jobs.table(broken.id)
    kept = table.read_bytes()
    table.unlink()
    importing.begin(broken)
    importing.begin(fine)
    assert _wait(importing, fine.id, "done").counts == {"accepted": 2}
    assert _wait(importing, broken.id, "stopped").trouble == "FileNotFoundError"
    table.write_bytes(kept)
    importing.begin(importing.jobs.get(broken.id))
    assert _wait(importing, broken.id, "done").counts == {"unchanged": 2}


def test_a_hot_import_is_told_in_one_digest(database: Database, tmp_path: Path, in_force: ScorerInForce) -> None:
    """Leads that an import turns hot raise no alert one by one."""
    with _open(database, tmp_path, in_force) as place:
        importing = place.open()
        job = upload(importing.jobs, write_file([_HEADER, *_list_leads(30)]))
        importing.begin(job)
        _wait(importing, job.id, "done")
        assert place.read("SELECT count(*) FROM leads WHERE scored_at IS NOT NULL") == [(30,)]
        assert place.read("SELECT count(*) FROM alerts WHERE origin <> 'import'") == [(0,)]


def test_whoever_is_forgotten_does_not_come_back_by_a_file(place: Place) -> None:
    """Rows of the forgotten are counted and told of nobody; their refused rows went with them."""
    importing = place.open()
    rows = [["L-1", "Firm", "many"], ["L-2", "Firm", "2"]]
    body = write_file([_HEADER, *rows])
    job = upload(importing.jobs, body)
    importing.begin(job)
    _wait(importing, job.id, "done")
    for lead_id in ("L-1", "L-2"):
        with place.database.writing() as connection:
            erase(connection, Wanted(lead_id=lead_id), place.now, randomness=Random(1).randbytes)
    assert place.read("SELECT count(*) FROM rejections") == [(0,)]
    again = upload(importing.jobs, body, name="again")
    importing.begin(again)
    assert _wait(importing, again.id, "done").counts == {"forgotten": 2}
    assert place.read("SELECT count(*) FROM leads") == [(0,)]
    assert place.read("SELECT count(*) FROM rejections") == [(0,)]


def test_files_are_for_us_alone_and_swept(place: Place) -> None:
    """Nobody else reads an upload; one that nobody imports goes after a day, what is known of others later."""
    importing = place.open()
    draft = upload(importing.jobs, write_file([_HEADER, *_list_leads(2)]), name="draft")
    done = upload(importing.jobs, write_file([_HEADER, *_list_leads(2)]), name="done")
    folder = place.home / "imports" / draft.id
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    importing.jobs.save(replace(done, state="done", ended_at=NOW))
    importing.jobs.sweep(NOW + KEEP_DRAFTS)
    assert len(importing.jobs.list_all()) == 2
    importing.jobs.sweep(NOW + KEEP_DRAFTS + 1)
    assert [job.id for job in importing.jobs.list_all()] == [done.id]
    importing.jobs.sweep(NOW + KEEP_ENDED + 1)
    assert importing.jobs.list_all() == []


@pytest.mark.parametrize("job_id", ["", "..", "../../etc", "im_", "im_zz", "im_" + "0" * 16])
def test_an_id_names_no_other_file(place: Place, job_id: str) -> None:
    """Whatever is asked for, only imports of the home are found."""
    with pytest.raises(UnknownImport):
        place.open().jobs.get(job_id)


def _wait_until(check: Callable[[], Any]) -> Any:
    until = time.monotonic() + _PATIENCE_SECONDS
    while not (found := check()):
        assert time.monotonic() < until
        time.sleep(0.01)
    return found
