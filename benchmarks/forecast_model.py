"""Probabilities for the forecast: a model of the demo company's first months, and its scores of later weeks."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from agreement.forecast.score_ledger import ScoreLedger
from features.tables import EventLog, LeadTable, SnapshotTable
from hotlead.company import CompanyHistory, write_company
from models.scorer import LeadScorer
from training.fitting import TrainingOptions, fit_history
from training.history import History
from training.importing.pipeline import import_history
from training.recipes.reading import read_recipe
from training.recipes.recipe import find_recipe_file
from training.tuning import CANDIDATES

HORIZON_DAYS = 60


def fit_early(history: CompanyHistory, until: datetime) -> LeadScorer:
    """Fit a scorer to what the company's CRM held at an earlier moment."""
    fitted = fit_history(
        import_company(look_back(history, until)),
        TrainingOptions(horizon_days=HORIZON_DAYS, candidates=(CANDIDATES[0],)),
    )
    return fitted.scorer


def look_back(history: CompanyHistory, until: datetime) -> CompanyHistory:
    """Return a history as it was: leads that came later are not there, and later ends have not happened."""
    leads = history.leads[history.leads["created_at"] <= until]
    is_open = ~(leads["closed_at"] <= until)
    # What an open lead's CRM columns held then is not known: all of them speak of the end.
    untold = {"status": "New", "closed_at": None, "value": np.nan, "lost_reason": None, "contract_sent": "no"}
    leads = leads.assign(**{name: leads[name].mask(is_open, told) for name, told in untold.items()})
    events = history.events[history.events["recorded_at"] <= until]
    known = events["lead_id"].isin(leads["lead_id"]) | events["lead_id"].isna()
    return replace(history, leads=leads, events=events[known], until=until)


def import_company(history: CompanyHistory) -> History:
    """Import a company's history as its export is imported."""
    with tempfile.TemporaryDirectory() as folder:
        write_company(Path(folder), history)
        return import_history(Path(folder) / "leads.csv", recipe=read_recipe(find_recipe_file("demo"))).history


def score_weeks(
    scorer: LeadScorer, history: CompanyHistory, ids: Sequence[str], moments: Sequence[int]
) -> ScoreLedger:
    """Score all leads that were there at each moment, by what was recorded by then."""
    imported = import_company(history)
    leads = LeadTable.from_frame(imported.leads, imported.about.schema)
    events = EventLog.from_frame(imported.events, leads, imported.about.quantities)
    entries: list[tuple[str, int, float]] = []
    for at in moments:
        there = np.flatnonzero(leads.created_at <= at).astype(np.int32)
        snapshots = SnapshotTable(lead=there, as_of=np.full(len(there), at))
        table = scorer.score_snapshots(leads, events, snapshots, most_reasons=0)
        entries += [(str(leads.ids[row]), at, float(p)) for row, p in zip(there, table.probability, strict=True)]
    return ScoreLedger.from_entries(ids, entries)
