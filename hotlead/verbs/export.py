"""`hotlead export`: leads, scores, alerts, stages, notes or timers as a CSV file."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.progress import show_progress
from hotlead.store import open_filled_store
from serving.spreadsheets import write_csv


class UnknownList(ValueError):
    """There is no list of this name to export."""


def export(
    what: Annotated[str, typer.Argument(metavar="LIST", help="leads, scores, alerts, stages, notes or timers.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write; - for standard output.")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Write a CSV file in UTF-8; texts that a spreadsheet could take for formulas begin with an apostrophe."""
    from serving.usecases.exporting import EXPORTS, count_rows, read_rows

    if what not in EXPORTS:
        raise UnknownList(f"there is no list of this name: use one of {', '.join(EXPORTS)}")
    chosen, n_rows = EXPORTS[what], 0
    with open_filled_store(home) as database, show_progress({"write": f"Writing {what}"}) as step:
        total = count_rows(database, chosen)
        with _open_file(out) as file:
            write_csv(file, chosen.columns, ())
            for page in read_rows(database, chosen):
                write_csv(file, (), page)
                n_rows += len(page)
                step("write", n_rows, max(total, n_rows))
    typer.echo(f"{n_rows:,} {what} in {out}", err=True)


@contextmanager
def _open_file(out: Path) -> Iterator[TextIO]:
    """Open the file; it takes its name once it is whole."""
    if str(out) == "-":
        yield sys.stdout
        return
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with part.open("x", encoding="utf-8", newline="") as file:
            yield file
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
