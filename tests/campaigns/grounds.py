"""Grounds: a home with a model that turns leads hot easily, and a store with one channel, for a campaign."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

from agreement.alerting import AlertRules
from agreement.escalating import EscalationRules
from agreement.terms import Terms
from benchmarks.scoring_model import fit_scorer
from features.times import DAY
from models.artifact import save_scorer
from models.buckets import Thresholds
from models.champion import Champion, publish_champion
from serving.agreeing import FILE
from serving.championing import ScorerInForce
from serving.proving import load_proven
from serving.store.database import Database, sqlite_url
from serving.store.migrating import migrate
from serving.store.people import insert_channel
from tests.postgres import running_postgres

Kind = Literal["sqlite", "postgresql"]

_THRESHOLDS = Thresholds(warm=0.1, hot=0.2)
# Nobody bears so many alerts; here each has to come alone and at once, and nobody is told twice.
_TERMS = """
[alerts]
cap_per_day = 100000000
digest_wait = "0 min"

[escalation]
to_manager = "1000 d"
to_team = "1000 d"
"""
EASY_TERMS = Terms(
    alerts=AlertRules(cap_per_day=10**8, digest_wait_micros=0),
    escalation=EscalationRules(to_manager_micros=1_000 * DAY, to_team_micros=1_000 * DAY),
)
KEEN = '{"country":"DE","employees":9000,"industry":"Software","mark_0":"red","role":"CEO"}'
"""Attributes of a lead that some downloads turn hot."""


def publish_easy_scorer(home: Path) -> Champion:
    """Fit a small scorer, lower its thresholds, and put it in force in a home."""
    scorer, table = fit_scorer(n_leads=600, rounds=30, num_leaves=7)
    scorer.thresholds_ = _THRESHOLDS
    save_scorer(scorer, home / "easy", examples=table)
    return publish_champion(home / "easy", "1", home)


def load_easy_scorer(home: Path) -> ScorerInForce:
    """Put the easy scorer in force in a home, and load it."""
    champion = publish_easy_scorer(home)
    return ScorerInForce(champion=champion, scorer=load_proven(champion.folder(home), champion.fingerprint))


def write_easy_terms(home: Path) -> None:
    """Write terms under which every alert goes alone and at once."""
    (home / FILE).write_text(_TERMS, encoding="utf-8")


@contextmanager
def lend_store(kind: Kind, folder: Path) -> Iterator[str]:
    """Lend the address of a store that is migrated and durable, in a folder, until the block ends."""
    with ExitStack() as stack:
        if kind == "sqlite":
            url = sqlite_url(folder)
        else:
            url = stack.enter_context(running_postgres(folder / "postgres")).create_database("campaign")
        database = Database(url)
        migrate(database)
        database.close()
        yield url


def open_channel(url: str, person_id: str, address: str, secret: str) -> None:
    """Give somebody a webhook."""
    database = Database(url)
    row = {
        "id": "campaign",
        "person_id": person_id,
        "kind": "webhook",
        "url": address,
        "secret": secret,
        "is_active": True,
        "created_at": 1,
        "failures": 0,
        "rests_until": None,
    }
    with database.writing() as connection:
        insert_channel(connection, row)
    database.close()
