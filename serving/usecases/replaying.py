"""Replaying: every score of the ledger computed once more, from what was known then, and compared to the bit."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from models.artifact import DamagedArtifact, MismatchingArtifact
from models.champion import Champion
from models.scorer import LeadScorer
from serving.proving import load_proven
from serving.store.database import Database
from serving.store.past import EntryFilter, count_entries, list_entries_in_order
from serving.usecases.looking import MOST_REASONS, Look
from serving.usecases.recalling import Past, can_recall, look_back, may_lack_colleague, read_past
from serving.usecases.turning import decode_reasons, encode_reasons

ENTRIES_AT_ONCE = 300
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An entry that came out otherwise, and each field that did: as it stands, and as it was computed now."""

    lead_id: str
    number: int
    fields: Mapping[str, tuple[Any, Any]]


@dataclass(slots=True)
class Replay:
    """What became of a replay.

    Attributes
    ----------
    n_entries
        How many entries were taken up: those equal, those different, those whose model is no longer on disk, those
        whose lead was forgotten, and those that differ, as well they may since a colleague may have been forgotten.
    """

    n_entries: int = 0
    n_equal: int = 0
    n_different: int = 0
    n_without_model: int = 0
    n_forgotten: int = 0
    n_unsure: int = 0
    missing_models: set[str] = field(default_factory=set)
    first_difference: Difference | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        first = self.first_difference
        return {
            "entries": self.n_entries,
            "equal": self.n_equal,
            "different": self.n_different,
            "without_model": self.n_without_model,
            "forgotten": self.n_forgotten,
            "unsure": self.n_unsure,
            "missing_models": sorted(self.missing_models),
            "first_difference": None
            if first is None
            else {"lead_id": first.lead_id, "number": first.number, "fields": dict(first.fields)},
        }


class Models:
    """The models that scores were computed by, as they lie in the home, each proved by its hash and loaded once.

    Parameters
    ----------
    home
        The product's home folder.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._loaded: dict[Champion, LeadScorer | None] = {}

    def find(self, champion: Champion) -> LeadScorer | None:
        """Find a model; None where it is no longer on disk, or not as it was."""
        if champion not in self._loaded:
            self._loaded[champion] = self._load(champion)
        return self._loaded[champion]

    def _load(self, champion: Champion) -> LeadScorer | None:
        try:
            return load_proven(champion.folder(self._home), champion.fingerprint)
        except (DamagedArtifact, MismatchingArtifact):
            return None


def replay_scores(
    database: Database,
    home: Path,
    chosen: EntryFilter,
    *,
    most: int | None = None,
    on_progress: Progress = lambda *_: None,
    at_once: int = ENTRIES_AT_ONCE,
) -> Replay:
    """Replay entries of the ledger, lead by lead.

    Parameters
    ----------
    home
        Where the models lie.
    most
        Stop after this many entries.
    on_progress
        Told how many are done, and of how many.
    at_once
        Entries computed in one look, and read in one transaction: a longer one would hold up the store's upkeep.
    """
    with database.reading() as connection:
        counted = count_entries(connection, chosen)
    total = counted if most is None else min(most, counted)
    replay, models, after = Replay(), Models(home), None
    while replay.n_entries < total:
        with database.reading() as connection:
            wanted = min(at_once, total - replay.n_entries)
            entries = list_entries_in_order(connection, chosen, most=wanted, after=after)
            past = read_past(connection, entries) if entries else None
        if past is None:
            break
        after = (entries[-1].lead_id, entries[-1].number)
        recalled = [entry for entry in entries if can_recall(past, entry)]
        replay.n_forgotten += len(entries) - len(recalled)
        for champion, own in _by_model(recalled):
            scorer = models.find(champion)
            if scorer is None:
                _pass_over(replay, champion, own)
            else:
                _compare(replay, past, own, look_back(past, own, scorer))
        replay.n_entries += len(entries)
        on_progress(replay.n_entries, total)
    return replay


def _by_model(entries: Sequence[Row[Any]]) -> Iterator[tuple[Champion, list[Row[Any]]]]:
    own: dict[Champion, list[Row[Any]]] = {}
    for entry in entries:
        champion = Champion(version=entry.model_version, fingerprint=entry.fingerprint)
        own.setdefault(champion, []).append(entry)
    yield from own.items()


def _pass_over(replay: Replay, champion: Champion, entries: Sequence[Row[Any]]) -> None:
    replay.n_without_model += len(entries)
    replay.missing_models.add(champion.version)


def _compare(replay: Replay, past: Past, entries: Sequence[Row[Any]], looked: Look) -> None:
    for row, entry in enumerate(entries):
        stored, computed = _tell_stored(entry), _tell_computed(looked, row)
        fields = {name: (stored[name], computed[name]) for name in stored if stored[name] != computed[name]}
        if not fields:
            replay.n_equal += 1
        elif may_lack_colleague(past, entry):
            replay.n_unsure += 1
        else:
            replay.n_different += 1
            found = Difference(lead_id=entry.lead_id, number=entry.number, fields=fields)
            replay.first_difference = replay.first_difference or found


def _tell_stored(entry: Row[Any]) -> dict[str, Any]:
    return {
        "log_odds": entry.log_odds,
        "probability": entry.probability,
        "score": entry.score,
        "bucket": entry.bucket,
        "low_confidence": entry.low_confidence,
        # A release that tells fewer reasons than the one that wrote the entry tells the first of them.
        "reasons": encode_reasons(decode_reasons(entry.reasons)[:MOST_REASONS]),
    }


def _tell_computed(looked: Look, row: int) -> dict[str, Any]:
    scores = looked.scores
    return {
        "log_odds": float(scores.log_odds[row]),
        "probability": float(scores.probability[row]),
        "score": int(scores.score[row]),
        "bucket": scores.bucket_name(row),
        "low_confidence": bool(scores.low_confidence[row]),
        "reasons": encode_reasons(scores.reasons[row]),
    }
