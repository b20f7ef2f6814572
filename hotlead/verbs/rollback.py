"""`hotlead rollback`: put the model before the champion in force again."""

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from hotlead.home import DEFAULT_HOME, Home, HomeOption


def rollback(
    home: HomeOption = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Put the model that the champion replaced in force again; a running server picks it up by itself."""
    from models.champion import publish_champion
    from models.registry import Registry

    place = Home(home)
    registry = Registry(place.tracking_uri)
    replaced = registry.get_replaced()
    with tempfile.TemporaryDirectory() as folder:
        publish_champion(registry.download(replaced, Path(folder)), replaced, place.folder)
    registry.roll_back()
    typer.echo(json.dumps({"champion": replaced}) if as_json else f"Version {replaced} is the champion again.")
