"""A teller: tells a store facts, batch by batch, at moments of its own choosing, as a service would."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from agreement.terms import DEFAULT_TERMS, Terms
from benchmarks.scoring_model import AS_OF, fit_scorer
from features.engine import FeatureTable
from features.times import DAY, to_micros
from models.artifact import save_scorer
from models.buckets import Thresholds
from models.champion import publish_champion
from models.scorer import LeadScorer
from serving.championing import ScorerInForce
from serving.proving import load_proven
from serving.store.database import Database
from serving.store.tables import metadata
from serving.usecases.histories import Histories
from serving.usecases.ingesting import Ingested, ingest
from serving.usecases.rescoring import rescore_after_promotion, rescore_colleagues, rescore_due
from serving.usecases.standing import take_standing
from serving.usecases.told import Command, Item, ToldAccount, ToldEvent, ToldLead

NOW = to_micros(AS_OF.to_pydatetime())
KEEN: dict[str, Any] = {"employees": 9_000, "mark_0": "red"}


class Teller:
    """A store, what is in force, and a clock moved by hand."""

    def __init__(
        self,
        database: Database,
        in_force: ScorerInForce | None,
        terms: Terms = DEFAULT_TERMS,
        *,
        address: str = "",
    ) -> None:
        self.database, self.in_force, self.terms, self.now = database, in_force, terms, NOW
        self.address = address
        self._histories: Histories | None = None
        self._n_events = 0

    def tell(self, *items: Item) -> Ingested:
        """Tell items in one batch."""
        histories = self._get_histories()
        with self.database.writing() as connection:
            ingested = ingest(
                connection, [Command(items=(item,)) for item in items], self._stand(connection), histories
            )
        if ingested.reading is not None:
            ingested.reading.keep()
        return ingested

    def tell_lead(self, lead_id: str, attributes: dict[str, Any] = KEEN, **more: Any) -> Ingested:
        """Tell a lead, by itself."""
        return self.tell(ToldLead(id=lead_id, attributes=json.dumps(attributes), **more))

    def tell_account(self, account_id: str, attributes: dict[str, Any]) -> Ingested:
        """Tell an account, by itself."""
        return self.tell(ToldAccount(id=account_id, attributes=json.dumps(attributes)))

    def tell_downloads(self, lead_id: str, count: int) -> Ingested:
        """Tell downloads of this minute, in one batch."""
        return self.tell(*(self.make_event(lead_id, ago=number) for number in range(1, count + 1)))

    def make_event(self, lead_id: str, *, ago: int, kind: str = "download", pages: float = 3.0) -> ToldEvent:
        """Make an event that happened some seconds ago."""
        self._n_events += 1
        return ToldEvent(
            lead_id=lead_id,
            key=self._n_events.to_bytes(16, "little"),
            type=kind,
            occurred_at=self.now - ago * 1_000_000,
            properties=json.dumps({"pages": pages}),
        )

    def wait(self, days: float) -> None:
        """Let time pass."""
        self.now += int(days * DAY)

    def look(self) -> int:
        """Look at whom silence, colleagues or a promotion asks for; return how many there were."""
        histories = self._get_histories()
        assert histories is not None
        with self.database.writing() as connection:
            standing = self._stand(connection)
            return (
                rescore_after_promotion(connection, standing, histories)
                + rescore_due(connection, standing, histories)
                + rescore_colleagues(connection, standing, histories, since=0)
            )

    def _get_histories(self) -> Histories | None:
        if self.in_force is None:
            return None
        if self._histories is None or self._histories.feature_set is not self.in_force.scorer.feature_set:
            self._histories = Histories(self.in_force.scorer.feature_set)
        return self._histories

    def _stand(self, connection: Any) -> Any:
        return take_standing(
            connection, now=self.now, in_force=self.in_force, terms=self.terms, address=self.address
        )


def put_in_force(home: Path, version: str = "1", *, rounds: int = 30, withheld: str | None = None) -> ScorerInForce:
    """Put a model in force in a home, by which leads turn hot early."""
    scorer, table = _fit(rounds)
    scorer.thresholds_ = Thresholds(warm=0.1, hot=0.2)
    reason = {} if withheld is None else {"publishes_probability": False, "probability_withheld": withheld}
    scorer.about_ = dict(reason)
    saved = home / f"saved-{version}"
    save_scorer(scorer, saved, examples=table)
    champion = publish_champion(saved, version, home)
    return ScorerInForce(champion=champion, scorer=load_proven(champion.folder(home), champion.fingerprint))


def clear(database: Database) -> None:
    """Empty a store, so that one database serves many examples."""
    with database.writing() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())


@lru_cache(maxsize=4)
def _fit(rounds: int) -> tuple[LeadScorer, FeatureTable]:
    return fit_scorer(n_leads=600, rounds=rounds, num_leaves=7)
