"""Attainment twice: as the view shows it and as plain SQL finds it, side by side on any real store.

Run ``python -m tests.campaigns.attainment --home .hotlead/demo``; it exits with 1 where the two differ.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from agreement.calendar.periods import Period
from agreement.terms import Terms
from hotlead.standing import get_terms, read_clock
from hotlead.store import open_filled_store
from serving.usecases.standing import gather_people
from serving.usecases.views.figures import FigureRow, Figures
from serving.usecases.views.viewing import VIEWS, Question
from tests.campaigns.attainment_by_sql import Asked, compute_by_sql


def name_figures(figures: Figures) -> dict[str, Any]:
    """Name the figures of the view as `compute_by_sql` does; promises of which nothing came due are left out."""
    return dict(_list_figures(figures))


def compute_both(
    connection: Connection, *, period: Period, now: int, terms: Terms
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Compute attainment as the view does, and by SQL."""
    question = Question(connection=connection, period=period, now=now, terms=terms)
    return name_figures(VIEWS["attainment"].look(question)), compute_by_sql(connection, ask(question))


def ask(question: Question) -> Asked:
    """Return what SQL is asked instead of the view."""
    return Asked(
        begins_at=question.period.begins_at,
        ends_at=question.period.ends_at,
        as_of=question.now,
        people=list(gather_people(question.connection, question.terms)),
        terms=question.terms,
    )


# Of each table: what its rows are called, the columns compared, and the column that is 0 where there is nothing.
_COMPARED = {
    "duties_by_owner": ("owner", ("met", "breached", "due", "void"), "owner"),
    "response_times": ("waits", ("n", "not_yet", "median_hours", "p90_hours"), "n"),
    "activity": ("contacts", ("contacts", "reached_count"), "contacts"),
    "attempts": ("attempts", ("share_count", "reached_count"), "share_count"),
    "rejections": ("rejections", ("share_count",), "share_count"),
    "recycled": ("recycled", ("count",), "count"),
}
# What only the view tells: who wakes by the rules of the agreement.
_NOT_COMPARED = ("wakes within 30 days", "should have woken")


def _list_figures(figures: Figures) -> Iterator[tuple[str, Any]]:
    yield from _list_promises(figures)
    for name, (kind, columns, least) in _COMPARED.items():
        for row in figures.get_table(name).rows:
            if row.cells[least] != 0 and row.key not in _NOT_COMPARED:
                yield f"{kind} {row.key}", _pick(row, *columns)


def _list_promises(figures: Figures) -> Iterator[tuple[str, Any]]:
    for number, row in enumerate(figures.get_table("supply").rows, start=1):
        yield f"supply {number}", _pick(row, "actual")
    for row in figures.get_table("duties").rows:
        counts = _pick(row, "met", "breached", "due", "void")
        if any(counts):
            yield f"duty {row.key}", counts


def _pick(row: FigureRow, *names: str) -> tuple[Any, ...]:
    return tuple(row.cells[name] for name in names)


def compare(
    home: Annotated[Path, typer.Option(help="The home whose store is looked at.")] = Path(".hotlead"),
    period: Annotated[str | None, typer.Option(help="2026-W47, 2026-11, or two dates; else the last year.")] = None,
) -> None:
    """Compute attainment as the view does and by SQL, print both, and exit with 1 where they differ."""
    now, terms = read_clock(), get_terms(home)
    year = Period.year_before(now, zone=terms.zone)
    days = year if period is None else Period.from_text(period, zone=terms.zone)
    with open_filled_store(home) as database, database.reading() as connection:
        shown, found = compute_both(connection, period=days, now=now, terms=terms)
    names = sorted({*shown, *found})
    for name in names:
        mark = "" if shown.get(name) == found.get(name) else "   DIFFERS"
        typer.echo(f"{name:<40} view {shown.get(name)!s:<45} SQL {found.get(name)}{mark}")
    differing = [name for name in names if shown.get(name) != found.get(name)]
    typer.echo(f"{len(names)} figures of {days.to_text()}, {len(differing)} differ")
    raise typer.Exit(1 if differing or not names else 0)


if __name__ == "__main__":
    typer.run(compare)
