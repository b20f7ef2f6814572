"""Jobs: uploaded files in the home until they are imported, each in its own folder with how far it has come."""

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Literal

import msgspec

from features.times import DAY
from serving.importing.encodings import Encoding, guess_encoding, open_private, rewrite
from serving.importing.layout import Layout, guess_layout
from serving.importing.rows import read_rows

FOLDER = "imports"
KEEP_DRAFTS, KEEP_ENDED = DAY, 30 * DAY
_ID = re.compile(r"im_[0-9a-f]{16}")
_ID_BYTES = 8
_CHUNK = 2**20
State = Literal["draft", "running", "done", "cancelled", "stopped"]


class UnknownImport(LookupError):
    """There is no import of this id."""


class FileTooLarge(ValueError):
    """The file is larger than a file of an import may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An import: its file, how it is read, and how far it has come.

    Attributes
    ----------
    name
        Under which its leads come in: what they turn hot is told in one digest.
    offset, row
        Behind the last row that is durable in the store.
    counts
        Rows by what became of them.
    trouble
        The kind of the error that stopped it.
    """

    id: str
    name: str
    file_name: str
    who: str
    uploaded_at: int
    size: int
    layout: Layout
    n_rows: int
    state: State = "draft"
    offset: int = 0
    row: int = 1
    counts: dict[str, int] = field(default_factory=dict)
    began_at: int | None = None
    ended_at: int | None = None
    trouble: str = ""

    @property
    def n_done(self) -> int:
        """Return how many rows were dealt with."""
        return sum(self.counts.values())

    @property
    def share(self) -> float:
        """Return how much of the file was dealt with, in [0, 1]."""
        if self.state == "done":
            return 1.0
        return min(1.0, self.offset / self.size) if self.size else 0.0

    @property
    def place(self) -> str:
        """Return under which name refused rows are kept."""
        return f"ROW /v1/imports/{self.id}"


class Jobs:
    """The imports of a home.

    Parameters
    ----------
    home
        The product's home folder.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def add(
        self, file: IO[bytes], *, name: str, file_name: str, who: str, zone: str, now: int, most: int,
        randomness: Callable[[int], bytes],
    ) -> Job:  # fmt: skip
        """Keep a file that was uploaded, and guess how it is read.

        Raises
        ------
        FileTooLarge
            If it is larger than `most` bytes.
        UnreadableTable
            If it is no table.
        """
        job_id = f"im_{randomness(_ID_BYTES).hex()}"
        folder = self._folder / job_id
        folder.mkdir(mode=0o700, parents=True)
        try:
            _copy(file, folder / "upload", most)
            encoding = guess_encoding(folder / "upload")
            layout = self._rewrite(job_id, encoding, zone)
        except BaseException:
            shutil.rmtree(folder)
            raise
        job = Job(
            id=job_id,
            name=name,
            file_name=file_name,
            who=who,
            uploaded_at=now,
            size=self.table(job_id).stat().st_size,
            layout=layout,
            n_rows=self._count(job_id, layout),
            offset=layout.begins,
        )
        self.save(job)
        return job

    def reread(self, job: Job, *, encoding: Encoding, separator: str) -> Job:
        """Read a file otherwise than it was guessed.

        Raises
        ------
        UnreadableTable
            If it cannot be read like this.
        """
        layout = self._rewrite(job.id, encoding, job.layout.zone, separator)
        size = self.table(job.id).stat().st_size
        n_rows = self._count(job.id, layout)
        changed = replace(job, layout=layout, offset=layout.begins, size=size, n_rows=n_rows)
        self.save(changed)
        return changed

    def get(self, job_id: str) -> Job:
        """Get an import.

        Raises
        ------
        UnknownImport
            If there is none of this id.
        """
        path = self._folder / job_id / "job.json"
        found = _read(path) if _ID.fullmatch(job_id) else None
        if found is None:
            raise UnknownImport("there is no import of this id, or it was done long ago: upload the file again")
        return found

    def list_all(self) -> list[Job]:
        """List the imports that are known, the latest first."""
        found = filter(None, (_read(path) for path in self._folder.glob("im_*/job.json")))
        return sorted(found, key=lambda job: (job.uploaded_at, job.id), reverse=True)

    def save(self, job: Job) -> None:
        """Save how far an import has come; whoever reads it meanwhile sees the state before."""
        path = self._folder / job.id / "job.json"
        beside = path.with_suffix(".new")
        with open_private(beside) as file:
            file.write(msgspec.json.encode(job))
        beside.replace(path)

    def table(self, job_id: str) -> Path:
        """Return where the file lies in UTF-8."""
        return self._folder / job_id / "table.csv"

    def drop_files(self, job_id: str) -> None:
        """Delete what was uploaded; what became of it stays known."""
        for name in ("upload", "table.csv"):
            (self._folder / job_id / name).unlink(missing_ok=True)

    def remove(self, job_id: str) -> None:
        """Delete an import, its file and all that is known of it here."""
        shutil.rmtree(self._folder / self.get(job_id).id)

    def ask_to_end(self, job_id: str) -> None:
        """Ask whoever runs an import to end it behind the rows that are under way."""
        (self._folder / self.get(job_id).id / "end").touch(mode=0o600)

    def shall_end(self, job_id: str) -> bool:
        """Tell whether somebody asked for its end."""
        return (self._folder / job_id / "end").exists()

    def sweep(self, now: int) -> None:
        """Delete files that nobody imported within a day, and what is known of imports that ended long ago."""
        for job in self.list_all():
            is_old = job.state == "draft" and job.uploaded_at < now - KEEP_DRAFTS
            if is_old or (job.ended_at is not None and job.ended_at < now - KEEP_ENDED):
                self.remove(job.id)
            elif job.ended_at is not None:
                self.drop_files(job.id)

    @contextmanager
    def hold(self, job_id: str) -> Iterator[bool]:
        """Hold an import, so that no other process runs it too; tells whether nobody else holds it."""
        handle = os.open(self._folder / job_id / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(handle)

    def _count(self, job_id: str, layout: Layout) -> int:
        rows = read_rows(self.table(job_id), layout.separator, width=len(layout.header), offset=layout.begins)
        return sum(1 for _ in rows)

    def _rewrite(self, job_id: str, encoding: Encoding, zone: str, separator: str = "") -> Layout:
        table = self.table(job_id)
        rewrite(self._folder / job_id / "upload", table, encoding)
        return guess_layout(table, encoding, zone, separator=separator)


def _read(path: Path) -> Job | None:
    """Read how far an import has come, None where another version of the product wrote it otherwise."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Job)
    except (msgspec.MsgspecError, FileNotFoundError):
        return None


def _copy(file: IO[bytes], path: Path, most: int) -> None:
    size = 0
    with open_private(path) as out:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise FileTooLarge(f"a file has at most {most // 2**20} MiB: import it in parts")
            out.write(chunk)
