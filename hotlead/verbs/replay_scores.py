"""`hotlead replay-scores`: compute past scores once more and prove that they come out the same."""

import json
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.progress import show_progress
from hotlead.store import has_store, open_store
from hotlead.verbs.score import UnreadableMoment
from hotlead.verbs.why import NoStore

if TYPE_CHECKING:
    from serving.store.past import EntryFilter
    from serving.usecases.replaying import Replay

_STEP = "replay"


def replay_scores(
    lead: Annotated[str | None, typer.Option("--lead", help="Only the scores of this lead.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Only scores as of this moment or later: 2026-03-01T09:00:00Z.")
    ] = None,
    most: Annotated[int | None, typer.Option("--most", min=1, help="Stop after this many, lead by lead.")] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Compute past scores once more, from the facts and by the models of then; exit code 1 on a difference."""
    from serving.store.past import EntryFilter

    if not has_store(home):
        raise NoStore(f"there is no store under {home}: start `hotlead serve`, or name its folder with --home")
    moment = None if since is None else _read_since(since)
    started = time.perf_counter()
    replay = _replay(home, EntryFilter(lead_id=lead, since=moment), most)
    seconds = time.perf_counter() - started
    typer.echo(json.dumps(replay.to_json()) if as_json else describe_replay(replay, seconds))
    if replay.n_different:
        raise typer.Exit(1)


def describe_replay(replay: "Replay", seconds: float) -> str:
    """Describe a replay for people."""
    lines = [f"{replay.n_entries:,} scores in {seconds:.1f} s: {replay.n_equal:,} came out the same to the bit."]
    if replay.n_without_model:
        versions = ", ".join(sorted(replay.missing_models))
        lines.append(f"{replay.n_without_model:,} are of models that are no longer on disk (version {versions}).")
    if replay.n_forgotten:
        lines.append(f"{replay.n_forgotten:,} are of leads whose facts were forgotten.")
    if replay.n_unsure:
        lines.append(
            f"{replay.n_unsure:,} differ, but somebody was forgotten since: a colleague's events may be missing."
        )
    first = replay.first_difference
    if first is not None:
        lines.append(f"{replay.n_different:,} DIFFER, first of all lead {first.lead_id}, score {first.number}:")
        lines += [f"  {name}: {stored} stands, {found} came out" for name, (stored, found) in first.fields.items()]
    return "\n".join(lines)


def _read_since(text: str) -> int:
    from features.times import ZonelessTime, to_micros

    try:
        return to_micros(datetime.fromisoformat(text))
    except ZonelessTime as error:
        raise UnreadableMoment(f"--since {text!r} has no offset: give one, as in 2026-03-01T09:00:00Z") from error
    except ValueError as error:
        raise UnreadableMoment(f"--since {text!r} is no moment: give one as 2026-03-01T09:00:00Z") from error


def _replay(home: Path, chosen: "EntryFilter", most: int | None) -> "Replay":
    from serving.usecases.replaying import replay_scores as replay

    titles = {_STEP: "Replaying scores"}
    with open_store(home) as database, show_progress(titles) as step:
        return replay(database, home, chosen, most=most, on_progress=lambda done, of: step(_STEP, done, of))
