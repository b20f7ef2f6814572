"""`hotlead promote`: put a registered model in force."""

import json
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hotlead.home import DEFAULT_HOME, Home, HomeOption

if TYPE_CHECKING:
    from models.registry import Registry
    from models.scorer import LeadScorer
    from training.promotion import PromotionDecision

ByOption = Annotated[str, typer.Option("--by", help="Who decides, to be kept with the decision.")]
_FORCEFUL = "; --force promotes it all the same."
WhyOption = Annotated[str, typer.Option("--why", help="What for, to be kept with the decision.")]


class WorseThanChampion(ValueError):
    """The challenger is worse than the champion on the same snapshots."""


class SuspiciousTraining(ValueError):
    """The challenger learned while a source flooded the history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a comparison with the champion said; `measured` is None where nothing could be compared."""

    said: str
    against: str | None = None
    measured: "PromotionDecision | None" = None


def promote(
    version: Annotated[str, typer.Argument(help="A version's number, or an alias.")] = "challenger",
    home: HomeOption = DEFAULT_HOME,
    force: Annotated[
        bool, typer.Option("--force", help="Promote even a model that is worse, or learned from a flooded history.")
    ] = False,
    by: ByOption = "",
    why: WhyOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Put a model in force; a running server picks it up by itself.

    A model that is worse than the champion on the snapshots both were tested on is refused without --force.
    """
    try:
        champion, decision = promote_version(Home(home), version, force=force, by=by, why=why)
    except (WorseThanChampion, SuspiciousTraining) as error:
        if as_json:
            typer.echo(json.dumps({"refused": str(error).removesuffix(_FORCEFUL) + "."}))
        raise
    if as_json:
        typer.echo(json.dumps({"champion": champion, "decision": decision}))
        return
    typer.echo(f"{decision}\nVersion {champion} is the champion now. To go back: hotlead rollback")


def promote_version(home: Home, version: str, *, force: bool, by: str = "", why: str = "") -> tuple[str, str]:
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
    from models.registry import Registry, record_lineup

    registry, now = Registry(home.tracking_uri), datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        artifact = registry.download(version, Path(folder))
        challenger = load_scorer(artifact)
        _refuse_flooded(challenger, force=force)
        compared = _compare(home, challenger)
        is_worse = compared.measured is not None and compared.measured.is_worse
        if is_worse and not force:
            raise WorseThanChampion(f"{compared.said} Nothing was changed{_FORCEFUL}")
        number = registry.promote(version, now)
        publish_champion(artifact, number, home.folder)
    is_forced = force and (is_worse or bool(challenger.about_.get("floods")))
    _record(registry, number, compared, by=by, why=why, is_forced=is_forced, now=now)
    record_lineup(registry, home.folder, now)
    return number, compared.said


def _refuse_flooded(challenger: "LeadScorer", *, force: bool) -> None:
    floods = challenger.about_.get("floods", [])
    if floods and not force:
        raise SuspiciousTraining(f"{floods[0]} Nothing was changed{_FORCEFUL}")


def _record(
    registry: "Registry", number: str, compared: Compared, *, by: str, why: str, is_forced: bool, now: datetime
) -> None:
    from models.decision import MOST_WORDS, Decision

    measured = compared.measured
    decision = Decision(
        kind="promote",
        at=now,
        by=by,
        why=why[:MOST_WORDS],
        is_forced=is_forced,
        said=compared.said[:MOST_WORDS],
        compared_with=compared.against,
        difference=None if measured is None else measured.difference,
        standard_error=None if measured is None else measured.standard_error,
        n=None if measured is None else measured.n,
    )
    registry.record_decision(number, decision)


def _compare(home: Home, challenger: "LeadScorer") -> Compared:
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
        said = f"The challenger was not compared with the champion: {error}."
        return Compared(said=said, against=_find_number(home))
    except (UnreadableChampion, DamagedArtifact, MismatchingArtifact) as error:
        return Compared(said=f"The challenger was not compared, as the champion on disk cannot be read: {error}.")


def _find_number(home: Home) -> str | None:
    from models.champion import find_champion

    found = find_champion(home.folder)
    return None if found is None else found.version


def _compare_on_history(home: Home, challenger: "LeadScorer") -> Compared:
    from models.artifact import load_scorer
    from models.champion import find_champion
    from training.history import read_history
    from training.promotion import compare_with_champion, find_unseen_rows
    from training.snapshots import build_training_rows

    found = find_champion(home.folder)
    if found is None:
        return Compared(said="There was no champion before.")
    champion = load_scorer(found.folder(home.folder))
    history, about = read_history(home.history), challenger.about_
    rows = build_training_rows(history, horizon_days=about.get("horizon_days"), seed=about.get("seed", 0))
    unseen = find_unseen_rows(rows, history.about.time_basis, (challenger, champion))
    measured = compare_with_champion(challenger, champion, history, rows, unseen)
    return Compared(said=measured.to_sentence(), against=found.version, measured=measured)
