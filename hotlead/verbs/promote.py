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


class SuspiciousTraining(ValueError):
    """The challenger learned while a source flooded the history."""


def promote(
    version: Annotated[str, typer.Argument(help="A version's number, or an alias.")] = "challenger",
    home: HomeOption = DEFAULT_HOME,
    force: Annotated[
        bool, typer.Option("--force", help="Promote even a model that is worse, or learned from a flooded history.")
    ] = False,
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
    SuspiciousTraining
        If it learned while a source flooded the history, and it is not forced.
    WorseThanChampion
        If the gate says so and it is not forced.
    """
    from models.artifact import load_scorer
    from models.champion import publish_champion
    from models.registry import Registry

    registry = Registry(home.tracking_uri)
    with tempfile.TemporaryDirectory() as folder:
        artifact = registry.download(version, Path(folder))
        challenger = load_scorer(artifact)
        _refuse_flooded(challenger, force=force)
        is_worse, decision = _compare(home, challenger)
        if is_worse and not force:
            raise WorseThanChampion(f"{decision} Nothing was changed; --force promotes it all the same.")
        number = registry.promote(version, datetime.now(UTC))
        publish_champion(artifact, number, home.folder)
    return number, decision


def _refuse_flooded(challenger: "LeadScorer", *, force: bool) -> None:
    floods = challenger.about_.get("floods", [])
    if floods and not force:
        raise SuspiciousTraining(f"{floods[0]} Nothing was changed; --force promotes it all the same.")


def _compare(home: Home, challenger: "LeadScorer") -> tuple[bool, str]:
    """Compare with the champion where that is possible; what cannot be compared is not refused, but said."""
    from models.artifact import DamagedArtifact, MismatchingArtifact
    from models.champion import UnreadableChampion
    from training.history import DamagedHistory, MissingHistory
    from training.promotion import DifferentHorizons
    from training.snapshots import TooLittleHistory
    from training.splits import TooFewRows

    try:
        return _compare_on_history(home, challenger)
    except (MissingHistory, DamagedHistory, TooLittleHistory, TooFewRows, DifferentHorizons) as error:
        return False, f"The challenger was not compared with the champion: {error}."
    except (UnreadableChampion, DamagedArtifact, MismatchingArtifact) as error:
        return False, f"The challenger was not compared, as the champion on disk cannot be read: {error}."


def _compare_on_history(home: Home, challenger: "LeadScorer") -> tuple[bool, str]:
    from models.artifact import load_scorer
    from models.champion import find_champion
    from training.history import read_history
    from training.promotion import compare_with_champion, find_unseen_rows
    from training.snapshots import build_training_rows

    found = find_champion(home.folder)
    if found is None:
        return False, "There was no champion before."
    champion = load_scorer(found.folder(home.folder))
    history, about = read_history(home.history), challenger.about_
    rows = build_training_rows(history, horizon_days=about.get("horizon_days"), seed=about.get("seed", 0))
    unseen = find_unseen_rows(rows, history.about.time_basis, (challenger, champion))
    decision = compare_with_champion(challenger, champion, history, rows, unseen)
    return decision.is_worse, decision.to_sentence()
