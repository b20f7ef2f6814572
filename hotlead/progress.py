"""Progress of long work: a bar on a terminal, plain lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

Step = Callable[[str, int, int], None]


@contextmanager
def show_progress(titles: dict[str, str], console: Console | None = None) -> Iterator[Step]:
    """Show steps as they come: ``step(name, done, total)``.

    Parameters
    ----------
    titles
        Step name → what people read.
    """
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield _plain_lines(titles, console)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def step(name: str, done: int, total: int) -> None:
            for other, task in tasks.items():
                if other != name:
                    bars.update(task, completed=bars.tasks[task].total)
            if name not in tasks:
                tasks[name] = bars.add_task(titles.get(name, name), total=total)
            bars.update(tasks[name], completed=done, total=total)

        yield step


def _plain_lines(titles: dict[str, str], console: Console) -> Step:
    said: set[str] = set()

    def step(name: str, done: int, total: int) -> None:
        if name not in said:
            said.add(name)
            console.print(f"{titles.get(name, name)} …", highlight=False)

    return step
