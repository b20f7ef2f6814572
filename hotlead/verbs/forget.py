"""`hotlead forget`: forget a person for good."""

import json
import secrets
from pathlib import Path
from typing import Annotated, Any

import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.standing import read_clock, read_settings
from hotlead.store import open_filled_store


class OneAtATime(ValueError):
    """Not exactly one of the three ways was chosen."""


def forget(
    lead: Annotated[str | None, typer.Option("--lead", help="A lead, and every other with its address.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="Everybody with this address.")] = None,
    reapply: Annotated[
        Path | None, typer.Option("--reapply", help="A log of erasures: erase whom a backup brought back.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Delete all that is known of a person; digests stay, so that nobody can tell of them again."""
    if sum(choice is not None for choice in (lead, email, reapply)) != 1:
        raise OneAtATime("name one: --lead ID, --email ADDRESS or --reapply FILE")
    told = _forget(home, lead, email) if reapply is None else _reapply(home, reapply)
    if as_json:
        typer.echo(json.dumps(told))
        return
    counts = ", ".join(f"{count:,} {name}" for name, count in told.items() if isinstance(count, int))
    typer.echo(f"Forgotten: {counts}.")


def _forget(home: Path, lead: str | None, email: str | None) -> dict[str, Any]:
    from serving.erasure_log import ErasureLog
    from serving.forgetting import forget as forget_person
    from serving.usecases.erasing import Wanted

    log, wanted = ErasureLog(read_settings(home).erasure_log_path), Wanted(lead_id=lead, address=email)
    with open_filled_store(home) as database:
        erased = forget_person(database, log, wanted, read_clock(), randomness=secrets.token_bytes)
    told = {"leads": erased.n_leads, "events": erased.n_events, "rejections": erased.n_rejections}
    return {"status": "forgotten", **told}


def _reapply(home: Path, file: Path) -> dict[str, Any]:
    from serving.erasure_log import ErasureLog
    from serving.forgetting import apply_log

    if not file.exists():
        raise FileNotFoundError(f"there is no log of erasures at {file}")
    with open_filled_store(home) as database:
        return {"status": "forgotten", "leads": apply_log(database, ErasureLog(file).read(), read_clock())}
