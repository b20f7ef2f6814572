"""`hotlead lineup`: the registered versions, and which of them is in force."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from hotlead.home import DEFAULT_HOME, Home, HomeOption


def lineup(
    home: HomeOption = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """List the latest registered versions, and write down for the page of the model what they are."""
    from models.registry import Registry, record_lineup

    place = Home(home)
    found = record_lineup(Registry(place.tracking_uri), place.folder, datetime.now(UTC))
    if as_json:
        named = [{"version": each.number, "aliases": list(each.aliases)} for each in found.versions]
        typer.echo(json.dumps({"versions": named}))
        return
    for each in found.versions:
        aliases = f"  {', '.join(each.aliases)}" if each.aliases else ""
        typer.echo(f"version {each.number}  registered {each.registered_at:%Y-%m-%d %H:%M} UTC{aliases}")
    if not found.versions:
        typer.echo("There is no version yet: hotlead train")
