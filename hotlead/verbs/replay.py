"""`hotlead replay`: send refused items again, or messages that were given up."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.moments import read_since
from hotlead.progress import show_progress
from hotlead.standing import find_in_force, read_clock, take_force
from hotlead.store import open_filled_store

if TYPE_CHECKING:
    from serving.api.replays import Replayed


class TwoMeanings(ValueError):
    """Options of refused items and of messages were given together."""


def replay(
    code: Annotated[str | None, typer.Option("--code", help="Only items refused with this code.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Only items refused since: 2026-11-01, or 7d.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be taken in.")] = False,
    deliveries: Annotated[bool, typer.Option("--deliveries", help="Messages that were given up instead.")] = False,
    channel: Annotated[str | None, typer.Option("--channel", help="With --deliveries: of one channel.")] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Send refused items again, as if they came now; what they turn hot is told in a digest."""
    if (channel is not None and not deliveries) or (deliveries and (code or since)):
        raise TwoMeanings("--code and --since speak of refused items, --channel of --deliveries")
    told = _revive(home, channel, dry_run) if deliveries else _replay(home, code, since, dry_run)
    if as_json:
        typer.echo(json.dumps(told))
        return
    for line in _list_lines(told, dry_run):
        typer.echo(line)


def _replay(home: Path, code: str | None, since: str | None, dry_run: bool) -> dict[str, Any]:
    from serving.api.replays import replay_rejections
    from serving.store.rejections import Choice, count_chosen

    choice: Choice = Choice(code=code, since=None if since is None else read_since(since, read_clock()))
    with open_filled_store(home) as database, show_progress({"replay": "Sending refused items again"}) as step:
        with database.reading() as connection:
            total = count_chosen(connection, choice)
        in_force = find_in_force(home) if total else None
        replayed: Replayed = replay_rejections(
            database,
            lambda: take_force(home, in_force),
            choice,
            is_dry_run=dry_run,
            on_page=lambda done: step("replay", done, max(total, done)),
        )
    return {"taken": dict(replayed.taken), "refused": dict(replayed.refused), "skipped": replayed.skipped}


def _revive(home: Path, channel: str | None, dry_run: bool) -> dict[str, Any]:
    from serving.store.deliveries import count_dead, revive_deliveries

    with open_filled_store(home) as database:
        if dry_run:
            with database.reading() as connection:
                return {"revived": count_dead(connection, channel)}
        with database.writing() as connection:
            return {"revived": revive_deliveries(connection, read_clock(), channel_id=channel)}


def _list_lines(told: Mapping[str, Any], dry_run: bool) -> list[str]:
    would = "would be" if dry_run else "are"
    if "revived" in told:
        return [f"{told['revived']:,} message(s) {would} due again."]
    taken, refused = sum(told["taken"].values()), sum(told["refused"].values())
    lines = [f"{taken:,} item(s) {would if dry_run else 'were'} taken in: {_count(told['taken'])}"] if taken else []
    lines += [f"{refused:,} item(s) {would} refused again: {_count(told['refused'])}"] if refused else []
    lines += [f"{told['skipped']:,} lead(s) never came; nothing to send"] if told["skipped"] else []
    return lines or ["There is nothing to send again."]


def _count(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))
