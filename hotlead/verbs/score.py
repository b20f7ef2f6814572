"""`hotlead score`: add probability, score, bucket and reasons to a file of leads."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hotlead.home import DEFAULT_HOME, HomeOption


class UnreadableMoment(ValueError):
    """What was given as a moment is none, or says no offset from UTC."""


def score(
    leads: Annotated[Path, typer.Argument(help="CSV or Parquet file of leads, plain or gzip.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where to write: .csv, .csv.gz or .parquet.")],
    accounts: Annotated[Path | None, typer.Option("--accounts", help="File of accounts.")] = None,
    events: Annotated[Path | None, typer.Option("--events", help="File of events.")] = None,
    recipe: Annotated[
        str | None, typer.Option("--recipe", help="Recipe that says which column is what; else that of the import.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Moment to look at the leads, as 2026-03-01T09:00:00Z; else now.")
    ] = None,
    reasons: Annotated[int, typer.Option("--reasons", min=0, max=10, help="Reasons for each lead.")] = 3,
    home: HomeOption = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Score a file of leads with the champion, and write it back with what was found."""
    from hotlead.scoring_files import ScoringRequest, score_file

    request = ScoringRequest(
        leads=leads,
        accounts=accounts,
        events=events,
        recipe=recipe,
        as_of=_read_moment(as_of),
        most_reasons=reasons,
    )
    summary = score_file(request, out, home)
    if as_json:
        typer.echo(json.dumps(summary.to_json()))
        return
    typer.echo(summary.to_text())


def _read_moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableMoment(f"--as-of {text!r} is no moment: give one as 2026-03-01T09:00:00Z") from error
    if moment.tzinfo is None:
        raise UnreadableMoment(f"--as-of {text!r} has no offset: give one, as in 2026-03-01T09:00:00Z")
    return moment
