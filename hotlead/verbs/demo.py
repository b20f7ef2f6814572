"""`hotlead demo`: a company's year, a model, a server, and two live weeks in which leads turn hot."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def demo(
    home: Annotated[Path, typer.Option("--home", help="Folder for everything the demo makes; made anew.")] = Path(
        ".hotlead/demo"
    ),
    exit_: Annotated[bool, typer.Option("--exit", help="End when all is shown instead of serving on.")] = False,
    leads: Annotated[int, typer.Option(min=1_000, help="Leads in the company's year.")] = 6_000,
    days: Annotated[int, typer.Option(min=1, max=28, help="Live days to replay.")] = 14,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port on loopback, if it is free.")] = 8000,
    seed: Annotated[int, typer.Option(help="Seed of the invented company.")] = 7,
) -> None:
    """Show all of Hotlead at work on an invented company, on this machine alone.

    Imports a year of leads, trains and registers a model, serves it, and replays two live weeks in which leads
    turn hot. Then a CRM tells the running service of its year, warm leads act, alerts come over a webhook, and the
    agreement says whether marketing and sales kept their word. On a terminal it then serves on; with --exit, or
    where the output is no terminal, it ends.
    """
    from hotlead.demonstration import Demonstration

    demonstration = Demonstration(home=home, n_leads=leads, days=days, wanted_port=port, seed=seed)
    demonstration.run(stays=sys.stdout.isatty() and not exit_)
