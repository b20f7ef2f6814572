"""Showing: the agreement and some of its figures, as a user of the demo would ask for them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console

from hotlead.local_server import run_verb

_LEAST_WIDTH = 110
_AT_ONCE = 2


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
        ("profile", "--table", "worst"),
    )


def show_agreement(home: Path, today: date, console: Console) -> None:
    """Ask `hotlead agreement` for each, and print command and answer."""
    questions, width = list_questions(today), max(console.width, _LEAST_WIDTH)
    # Each takes a second to start, so that two at once are shown in half the time.
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = pool.map(lambda question: run_verb(home, "agreement", *question, width=width), questions)
        for question, said in zip(questions, answers, strict=True):
            console.print(f"\n$ hotlead agreement {' '.join(question)}", style="bold", soft_wrap=True)
            console.print(said.rstrip(), markup=False, soft_wrap=True)
