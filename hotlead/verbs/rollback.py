"""`hotlead rollback`: put the model before the champion in force again."""

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hotlead.home import DEFAULT_HOME, Home, HomeOption
from hotlead.verbs.promote import ByOption, WhyOption


def rollback(
    home: HomeOption = DEFAULT_HOME,
    by: ByOption = "",
    why: WhyOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Put the model that the champion replaced in force again; a running server picks it up by itself."""
    replaced = roll_back(Home(home), by=by, why=why)
    typer.echo(json.dumps({"champion": replaced}) if as_json else f"Version {replaced} is the champion again.")


def roll_back(home: Home, *, by: str, why: str) -> str:
    """Go back to the version that the champion replaced, and return its number.

    Raises
    ------
    NothingToRollBack
        If the champion replaced none.
    """
    from models.champion import publish_champion
    from models.decision import MOST_WORDS, Decision
    from models.registry import Registry, record_lineup

    registry, now = Registry(home.tracking_uri), datetime.now(UTC)
    replaced, champion = registry.get_replaced(), registry.find_champion()
    with tempfile.TemporaryDirectory() as folder:
        publish_champion(registry.download(replaced, Path(folder)), replaced, home.folder)
    registry.roll_back()
    said = f"Version {champion} was the champion; this one is the one that it had replaced."
    decision = Decision(kind="roll_back", at=now, by=by, why=why[:MOST_WORDS], said=said, compared_with=champion)
    registry.record_decision(replaced, decision)
    record_lineup(registry, home.folder, now)
    return replaced
