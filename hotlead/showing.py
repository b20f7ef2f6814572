"""Showing: the agreement and some of its figures, as a user of the demo would ask for them."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console

from hotlead.local_server import run_verb

_LEAST_WIDTH = 110


def list_questions(today: date) -> Sequence[tuple[str, ...]]:
    """List what is asked: the agreement, the last whole month, and the year."""
    month = f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
    return (
        ("show",),
        ("attainment", "--period", month, "--table", "commitments"),
        ("attainment", "--period", month, "--table", "duties_by_owner"),
        ("funnel", "--table", "stages"),
        ("forecast", "--table", "total"),
        ("attribution", "--table", "channels"),
        ("profile", "--table", "criteria"),
    )


def show_agreement(home: Path, today: date, console: Console) -> None:
    """Ask `hotlead agreement` for each, and print command and answer."""
    width = max(console.width, _LEAST_WIDTH)
    for question in list_questions(today):
        console.print(f"\n$ hotlead agreement {' '.join(question)}", style="bold", soft_wrap=True)
        said = run_verb(home, "agreement", *question, width=width)
        console.print(said.rstrip(), markup=False, soft_wrap=True)
