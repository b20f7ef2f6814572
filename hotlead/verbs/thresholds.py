"""`hotlead thresholds`: let the model in force sort leads by other thresholds, as a version of its own."""

import json
import math
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hotlead.home import DEFAULT_HOME, Home, HomeOption
from hotlead.verbs.promote import ByOption, WhyOption

if TYPE_CHECKING:
    from models.buckets import Thresholds
    from models.registry import Registry


class ImpossibleThreshold(ValueError):
    """A threshold is no probability, or warm would begin above hot."""


class SameThresholds(ValueError):
    """The champion sorts by these thresholds already."""


def thresholds(
    hot: Annotated[float, typer.Option("--hot", help="The probability from which a lead is hot, from 0 to 1.")],
    warm: Annotated[
        float | None,
        typer.Option("--warm", help="The one from which it is warm; as it was where none is told."),
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    by: ByOption = "",
    why: WhyOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Set the champion's thresholds: a new version, the same model to the last bit, is put in force.

    `hotlead rollback` goes back. What turns hot by it alone is told in digests.
    """
    champion, said = set_thresholds(Home(home), hot=hot, warm=warm, by=by, why=why)
    if as_json:
        typer.echo(json.dumps({"champion": champion, "decision": said}))
        return
    typer.echo(f"{said}\nVersion {champion} is the champion now. To go back: hotlead rollback")


def set_thresholds(home: Home, *, hot: float, warm: float | None, by: str, why: str) -> tuple[str, str]:
    """Register the champion with other thresholds and put it in force.

    Returns
    -------
    version, decision
        The new version's number, and what was done in words.

    Raises
    ------
    ImpossibleThreshold, SameThresholds
        If they cannot be, or are in force already.
    UnknownVersion
        If there is no champion.
    """
    from models.artifact import copy_with_thresholds, load_scorer
    from models.champion import publish_champion
    from models.decision import MOST_WORDS, Decision
    from models.registry import Registry, record_lineup

    registry, now = Registry(home.tracking_uri), datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        artifact = registry.download("champion", Path(folder) / "fetched")
        before = load_scorer(artifact).thresholds_
        chosen = _choose(hot, warm, before)
        parent = registry.find_champion() or ""
        copied = Path(folder) / "scorer"
        copy_with_thresholds(
            artifact, copied, chosen, {"thresholds_of": parent, "thresholds_set_at": now.isoformat()}
        )
        number = _register(registry, home, copied, f"thresholds of version {parent}", now)
        registry.promote(number, now)
        publish_champion(copied, number, home.folder)
    said = (
        f"The model of version {parent} with other thresholds: hot from {chosen.hot:.2%} (was {before.hot:.2%}), "
        f"warm from {chosen.warm:.2%} (was {before.warm:.2%})."
    )
    decision = Decision(
        kind="thresholds", at=now, by=by, why=why[:MOST_WORDS], said=said, compared_with=parent or None
    )
    registry.record_decision(number, decision)
    record_lineup(registry, home.folder, now)
    return number, said


def _choose(hot: float, warm: float | None, before: "Thresholds") -> "Thresholds":
    from models.buckets import Thresholds

    warm = min(before.warm, hot) if warm is None else warm
    if not (math.isfinite(hot) and math.isfinite(warm) and 0 < hot <= 1 and 0 <= warm <= hot):
        raise ImpossibleThreshold("hot is a probability above 0 and up to 1, and warm is not above it")
    chosen = Thresholds(warm=warm, hot=hot)
    if chosen == before:
        raise SameThresholds("these thresholds are in force already: nothing was changed")
    return chosen


def _register(registry: "Registry", home: Home, artifact: Path, name: str, now: datetime) -> str:
    """Register an artifact under a run of its own; loading it proves it by its golden rows."""
    from models.artifact import fingerprint_of, load_scorer
    from training.tracking import prepare_tracking, record_run, track_run

    scorer = load_scorer(artifact)
    with track_run(prepare_tracking(home.tracking_uri, home.artifacts), f"{name} {now:%Y-%m-%d %H:%M}"):
        record_run(
            params={"threshold.warm": scorer.thresholds_.warm, "threshold.hot": scorer.thresholds_.hot},
            metrics={},
            tags={"artifact": fingerprint_of(artifact), "thresholds_of": scorer.about_["thresholds_of"]},
            figures={},
            files={},
        )
        return registry.register(artifact, scorer.feature_set.schema)
