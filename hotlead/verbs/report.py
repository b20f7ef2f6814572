"""`hotlead report`: read a training report again."""

from typing import Annotated

import typer

from hotlead.home import DEFAULT_HOME, Home, HomeOption


class UnknownReport(LookupError):
    """There is no report of this version."""


def report(
    version: Annotated[str | None, typer.Argument(help="A version's number; else the latest.")] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Print the report of a trained version, and say where its page with the pictures is."""
    from rich.console import Console

    from training.report import read_report_json, render_text

    number = version or _find_latest(Home(home))
    path = Home(home).reports / f"{number}.json"
    if not path.is_file():
        raise UnknownReport(f"there is no report of version {number}: `hotlead train` writes one")
    if as_json:
        typer.echo(path.read_text("utf-8"))
        return
    console = Console()
    width = console.width if console.is_terminal else 120
    Console(width=width).print(render_text(read_report_json(path), width))
    typer.echo(f"\nWith pictures: {path.with_suffix('.html')}")


def _find_latest(home: Home) -> str:
    numbers = [int(path.stem) for path in home.reports.glob("*.json") if path.stem.isdigit()]
    if not numbers:
        raise UnknownReport("there is no report yet: `hotlead train` writes one")
    return str(max(numbers))
