"""Files: uploads for the tests, as a person's browser sends them."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from random import Random

from serving.importing.jobs import Job, Jobs
from tests.serving.usecases.tellers import NOW

ZONE = "Europe/Berlin"


def write_file(rows: Sequence[Sequence[str]], *, separator: str = ",", encoding: str = "utf-8") -> bytes:
    """Write a table as a spreadsheet does."""
    written = io.StringIO()
    csv.writer(written, delimiter=separator).writerows(rows)
    return written.getvalue().encode(encoding)


def upload(jobs: Jobs, body: bytes, *, name: str = "leads", who: str = "ada", now: int = NOW) -> Job:
    """Keep a file as an upload."""
    return jobs.add(
        io.BytesIO(body),
        name=name,
        file_name=f"{name}.csv",
        who=who,
        zone=ZONE,
        now=now,
        most=2**20,
        randomness=Random(name).randbytes,
    )


def list_folder(folder: Path) -> set[str]:
    """List the names of the files in a folder."""
    return {path.name for path in folder.iterdir()}
