"""A scorer of the size that many companies have, fitted on seeded synthetic leads, and leads to ask about."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.catalogue import derive_catalogue
from features.contract import FIRMOGRAPHICS, Column, LeadSchema
from features.engine import FeatureTable, compute_features
from features.feature_set import FeatureSet
from features.tables import EventLog, LeadTable, SnapshotTable
from features.times import to_micros
from models.artifact import save_scorer
from models.champion import Champion, publish_champion
from models.estimator import TrainableScorer
from models.scorer import LeadScorer
from models.settings import BoosterSettings

EVENT_TYPES = ("download", "email opened", "form", "pricing visit", "visit", "webinar")
AS_OF = pd.Timestamp("2026-03-01T09:00:00Z")
_INDUSTRIES = ("Software", "Machinery", "Chemicals", "Retail", "Logistics", "Energy", "Health", "Banking")
_COUNTRIES = ("DE", "IT", "FI", "TR", "FR", "GB", "US", "PL")
_ROLES = ("Head of Purchasing", "CEO", "Buyer", "IT Manager", "Intern", "Plant Manager", "Sales Director")
_MARKS = ("red", "green", "blue", "amber", "grey")
_N_NUMBERS, _N_TEXTS = 14, 9
_EVENTS_A_LEAD = 20


def build_feature_set() -> FeatureSet:
    """Build a catalogue over thirty attributes and six event types."""
    columns = (
        *(FIRMOGRAPHICS[name] for name in ("employees", "revenue", "industry", "country", "role", "email")),
        Column(name="source", kind="text"),
        *(Column(name=f"number_{i}", kind="number") for i in range(_N_NUMBERS)),
        *(Column(name=f"mark_{i}", kind="text") for i in range(_N_TEXTS)),
    )
    return derive_catalogue(
        schema=LeadSchema(columns), event_types=EVENT_TYPES, quantities=("pages",), has_accounts=True
    )


def invent_leads(n_leads: int, seed: int) -> list[dict[str, Any]]:
    """Invent bodies as POST /v1/score takes them, about thirty attributes and twenty events each."""
    random = np.random.default_rng(seed)
    return [_invent_lead(random, number) for number in range(n_leads)]


def fit_scorer(n_leads: int = 4_000, rounds: int = 300, num_leaves: int = 15) -> tuple[LeadScorer, FeatureTable]:
    """Fit on invented leads whose chance rises with downloads, size and one mark."""
    feature_set = build_feature_set()
    table = compute_features(*_tabulate(invent_leads(n_leads, seed=1), feature_set), feature_set=feature_set)
    activity = np.nan_to_num(table.column("download_count_30d"))
    size = np.log10(np.nan_to_num(table.column("employees"), nan=100.0) + 1.0)
    marked = np.array([text == "red" for text in table.column("mark_0")], dtype=float)
    log_odds = -3.5 + 0.45 * activity + 0.5 * size + marked
    labels = (np.random.default_rng(2).random(n_leads) < 1 / (1 + np.exp(-log_odds))).astype(float)
    settings = BoosterSettings(rounds=rounds, num_leaves=num_leaves)
    return TrainableScorer(feature_set, settings, threads=2).fit(table, labels), table


def publish(home: Path, version: str = "1", **size: int) -> Champion:
    """Fit a scorer and put it in force in a home."""
    scorer, table = fit_scorer(**size)
    artifact = home / f"artifact-{version}"
    save_scorer(scorer, artifact, examples=table)
    return publish_champion(artifact, version, home)


def _invent_lead(random: np.random.Generator, number: int) -> dict[str, Any]:
    numbers = {f"number_{i}": round(float(random.normal(10, 4)), 2) for i in range(_N_NUMBERS)}
    marks = {f"mark_{i}": str(random.choice(_MARKS)) for i in range(_N_TEXTS)}
    return {
        "id": f"L-{number}",
        "account_id": f"A-{number // 2}",
        "created_at": _write(AS_OF - pd.Timedelta(days=int(random.integers(1, 200)))),
        "employees": int(10 ** random.uniform(0, 4)),
        "revenue": round(float(10 ** random.uniform(5, 9)), 2),
        "industry": str(random.choice(_INDUSTRIES)),
        "country": str(random.choice(_COUNTRIES)),
        "role": str(random.choice(_ROLES)),
        "email": f"person{number}@firm{number // 2}.example",
        "source": str(random.choice(("fair", "web", "partner", "referral"))),
        **numbers,
        **marks,
        "events": [_invent_event(random) for _ in range(int(random.poisson(_EVENTS_A_LEAD)))],
        "as_of": _write(AS_OF),
    }


def _invent_event(random: np.random.Generator) -> dict[str, Any]:
    occurred = AS_OF - pd.Timedelta(seconds=int(random.exponential(25 * 86_400)))
    event: dict[str, Any] = {"type": str(random.choice(EVENT_TYPES)), "occurred_at": _write(occurred)}
    if event["type"] == "download":
        event["properties"] = {"pages": int(random.integers(1, 30))}
    return event


def _write(moment: pd.Timestamp) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _tabulate(bodies: list[dict[str, Any]], feature_set: FeatureSet) -> tuple[LeadTable, EventLog, SnapshotTable]:
    frame = pd.DataFrame([{**body, "lead_id": body["id"]} for body in bodies])
    frame["created_at"] = pd.to_datetime(frame["created_at"], utc=True)
    leads = LeadTable.from_frame(frame, feature_set.schema)
    told = pd.DataFrame(
        [
            {"lead_id": body["id"], "type": e["type"], "occurred_at": e["occurred_at"], **e.get("properties", {})}
            for body in bodies
            for e in body["events"]
        ]
    )
    told["occurred_at"] = pd.to_datetime(told["occurred_at"], utc=True)
    events = EventLog.from_frame(told, leads, feature_set.quantities)
    return leads, events, SnapshotTable.at(leads, to_micros(AS_OF.to_pydatetime()))
