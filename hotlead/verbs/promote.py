"""`hotlead promote`: put a registered model in force."""

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from models.scorer import LeadScorer

from hotlead.home import DEFAULT_HOME, Home, HomeOption


class WorseThanChampion(ValueError):
    """The challenger is worse than the champion on the same snapshots."""


def promote(
    version: Annotated[str, typer.Argument(help="A version's number, or an alias.")] = "challenger",
    home: HomeOption = DEFAULT_HOME,
    force: Annotated[bool, typer.Option("--force", help="Promote even a model that is worse.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Put a model in force; a running server picks it up by itself.

    A model that is worse than the champion on the snapshots both were tested on is refused without --force.
    """
    champion, decision = promote_version(Home(home), version, force=force)
    if as_json:
        typer.echo(json.dumps({"champion": champion, "decision": decision}))
        return
    typer.echo(f"{decision}\nVersion {champion} is the champion now. To go back: hotlead rollback")


def promote_version(home: Home, version: str, *, force: bool) -> tuple[str, str]:
    """Promote a version in the registry and put a verified copy of it in force.

    Returns
    -------
    version, decision
        The version's number, and the evidence in words.

    Raises
    ------
    WorseThanChampion
        If the gate says so and it is not forced.
    """
    from models.artifact import load_scorer
    from models.champion import publish_champion
    from models.registry import Registry

    registry = Registry(home.tracking_uri)
    with tempfile.TemporaryDirectory() as folder:
        artifact = registry.download(version, Path(folder))
        is_worse, decision = _compare(home, load_scorer(artifact))
        if is_worse and not force:
            raise WorseThanChampion(f"{decision} Nothing was changed; --force promotes it all the same.")
        number = registry.promote(version, datetime.now(UTC))
        publish_champion(artifact, number, home.folder)
    return number, decision


def _compare(home: Home, challenger: "LeadScorer") -> tuple[bool, str]:
    from models.artifact import load_scorer
    from models.champion import find_champion
    from training.history import MissingHistory, read_history
    from training.promotion import compare_with_champion
    from training.snapshots import build_training_rows
    from training.splits import split_rows

    champion = find_champion(home.folder)
    if champion is None:
        return False, "There was no champion before."
    try:
        history = read_history(home.history)
    except MissingHistory:
        return False, "There is no history to compare on, so the challenger was not compared."
    about = challenger.about_
    rows = build_training_rows(history, horizon_days=about.get("horizon_days"), seed=about.get("seed", 0))
    split = split_rows(
        rows, history.about.time_basis, test_share=about.get("test_share", 0.2), seed=about.get("seed", 0)
    )
    decision = compare_with_champion(challenger, load_scorer(champion.folder(home.folder)), rows, split.test)
    return decision.is_worse, decision.to_sentence()
