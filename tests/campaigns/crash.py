"""The crash campaign: kill the service hundreds of times and count what was lost.

Run as ``python -m tests.campaigns.crash --runs 500 --database both``; exit code 1 if anything was lost.
"""

import json
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.campaigns.campaign import Toll, campaigning, carry_out
from tests.campaigns.grounds import Kind
from tests.campaigns.processes import has_worker

# So many kills must hit the time between a webhook's answer and its record at least once.
_RUNS_THAT_MUST_REPEAT = 30
_PLAIN_EVERY = 10


class Choice(StrEnum):
    """Which databases."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    BOTH = "both"


def crash(
    runs: Annotated[int, typer.Option("--runs", min=1, help="Kills on each database.")] = 500,
    database: Annotated[Choice, typer.Option("--database", help="Where the store is.")] = Choice.BOTH,
    seed: Annotated[int, typer.Option("--seed", help="Chooses the moments and what is told.")] = 1,
    audit_every: Annotated[int, typer.Option("--audit-every", min=1, help="Kills between two audits.")] = 100,
    apart: Annotated[
        bool, typer.Option("--apart", help="A worker in a process of its own, and either killed.")
    ] = False,
    keep: Annotated[Path | None, typer.Option("--keep", help="Keep stores and logs in this folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Kill the service again and again, and count what was lost."""
    if apart and not has_worker():
        raise typer.BadParameter("there is no `hotlead worker` yet", param_hint="--apart")
    # Told to end, the campaign ends its processes too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    kinds: list[Kind] = [kind for kind in get_args(Kind) if database in (kind, Choice.BOTH)]
    summaries = [_carry_out(kind, runs, seed, audit_every, apart=apart, keep=keep) for kind in kinds]
    if as_json:
        typer.echo(json.dumps(summaries, indent=2))
    else:
        _print(summaries)
    raise typer.Exit(0 if all(summary["is_clean"] for summary in summaries) else 1)


def _carry_out(
    kind: Kind, runs: int, seed: int, audit_every: int, *, apart: bool, keep: Path | None
) -> dict[str, Any]:
    with ExitStack() as stack:
        folder = stack.enter_context(_lend_folder()) if keep is None else keep / kind
        folder.mkdir(parents=True, exist_ok=keep is None)
        campaign = stack.enter_context(campaigning(kind, folder, seed, apart=apart))
        on_run = stack.enter_context(_show(f"{kind}: kills", runs))
        return _summarise(kind, carry_out(campaign, runs, audit_every, on_run))


@contextmanager
def _lend_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hotlead-crash-", ignore_cleanup_errors=True) as name:
        # PostgreSQL runs as somebody else where we are root, and has to reach its data.
        Path(name).chmod(0o755)
        yield Path(name)


def _summarise(kind: Kind, toll: Toll) -> dict[str, Any]:
    last = toll.rests[-1]
    repeats = last.counts["repeats dropped"]
    is_blunt = toll.runs >= _RUNS_THAT_MUST_REPEAT and not repeats
    return {
        "database": kind,
        "runs": toll.runs,
        "kills": dict(sorted(toll.kills.items())),
        "seconds_a_run": round(toll.seconds / toll.runs, 2),
        "seconds_a_start": round(toll.start_seconds / toll.runs, 2),
        "audits": len(toll.rests),
        **last.counts,
        "broken": last.broken,
        "examples": {what: found for findings in toll.rests for what, found in findings.examples.items()},
        "is_clean": not toll.n_broken and not is_blunt,
        "trouble": "no kill fell between a webhook and its record" if is_blunt else "",
    }


def _print(summaries: list[dict[str, Any]]) -> None:
    for summary in summaries:
        for what, found in summary.items():
            inner = found.items() if isinstance(found, dict) else ((None, found),)
            for name, value in inner:
                typer.echo(f"{what if name is None else f'{what}: {name}':<55} {value}")


@contextmanager
def _show(title: str, total: int) -> Iterator[Callable[[Toll], None]]:
    """Show a bar on a terminal, and plain lines elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda toll: _say(console, title, toll, total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bars:
        task = bars.add_task(title, total=total)
        yield lambda toll: bars.update(task, completed=toll.runs)


def _say(console: Console, title: str, toll: Toll, total: int) -> None:
    if toll.runs % _PLAIN_EVERY == 0 or toll.runs == total:
        seconds = toll.seconds / toll.runs
        console.print(
            f"{title} {toll.runs} of {total}, {seconds:.1f} s each, {toll.n_broken} broken", highlight=False
        )


if __name__ == "__main__":
    typer.run(crash)
