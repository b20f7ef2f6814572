"""Running: imports one after the other, in small portions through the commit that everything goes through.

How far an import has come is saved behind each portion, so that a service that was killed goes on where it was;
rows that are told once more because of that change nothing.
"""

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from serving.gathering import Gathering, Overloaded
from serving.importing.jobs import Job, Jobs, State
from serving.importing.leads import RowReader, build_reader, list_ids, remember
from serving.importing.rows import Row, read_rows
from serving.observing import log_failure
from serving.store.database import Database
from serving.store.leads import LeadRecord, read_leads
from serving.usecases.auditing import record_audit
from serving.usecases.committing import Done, Force, Request, StoreUnavailable
from serving.usecases.told import Answer, Command, ToldLead

logger = logging.getLogger("hotlead.imports")

PORTION = 200
_PAUSE_SECONDS = 0.5
_WORTH_STOPPING_SECONDS = 10.0


class Importing:
    """Runs the imports of a home.

    Parameters
    ----------
    home
        The product's home folder.
    database
        The store, read for what is known of leads.
    gathering
        Commits what is told.
    take_force
        Returns what is in force.
    clock
        Returns the moment in microseconds.
    """

    def __init__(
        self,
        home: Path,
        database: Database,
        gathering: Gathering,
        take_force: Callable[[], Force],
        *,
        clock: Callable[[], int],
    ) -> None:
        self.jobs = Jobs(home)
        self._database, self._gathering, self._take_force, self._clock = database, gathering, take_force, clock
        self._guard, self._thread = threading.Lock(), threading.Thread()
        self._is_working = self._is_stopping = False
        self._elsewhere: set[str] = set()

    def start(self) -> None:
        """Delete what was left lying, and go on with what a service before this one had begun."""
        self.jobs.sweep(self._clock())
        self._wake()

    def begin(self, job: Job) -> None:
        """Begin an import, or go on with one that stopped."""
        self.jobs.save(replace(job, state="running", began_at=job.began_at or self._clock(), trouble=""))
        self._elsewhere.discard(job.id)
        self._wake()

    def stop(self) -> None:
        """Stop behind the portion under way; the next service goes on."""
        self._is_stopping = True
        if self._thread.is_alive():
            self._thread.join(_WORTH_STOPPING_SECONDS)

    def _wake(self) -> None:
        with self._guard:
            if self._is_working or self._find_next() is None:
                return
            self._is_working = True
            self._thread = threading.Thread(target=self._work, name="hotlead-import", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while (job := self._take_next()) is not None:
            try:
                with self.jobs.hold(job.id) as is_ours:
                    if is_ours:
                        asyncio.run(self._run(self.jobs.get(job.id)))
                    else:
                        self._elsewhere.add(job.id)
            except Exception as error:  # whatever is wrong with one import, the others go on
                log_failure(error)
                self._stop_one(job.id, type(error).__name__)

    def _take_next(self) -> Job | None:
        with self._guard:
            job = None if self._is_stopping else self._find_next()
            self._is_working = job is not None
            return job

    def _find_next(self) -> Job | None:
        running = [job for job in self.jobs.list_all() if job.state == "running" and job.id not in self._elsewhere]
        return min(running, key=lambda job: (job.began_at or 0, job.id), default=None)

    async def _run(self, job: Job) -> None:
        layout = job.layout
        width, table = len(layout.header), self.jobs.table(job.id)
        rows = read_rows(table, layout.separator, width=width, offset=job.offset, number=job.row)
        while portion := list(islice(rows, PORTION)):
            if self._is_stopping:
                return
            if self.jobs.shall_end(job.id):
                self._end(job, "cancelled")
                return
            told = await self._tell(job, portion)
            if told is None:
                return
            job = told
        self._end(job, "done")

    async def _tell(self, job: Job, rows: Sequence[Row]) -> Job | None:
        """Tell a portion, and save how far that is; None where the service stops meanwhile."""
        force = self._take_force()
        reader = build_reader(job.layout, force.in_force, told_at=job.uploaded_at, batch=job.name, place=job.place)
        items = read_portion(reader, rows, self._read_known(reader, rows), force.now)
        done = await self._submit(Request(command=Command(items=tuple(items)), write=_write, is_bulk=True))
        if done is None:
            return None
        counts = Counter(job.counts) + Counter(msgspec.json.decode(done.body, type=list[str]))
        job = replace(job, offset=rows[-1].ends, row=rows[-1].number, counts=dict(counts))
        self.jobs.save(job)
        return job

    def _read_known(self, reader: RowReader, rows: Sequence[Row]) -> dict[str, LeadRecord]:
        with self._database.reading() as connection:
            found = read_leads(connection, set(list_ids(reader, rows)))
        return {lead_id: record for lead_id, record in found.items() if record.is_told}

    async def _submit(self, request: Request) -> Done | None:
        """Have a portion done, however long the store cannot; None where the service stops meanwhile."""
        while not self._is_stopping:
            try:
                return await self._gathering.submit(request)
            except (Overloaded, StoreUnavailable):
                await asyncio.sleep(_PAUSE_SECONDS)
        return None

    def _end(self, job: Job, state: State) -> None:
        now = self._clock()
        with self._database.writing() as connection:
            told = {"state": state, **job.counts}
            record_audit(connection, at=now, who=job.who, what="import.end", target=job.id, **told)
        # The file goes last: without it an import that is not known to have ended could not end.
        self.jobs.save(replace(job, state=state, ended_at=now))
        self.jobs.drop_files(job.id)
        logger.info("import %s: %s, %s", job.id, state, job.counts)

    def _stop_one(self, job_id: str, trouble: str) -> None:
        self._elsewhere.add(job_id)
        try:
            self.jobs.save(replace(self.jobs.get(job_id), state="stopped", trouble=trouble))
        except (OSError, LookupError) as error:
            log_failure(error)


def read_portion(reader: RowReader, rows: Sequence[Row], known: dict[str, LeadRecord], now: int) -> list[Any]:
    """Read rows in their order, each beside what those before it told of the same lead."""
    items = []
    for row in rows:
        item = reader.read(row, known, now)
        if isinstance(item, ToldLead):
            remember(known, item)
        items.append(item)
    return items


def _write(answers: Sequence[Answer], _: Mapping[str, LeadRecord]) -> tuple[int, bytes]:
    return 200, msgspec.json.encode([answer.status for answer in answers])
