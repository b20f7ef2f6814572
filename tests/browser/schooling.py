"""Schooling: two really trained models in a home, the champion and its challenger."""

from pathlib import Path

from hotlead.home import Home
from hotlead.verbs.promote import promote_version
from hotlead.verbs.train import train_home
from models.champion import get_champion
from models.settings import BoosterSettings
from serving.championing import ScorerInForce
from serving.proving import load_proven
from tests.conftest import invent_history
from training.fitting import TrainingOptions
from training.history import write_history

_HOT_PER_WEEK = 10.0
_LEADS, _LEAVES = 1_200, (7, 4)


def school(folder: Path) -> ScorerInForce:
    """Train version 1, promote it, train its challenger, and return the champion."""
    home = Home(folder)
    write_history(invent_history(n=_LEADS), home.history)
    first, _ = (_train(home, leaves) for leaves in _LEAVES)
    promote_version(home, first, force=False)
    champion = get_champion(folder)
    return ScorerInForce(champion=champion, scorer=load_proven(champion.folder(folder), champion.fingerprint))


def _train(home: Home, leaves: int) -> str:
    settings = BoosterSettings(num_leaves=leaves, learning_rate=0.1)
    options = TrainingOptions(candidates=(settings,), workers=1, hot_per_week=_HOT_PER_WEEK)
    return train_home(home, options).version
