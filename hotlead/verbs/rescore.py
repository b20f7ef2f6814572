"""`hotlead rescore`: have open leads looked at now."""

import json
from typing import Annotated

import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.progress import show_progress
from hotlead.standing import read_clock
from hotlead.store import open_filled_store

_DAY = 86_400_000_000


def rescore(
    every: Annotated[
        bool, typer.Option("--all", help="Every open lead, not only those last scored more than a day ago.")
    ] = False,
    home: HomeOption = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Mark open leads to be scored now; the worker does it, and tells what turns hot in the usual way."""
    from serving.usecases.reviewing import count_open, mark_for_look

    now, n_marked, last = read_clock(), 0, ""
    before = None if every else now - _DAY
    with open_filled_store(home) as database, show_progress({"mark": "Marking leads"}) as step:
        total = count_open(database, scored_before=before)
        n_page = 1
        while n_page:
            with database.writing() as connection:
                last, n_page = mark_for_look(connection, now, after=last, scored_before=before)
            n_marked += n_page
            step("mark", n_marked, max(total, n_marked))
    typer.echo(json.dumps({"marked": n_marked}) if as_json else _say(n_marked))


def _say(n_marked: int) -> str:
    leads = "lead" if n_marked == 1 else "leads"
    return f"{n_marked:,} open {leads} will be scored now, by `hotlead worker` or `hotlead serve`."
