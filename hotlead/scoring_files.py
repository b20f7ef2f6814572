"""Scoring a file of leads: read as the model knows them, written back with what was found."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hotlead.home import Home
from models.artifact import load_scorer
from models.champion import get_champion
from models.scorer import LeadScorer, ScoreTable
from training.history import MissingHistory, read_history
from training.importing.pipeline import import_history
from training.importing.reading import read_table
from training.importing.rejecting import RejectionLog, disarm
from training.recipes.reading import read_recipe
from training.recipes.recipe import Recipe, find_recipe_file

if TYPE_CHECKING:
    from training.importing.report import ImportResult

_COLUMNS = ("probability", "score", "bucket", "low_confidence", "reasons")


class UnknownFileType(ValueError):
    """The name of the output says neither CSV nor Parquet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringRequest:
    """What to score, and as of when; without a recipe that of the import is taken."""

    leads: Path
    accounts: Path | None
    events: Path | None
    recipe: str | None
    as_of: datetime
    most_reasons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringSummary:
    """What became of a file."""

    out: str
    scored: int
    rejected: Mapping[str, int]
    buckets: Mapping[str, int]
    model_version: str
    as_of: str
    withheld: str | None
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    def to_text(self) -> str:
        """Return what people read."""
        counts = ", ".join(f"{n:,} {bucket}" for bucket, n in self.buckets.items())
        lines = [f"{self.scored:,} leads scored as of {self.as_of} by version {self.model_version}: {counts}."]
        if self.rejected:
            reasons = ", ".join(f"{code} {n:,}" for code, n in self.rejected.items())
            lines.append(f"Not scored: {reasons}; their rows are in the file without a score.")
        if self.withheld is not None:
            lines.append(f"Probabilities are left empty: {self.withheld}.")
        return "\n".join([*lines, *(f"! {warning}" for warning in self.warnings), f"Written to {self.out}."])


def score_file(request: ScoringRequest, out: Path, home: Path) -> ScoringSummary:
    """Score a file with the champion and write every row of it back, in its order.

    Raises
    ------
    NoChampion
        If there is no model in force.
    UnknownFileType
        If `out` ends neither in .csv, .csv.gz nor .parquet; nothing is read then.
    """
    _check_type(out)
    champion = get_champion(home)
    scorer = load_scorer(champion.folder(home))
    imported = import_history(
        request.leads,
        accounts=request.accounts,
        events=request.events,
        recipe=_choose_recipe(request.recipe, Home(home)),
        schema=scorer.feature_set.schema,
    )
    scores = _score(scorer, imported, request)
    _write(_add_columns(request.leads, imported, scores), out)
    return ScoringSummary(
        out=str(out),
        scored=len(imported.history.leads),
        rejected=dict(imported.history.about.rejected),
        buckets={bucket: int((scores["bucket"] == bucket).sum()) for bucket in ("hot", "warm", "cold")},
        model_version=champion.version,
        as_of=f"{request.as_of:%Y-%m-%d %H:%M %Z}",
        withheld=scorer.withheld,
        warnings=imported.history.about.warnings,
    )


def _check_type(out: Path) -> None:
    if not out.name.endswith((".csv", ".csv.gz", ".parquet")):
        raise UnknownFileType(f"{out.name} must end in .csv, .csv.gz or .parquet")


def _choose_recipe(name: str | None, home: Home) -> Recipe | None:
    """Choose the recipe that is named, else that of the import; None lets the columns be guessed."""
    if name is not None:
        return read_recipe(find_recipe_file(name))
    try:
        return read_history(home.history).about.recipe
    except MissingHistory:
        return None


def _score(scorer: LeadScorer, imported: "ImportResult", request: ScoringRequest) -> pd.DataFrame:
    from models.raw_leads import read_raw_leads

    leads, events = imported.history.leads, imported.history.events
    tables = read_raw_leads(leads, scorer.feature_set, events=events, as_of=request.as_of)
    found: ScoreTable = scorer.score_snapshots(*tables, most_reasons=request.most_reasons)
    return found.to_frame()


def _add_columns(path: Path, imported: "ImportResult", scores: pd.DataFrame) -> pd.DataFrame:
    """Return the rows as they were read, with the scores beside those that have one."""
    raw = read_table(path, RejectionLog())
    rows = pd.Index(imported.lines).get_indexer(pd.Index(raw.lines))
    found = scores.reindex(np.where(rows < 0, len(scores), rows)).set_axis(raw.frame.index)
    taken = [name for name in _COLUMNS if name in raw.frame.columns]
    return pd.concat([raw.frame.drop(columns=taken), found[list(_COLUMNS)]], axis=1)


def _write(frame: pd.DataFrame, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".parquet":
        frame.to_parquet(out, index=False)
        return
    # Names come from public forms; a cell must not become a formula in somebody's spreadsheet.
    texts = [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name].dtype)]
    safe = {name: frame[name].map(lambda cell: disarm(cell) if isinstance(cell, str) else cell) for name in texts}
    frame.assign(**safe).to_csv(out, index=False, encoding="utf-8")
