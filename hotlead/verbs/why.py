"""`hotlead why`: say why there was an alert of a lead, or why there was none."""

import json
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.standing import get_terms
from hotlead.store import has_store, open_store

if TYPE_CHECKING:
    from models.champion import Champion
    from serving.usecases.explaining import Explanation
    from serving.usecases.inquiring import Circumstances
    from serving.usecases.recounting import Step


class NoStore(LookupError):
    """There is no store in which a lead could be."""


def why(
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="The lead's id.")],
    home: HomeOption = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Say why there was an alert of a lead, or why there was none: what happened, and what is so now."""
    now = time.time_ns() // 1_000
    explanation = _explain(lead, home, now)
    if as_json:
        typer.echo(json.dumps(explanation.to_json(), default=datetime.isoformat, ensure_ascii=False))
        return
    for line in list_lines(explanation, now):
        typer.echo(line)


def list_lines(explanation: "Explanation", now: int) -> Iterator[str]:
    """List what people read: the verdict, what happened, and what is so now."""
    yield explanation.verdict.sentence
    if explanation.past:
        yield f"\nWhat happened (times in {explanation.zone}):"
        yield from (_tell(step, explanation.zone, now) for step in explanation.past)
    if explanation.present:
        yield "\nNow:"
        yield from (f"  {step.sentence}" for step in explanation.present)


def _tell(step: "Step", zone: str, now: int) -> str:
    from serving.usecases.inquiring import say_moment

    return f"  {say_moment(step.at or 0, now=now, zone=zone)}: {step.sentence}"


def _explain(lead_id: str, home: Path, now: int) -> "Explanation":
    from serving.usecases.explaining import explain_lead

    if not has_store(home):
        raise NoStore(f"there is no store under {home}: start `hotlead serve`, or name its folder with --home")
    circumstances = _take_circumstances(home, now)
    with open_store(home) as database, database.reading() as connection:
        return explain_lead(connection, lead_id, circumstances)


def _take_circumstances(home: Path, now: int) -> "Circumstances":
    from models.champion import find_champion
    from serving.usecases.inquiring import Circumstances

    champion = find_champion(home)
    return Circumstances(
        now=now,
        terms=get_terms(home),
        has_model=champion is not None,
        find_hot_score=lambda fingerprint, hot: _find_hot_score(home, champion, fingerprint, hot),
    )


def _find_hot_score(home: Path, champion: "Champion | None", fingerprint: str, hot: float) -> int | None:
    """Find the score at which hot begins by the champion; a champion that cannot be read says nothing."""
    from models.artifact import DamagedArtifact, MismatchingArtifact
    from serving.proving import load_proven
    from serving.usecases.inquiring import rank_threshold

    if champion is None or champion.fingerprint != fingerprint:
        return None
    try:
        scorer: Any = load_proven(champion.folder(home), fingerprint)
    except (DamagedArtifact, MismatchingArtifact):
        return None
    return rank_threshold(scorer, hot)
