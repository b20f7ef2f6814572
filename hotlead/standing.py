"""What is in force in a home, for verbs that work on the store: scorer, terms, settings and the clock."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hotlead.store import find_url, has_store

if TYPE_CHECKING:
    from agreement.terms import Terms
    from serving.agreeing import Agreeing
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
    """Get the terms in force: those that were signed in the store, or else those of the file."""
    with open_agreeing(home) as agreeing:
        return agreeing.get()


@contextmanager
def open_agreeing(home: Path) -> "Iterator[Agreeing]":
    """Open what knows which terms are in force, until the block ends; a store that is not there is not made."""
    from serving.agreeing import Agreeing
    from serving.store.database import Database

    if not has_store(home):
        yield Agreeing(home, clock=read_clock)
        return
    database = Database(find_url(home))
    try:
        yield Agreeing(home, database, clock=read_clock)
    finally:
        database.close()


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
