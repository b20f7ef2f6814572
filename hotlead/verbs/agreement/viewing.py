"""Viewing: one verb a view of the agreement, each the same figures as the API's."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.standing import find_in_force, get_terms, read_clock
from hotlead.store import open_filled_store

if TYPE_CHECKING:
    from serving.usecases.views.figures import Figures, FigureTable

PeriodOption = Annotated[
    str | None, typer.Option("--period", help="2026-W47, 2026-11, or 2026-01-01/2027-01-01 (the end is exclusive).")
]
TableOption = Annotated[str | None, typer.Option("--table", help="Only this table.")]
RowOption = Annotated[str | None, typer.Option("--row", help="The leads behind this row of the table.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Write one table as CSV.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="A parameter of the view, as name=value; again for more.")
]
# Named here, so that `--help` need not import what computes them.
_SAYS: Mapping[str, str] = {
    "attainment": "Whether marketing and sales kept their word.",
    "attribution": "What each marketing channel brought and cost, and what won deals had read.",
    "outcomes": "Which leads were won and lost, why, by whom, and of what kind.",
    "profile": "What leads that buy have in common, and whether the agreement asks for it.",
    "funnel": "How many leads reached each stage, how many went on, how long it took, and who stands where.",
    "plan": "What the goal takes: deals, leads and visits, in total and a week, by when, and by whom.",
    "forecast": "What the period will have brought when it is over, how sure that is, and what closes the gap.",
}


class UnknownOption(ValueError):
    """The view knows no such parameter."""


def add_views(group: typer.Typer) -> None:
    """Add one verb a view to the group."""
    for name, says in _SAYS.items():
        group.command(name, help=says)(_build_verb(name))


def _build_verb(name: str) -> Any:
    def look(
        home: HomeOption = DEFAULT_HOME,
        period: PeriodOption = None,
        table: TableOption = None,
        row: RowOption = None,
        options: SetOption = None,
        as_csv: CsvOption = False,
        as_json: JsonOption = False,
    ) -> None:
        figures = compute_figures(name, home, period, options or [])
        _write(figures, table, row, as_csv=as_csv, as_json=as_json)

    return look


def compute_figures(name: str, home: Path, period: str | None, options: Sequence[str]) -> "Figures":
    """Compute the figures of a view from the store of a home.

    Raises
    ------
    UnknownOption
        If an option is none of the view's.
    BadPeriod
        If the period cannot be read.
    NoStore
        If there is no store.
    """
    from agreement.calendar.periods import Period
    from serving.usecases.views.viewing import VIEWS, Question

    view, now, terms = VIEWS[name], read_clock(), get_terms(home)
    told = dict(_read_option(option, view.options) for option in options)
    days = view.choose_period(now, terms) if period is None else Period.from_text(period, zone=terms.zone)
    with open_filled_store(home) as database, database.reading() as connection:
        question = Question(
            connection=connection, period=days, now=now, terms=terms, in_force=find_in_force(home), options=told
        )
        return view.look(question)


def _read_option(text: str, known: Mapping[str, str]) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or name not in known:
        choices = ", ".join(f"{name} ({says})" for name, says in known.items())
        raise UnknownOption(f"--set {text[:60]}: write name=value with one of {choices or 'none'}")
    return name, value


def _write(figures: "Figures", table: str | None, row: str | None, *, as_csv: bool, as_json: bool) -> None:
    from serving.api.figures import write_table

    if row is not None:
        lead_ids = list(figures.get_table(table).get_row(row).lead_ids)
        typer.echo(json.dumps(lead_ids) if as_json else "\n".join(lead_ids))
    elif as_csv:
        sys.stdout.write(write_table(figures, figures.get_table(table)))
    elif as_json:
        typer.echo(json.dumps(figures.to_json(), default=_write_moment, ensure_ascii=False))
    else:
        _print(figures, table)


def _print(figures: "Figures", only: str | None) -> None:
    """Print tables as people read them."""
    from rich.console import Console

    console = Console(highlight=False)
    days = f"{figures.period.begins} to before {figures.period.ends} ({figures.period.zone})"
    console.print(f"[bold]{figures.view}[/], {days}, agreement {figures.terms.version}")
    for name, value in figures.totals.items():
        console.print(f"  {_say_name(name)}: {say_cell(name, value)}", markup=False)
    tables = figures.tables if only is None else [figures.get_table(only)]
    for table in tables:
        if table.rows:
            console.print()
            console.print(_draw(table))
    for note in figures.notes:
        console.print(f"\n{note}", markup=False)


def _draw(table: "FigureTable") -> Any:
    from rich.table import Table
    from rich.text import Text

    drawn = Table(title=table.title, title_justify="left", box=None, pad_edge=False)
    columns = list(table.rows[0].cells)
    for name in ("", *columns, "leads"):
        drawn.add_column(_say_name(name), justify="left" if name == "" else "right")
    for row in table.rows:
        cells = [row.key, *(say_cell(name, row.cells[name]) for name in columns), str(len(row.lead_ids))]
        drawn.add_row(*(Text(cell) for cell in cells))
    return drawn


def say_cell(name: str, value: Any) -> str:
    """Return a figure as people read it: euros whole, small shares with their decimals, nothing as a dash."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 or value.is_integer() else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _say_name(name: str) -> str:
    return name.replace("_", " ")


def _write_moment(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat().replace("+00:00", "Z")
    raise TypeError(f"{type(value).__name__} is no value of a figure")
