"""What is in force in a home, for verbs that work on the store: scorer, terms, settings and the clock."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agreement.terms import Terms
    from serving.championing import ScorerInForce
    from serving.settings import Settings
    from serving.usecases.committing import Force


def read_clock() -> int:
    """Return the moment, in microseconds since 1970 in UTC."""
    return time.time_ns() // 1_000


def read_settings(home: Path) -> "Settings":
    """Return the settings of the service in a home."""
    from serving.settings import Settings

    return Settings(home=home)


def get_terms(home: Path) -> "Terms":
    """Get the terms in force."""
    from serving.agreeing import Agreeing

    return Agreeing(home).get()


def find_in_force(home: Path) -> "ScorerInForce | None":
    """Find the champion and load it, proven by its fingerprint; None where there is none."""
    from models.champion import find_champion
    from serving.championing import ScorerInForce
    from serving.proving import load_proven

    champion = find_champion(home)
    if champion is None:
        return None
    return ScorerInForce(champion=champion, scorer=load_proven(champion.folder(home), champion.fingerprint))


def take_force(home: Path, in_force: "ScorerInForce | None") -> "Force":
    """Take what is in force now, as a service would."""
    from serving.usecases.committing import Force
    from serving.usecases.histories import Histories

    return Force(
        now=read_clock(),
        in_force=in_force,
        terms=get_terms(home),
        histories=None if in_force is None else Histories(in_force.scorer.feature_set, most_events=0),
        address=read_settings(home).public_url.rstrip("/"),
    )
