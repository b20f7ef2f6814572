"""Refused rows: what an import could not tell, as a file that can be mended and imported."""

import io
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Row

from serving.errors import TITLES
from serving.importing.jobs import Job
from serving.importing.leads import TROUBLES
from serving.spreadsheets import write_csv
from serving.store.database import Database
from serving.store.rejections import list_placed

_PAGE = 500


def write_refused_rows(database: Database, job: Job) -> Iterator[str]:
    """Write the refused rows as they came, and behind them why, a page a transaction."""
    columns, after = (*job.layout.header, "row", "field", "why"), 0
    yield "\ufeff" + _write_page(columns, ())
    while True:
        with database.reading() as connection:
            found = list_placed(connection, job.place, most=_PAGE, after=after)
        if not found:
            return
        rows = [_write_row(each, len(job.layout.header)) for each in found]
        yield _write_page((), sorted(rows, key=itemgetter(-3)))
        after = found[-1].id


def _write_row(refused: Row[Any], width: int) -> tuple[Any, ...]:
    """Return the cells of a refused row, one a column, its number, the field in the way, and why."""
    told = msgspec.json.decode(refused.body)
    cells = [*told["cells"], *[""] * width][:width]
    return *cells, told["row"], refused.path.strip("/"), explain_code(refused.code)


def _write_page(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    written = io.StringIO()
    write_csv(written, columns, rows)
    return written.getvalue()


def explain_code(code: str) -> str:
    """Say in a few words why a row is refused."""
    return TROUBLES.get(code) or TITLES.get(code, code)
