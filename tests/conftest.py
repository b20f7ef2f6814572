"""A seeded history of leads whose behaviour drives what becomes of them, for the tests of every room."""

import gc
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from features.contract import LeadSchema
from hotlead.home import Home
from models.settings import BoosterSettings
from tests.sharing import share
from training.fitting import Fitted, TrainingOptions, fit_history
from training.history import History, write_history
from training.importing.describing import describe_history
from training.recipes.recipe import SnapshotRule, TimeRecipe

pytest_plugins = ["tests.databases"]

# Hundreds of thousands of objects live as long as the tests: they need not be looked through again and again.
gc.set_threshold(100_000, 20, 50)

# Examples a property that names no number of its own; HYPOTHESIS_PROFILE=default looks at a hundred.
settings.register_profile("suite", max_examples=30)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

# What takes longest begins first, so that nobody waits for it in the end; the first one founds what others look at.
_BEGIN = (
    "tests/browser/test_places.py",
    *("notebooks/", "tests/models/registry/test_pyfunc.py", "tests/serving/test_server.py"),
    *(
        "tests/serving/test_schemathesis.py",
        "tests/training/test_tracking.py",
        "tests/training/test_public_data.py",
    ),
)

START = pd.Timestamp("2025-01-01T00:00:00Z")
SPAN_DAYS = 300
_INDUSTRIES = np.array(["machinery", "chemistry", "retail", "software", "food", "public"])
_SOURCES = np.array(["web", "fair", "partner"])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long files first; within a file and among the others the order stays."""
    places = {begin: place for place, begin in enumerate(_BEGIN)}
    items.sort(key=lambda item: next((places[b] for b in _BEGIN if item.nodeid.startswith(b)), len(places)))


def invent_history(
    *,
    n: int = 1_500,
    seed: int = 1,
    signal: float = 1.5,
    snapshots: SnapshotRule = "weekly",
    basis: str = "dated",
    horizon_days: int | None = 30,
) -> History:
    """Invent leads, and the events by which the keen ones give themselves away."""
    rng = np.random.default_rng(seed)
    leads, keenness = _invent_leads(rng, n, signal)
    events = _invent_events(rng, leads, keenness)
    if basis != "dated":
        leads = _undate(leads, np.arange(float(n)) if basis == "ordered" else np.full(n, np.nan))
        events = events.iloc[:0]
    until = (START + pd.Timedelta(days=SPAN_DAYS)).to_pydatetime()
    schema = LeadSchema.from_frame(leads[["industry", "employees", "source"]])
    rule = TimeRecipe(horizon_days=horizon_days, snapshots=snapshots, observed_until=until)
    return describe_history(leads, events, schema=schema, time=rule)


def _invent_leads(rng: np.random.Generator, n: int, signal: float) -> tuple[pd.DataFrame, Any]:
    day = np.sort(rng.uniform(0, SPAN_DAYS, n))
    industry, source = rng.integers(0, 6, n), rng.integers(0, 3, n)
    keenness = signal * (rng.normal(size=n) + (industry - 2.5) / 3 + (source == 2))
    settled = day + rng.exponential(25, n)
    is_won = rng.random(n) < 1 / (1 + np.exp(1.2 - keenness))
    is_open = settled >= SPAN_DAYS
    employees = np.exp(rng.normal(4, 1.5, n)).round()
    employees[rng.random(n) < 0.2] = np.nan
    leads = pd.DataFrame(
        {
            "lead_id": [f"lead-{number}" for number in range(n)],
            "account_id": [f"account-{number}" for number in rng.integers(0, max(n // 3, 1), n)],
            "created_at": _at(day),
            "outcome": np.where(is_open, "open", np.where(is_won, "won", "lost")),
            "outcome_at": _at(settled).where(~is_open),
            "industry": _INDUSTRIES[industry],
            "employees": employees,
            "source": _SOURCES[source],
        }
    )
    return leads, keenness


def _invent_events(rng: np.random.Generator, leads: pd.DataFrame, keenness: Any) -> pd.DataFrame:
    """Invent events in each lead's life, more of them for keen leads."""
    ends = leads["outcome_at"].fillna(START + pd.Timedelta(days=SPAN_DAYS))
    alive = (ends - leads["created_at"]).dt.total_seconds().to_numpy() / 86_400
    count = rng.poisson(np.minimum(alive, 40) * 0.08 * np.exp(np.clip(keenness, -2, 2.5)))
    who = np.repeat(np.arange(len(leads)), count)
    born = (leads["created_at"] - START).dt.total_seconds().to_numpy() / 86_400
    day = born[who] + rng.random(len(who)) * np.minimum(alive, 40)[who]
    asks = rng.random(len(who)) < 0.3
    return pd.DataFrame(
        {
            "lead_id": leads["lead_id"].to_numpy()[who],
            "type": np.where(asks, "demo_request", "visit"),
            "occurred_at": _at(day),
            "recorded_at": _at(day + rng.exponential(0.02, len(who))),
            "pages": np.where(asks, np.nan, rng.integers(1, 9, len(who))),
        }
    )


def _undate(leads: pd.DataFrame, order: Any) -> pd.DataFrame:
    nowhen = pd.Series(pd.NaT, index=leads.index, dtype="datetime64[us, UTC]")
    decided = leads["outcome"].where(leads["outcome"] != "open", "lost")
    return leads.assign(created_at=nowhen, outcome_at=nowhen, order=order, outcome=decided)


def _at(days: Any) -> "pd.Series[pd.Timestamp]":
    return pd.Series(START + pd.to_timedelta((days * 86_400e6).astype(np.int64), unit="us")).dt.as_unit("us")


@pytest.fixture(scope="session")
def make_history() -> Callable[..., History]:
    """Return the inventor of histories."""
    return invent_history


@pytest.fixture(scope="session")
def quick() -> TrainingOptions:
    """Return options with one fast candidate."""
    return TrainingOptions(candidates=(BoosterSettings(num_leaves=7, learning_rate=0.1),), workers=1)


@pytest.fixture(scope="session")
def history() -> History:
    """A weekly history of 1,500 leads with behaviour that tells."""
    return invent_history()


@pytest.fixture(scope="session")
def fitted(history: History, quick: TrainingOptions) -> Fitted:
    """The history, fitted."""
    return fit_history(history, quick)


@pytest.fixture(scope="session")
def trained_home(history: History, quick: TrainingOptions, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the history and version 1, its challenger; copy it before changing anything."""
    return Home(share(tmp_path_factory, "trained", lambda folder: _train(Home(folder), history, quick)))


def _train(home: Home, history: History, quick: TrainingOptions) -> None:
    from training.registering import register_fitted

    home.folder.mkdir()
    write_history(history, home.history)
    register_fitted(
        fit_history(history, quick),
        history,
        quick,
        tracking_uri=f"sqlite:///{home.folder / 'mlflow.db'}",
        mlflow_artifacts=home.artifacts,
        reports=home.reports,
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )


@pytest.fixture
def home(trained_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A copy of the trained home; files of version 1 are read where they were first written."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return Home(Path(shutil.copytree(trained_home.folder, tmp_path / "home")))
