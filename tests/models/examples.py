"""A small seeded crowd of leads with a signal in it, for the tests of what reads features."""

import numpy as np

from features.contract import Column, LeadSchema
from features.engine import FeatureTable, compute_features
from features.event_kinds import DaysSince, DecayedCount, EventCount, PropertySum, Trend
from features.feature_set import FeatureSet
from features.lead_kinds import Attribute, Department, EmailKind, Given, LeadAge, RevenueBand, Seniority, SizeBand
from features.tables import EventLog, LeadTable, SnapshotTable
from features.times import DAY
from models.estimator import TrainableScorer
from models.scorer import LeadScorer
from models.settings import BoosterSettings

AS_OF = 20_000 * DAY
SETTINGS = BoosterSettings(rounds=25, num_leaves=5, min_data_in_leaf=5, learning_rate=0.1)
SCHEMA = LeadSchema(
    (
        Column(name="employees", kind="integer", low=0, high=1e8),
        Column(name="revenue", kind="number", low=0, high=1e13),
        Column(name="industry", kind="text"),
        Column(name="role", kind="text"),
        Column(name="email", kind="text"),
    )
)
FEATURE_SET = FeatureSet(
    SCHEMA,
    (
        Attribute("employees", "number"),
        SizeBand(),
        Attribute("industry"),
        RevenueBand(),
        Seniority(),
        Department(),
        EmailKind(),
        Given("email"),
        EventCount("visit", 7),
        EventCount("visit", 30, "account"),
        DaysSince("visit"),
        DecayedCount("download"),
        Trend(None, 14),
        PropertySum("visit", 30, quantity="pages"),
        LeadAge(),
    ),
)
_INDUSTRIES = np.array(["Machinery", "Software", "Retail", "Chemistry", None], dtype=object)
_ROLES = np.array(["CEO", "Head of Quality", "Buyer", "Intern", None], dtype=object)
_EMAILS = np.array(["a@gmail.com", "b@acme.de", "c@uni.edu", None], dtype=object)


def make_table(n: int = 400, seed: int = 0) -> FeatureTable:
    """Compute the features of invented leads, each at one moment."""
    leads, events = make_leads(n, seed)
    return compute_features(leads, events, SnapshotTable.at(leads, AS_OF), feature_set=FEATURE_SET)


def make_leads(n: int, seed: int) -> tuple[LeadTable, EventLog]:
    """Invent leads and events; some leads have no account, and much is missing."""
    rng = np.random.default_rng(seed)
    records = [
        {
            "lead_id": f"lead-{i}",
            "account_id": f"account-{i % 50}" if rng.random() < 0.8 else None,
            "created_at": AS_OF - int(rng.integers(1, 200)) * DAY,
            "employees": float(rng.integers(1, 5_000)) if rng.random() < 0.8 else None,
            "revenue": float(rng.integers(0, 10**8)) if rng.random() < 0.5 else None,
            "industry": rng.choice(_INDUSTRIES),
            "role": rng.choice(_ROLES),
            "email": rng.choice(_EMAILS),
        }
        for i in range(n)
    ]
    leads = LeadTable.from_records(records, SCHEMA)
    owner = rng.integers(0, n, 4 * n).astype(np.int32)
    occurred = AS_OF - rng.integers(0, 60 * DAY, 4 * n)
    events = EventLog(
        lead=owner,
        account=leads.account[owner],
        type=rng.integers(0, 3, 4 * n).astype(np.int32),
        types=("visit", "download", "form"),
        occurred_at=occurred,
        recorded_at=occurred,
        properties=rng.integers(1, 9, (1, 4 * n)).astype(np.float64),
        property_names=("pages",),
    )
    return leads, events


def make_labels(table: FeatureTable, seed: int = 0) -> np.ndarray:
    """Draw outcomes that visits, industry and size make likelier."""
    rng = np.random.default_rng(seed)
    pull = 0.8 * table.column("visit_count_7d") + 1.5 * (table.column("industry") == "Software")
    pull = pull + 0.3 * np.log1p(np.nan_to_num(table.column("employees"))) - 3.5
    return (rng.random(len(table)) < 1 / (1 + np.exp(-pull))).astype(float)


def make_scorer(n: int = 400, settings: BoosterSettings | None = SETTINGS) -> LeadScorer:
    """Fit a scorer on the invented leads."""
    table = make_table(n)
    return TrainableScorer(FEATURE_SET, settings).fit(table, make_labels(table))
