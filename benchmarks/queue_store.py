"""The store that the queue benchmark reads: leads with scores, duties, deals and events, as callers tell them."""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from agreement.terms import Terms, parse_terms
from benchmarks.scoring_model import EVENT_TYPES, fit_scorer, invent_leads
from features.times import DAY, SECOND
from models.artifact import save_scorer
from models.buckets import Thresholds
from models.champion import publish_champion
from serving.championing import ScorerInForce
from serving.proving import load_proven
from serving.store.database import Database
from serving.usecases.histories import Histories
from serving.usecases.ingesting import ingest
from serving.usecases.standing import take_standing
from serving.usecases.told import Command, Item, ToldContact, ToldEvent, ToldLead, ToldStage

N_OWNERS = 20
AGREEMENT = """name = "benchmark"
[alerts]
cap_per_day = 1000000
[assumed]
average_won_value = 20000
[[response]]
bucket = "hot"
first_contact = "2 h"
[[response]]
bucket = "warm"
first_contact = "8 h"
[feedback]
within = "24 h"
"""
_TOLD = ("employees", "revenue", "industry", "country", "role", "email", "source", "mark_0", "number_0")
_LEADS_AT_ONCE = 100
_HOUR = 3_600 * SECOND
_HOT, _WARM = 0.5, 0.38


class Filler:
    """Tells of leads in a database; who they are depends on their number alone.

    Parameters
    ----------
    now
        Microseconds since 1970: the facts lie in the nine days before.
    """

    def __init__(self, database: Database, home: Path, *, now: int) -> None:
        self._database, self._now = database, now
        self._terms: Terms = parse_terms(AGREEMENT)
        (home / "agreement.toml").write_text(AGREEMENT)
        self._in_force = _publish(home)
        self._told = invent_leads(2_000, seed=3)
        self.n_leads = 0

    def fill(self, n_leads: int) -> None:
        """Tell of leads until there are so many: nine days ago they came, and then they moved."""
        for first in range(self.n_leads, n_leads, _LEADS_AT_ONCE):
            numbers = range(first, min(first + _LEADS_AT_ONCE, n_leads))
            self._tell([item for number in numbers for item in self._come(number)], self._now - 9 * DAY)
            self._tell([item for number in numbers for item in self._move(number)], self._now - 5 * SECOND)
        self.n_leads = n_leads

    def _come(self, number: int) -> Iterator[Item]:
        lead, draw = self._told[number % len(self._told)], random.Random(number)
        attributes = {name: lead[name] for name in _TOLD} | {
            "name": f"Person {number}",
            "company": f"Firm {number // 2}",
        }
        if draw.random() < 0.3:
            attributes["value"] = draw.randrange(2_000, 90_000)
        yield ToldLead(
            id=f"L-{number}",
            attributes=json.dumps(attributes),
            account_id=f"A-{number // 2}",
            created_at=self._now - 20 * DAY,
            owner_id=f"owner-{number % N_OWNERS}",
        )
        yield from self._act(number, draw, since=19 * DAY, until=9 * DAY)

    def _move(self, number: int) -> Iterator[Item]:
        draw = random.Random(-number - 1)
        yield from self._act(number, draw, since=8 * DAY, until=SECOND * 60)
        fate, at = draw.random(), self._now - draw.randrange(1, 60) * _HOUR
        if fate < 0.3:
            yield self._step(number, "sql", at)
        if fate < 0.15:
            key = number.to_bytes(16, "big")
            yield ToldContact(lead_id=f"L-{number}", key=key, kind="call", occurred_at=at + _HOUR // 2)
        if fate < 0.06:
            yield self._step(number, "customer", at + _HOUR * 3 // 4, value=draw.randrange(5_000, 60_000))
        elif fate > 0.7:
            yield self._step(number, "lost", at)

    def _step(self, number: int, stage: str, at: int, value: float | None = None) -> ToldStage:
        key = f"{stage}-{number}".encode()
        return ToldStage(lead_id=f"L-{number}", key=key, stage=stage, occurred_at=at, value=value)

    def _act(self, number: int, draw: random.Random, *, since: int, until: int) -> Iterator[Item]:
        for turn in range(draw.choice((1, 2, 3, 12))):
            yield ToldEvent(
                lead_id=f"L-{number}",
                key=f"{number}-{until}-{turn}".encode(),
                type=draw.choice(EVENT_TYPES),
                occurred_at=self._now - draw.randrange(until, since),
                properties=json.dumps({"pages": draw.randrange(1, 30)}),
            )

    def _tell(self, items: Sequence[Item], now: int) -> None:
        histories = Histories(self._in_force.scorer.feature_set, most_events=0)
        with self._database.writing() as connection:
            standing = take_standing(connection, now=now, in_force=self._in_force, terms=self._terms)
            ingest(connection, [Command(items=(item,)) for item in items], standing, histories)


def _publish(home: Path) -> ScorerInForce:
    scorer, table = fit_scorer(n_leads=2_000, rounds=100)
    scorer.thresholds_ = Thresholds(warm=_WARM, hot=_HOT)
    save_scorer(scorer, home / "artifact-1", examples=table)
    champion = publish_champion(home / "artifact-1", "1", home)
    return ScorerInForce(champion=champion, scorer=load_proven(champion.folder(home), champion.fingerprint))
