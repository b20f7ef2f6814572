"""Schooling: two really trained models in a home, the champion and its challenger."""

from datetime import datetime
from pathlib import Path

from hotlead.home import Home
from hotlead.verbs.promote import promote_version
from models.champion import get_champion
from models.settings import BoosterSettings
from serving.championing import ScorerInForce
from serving.proving import load_proven
from tests.conftest import invent_history
from training.fitting import TrainingOptions, fit_history
from training.history import write_history
from training.registering import register_fitted

_HOT_PER_WEEK = 10.0


def school(folder: Path, now: datetime) -> ScorerInForce:
    """Train version 1, promote it, train its challenger, and return the champion."""
    home = Home(folder)
    history = invent_history(n=1_200)
    write_history(history, home.history)
    for leaves in (7, 4):
        settings = BoosterSettings(num_leaves=leaves, learning_rate=0.1)
        options = TrainingOptions(candidates=(settings,), workers=1, hot_per_week=_HOT_PER_WEEK)
        fitted = fit_history(history, options)
        registered = register_fitted(
            fitted,
            history,
            options,
            tracking_uri=f"sqlite:///{folder / 'mlflow.db'}",
            mlflow_artifacts=home.artifacts,
            reports=home.reports,
            now=now,
        )
        if leaves == 7:
            promote_version(home, registered.version, force=False)
    champion = get_champion(folder)
    return ScorerInForce(champion=champion, scorer=load_proven(champion.folder(folder), champion.fingerprint))
