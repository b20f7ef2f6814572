"""Exactly once: writers that share only the store lose nothing and tell nobody twice, in whatever order."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select

from features.times import SECOND
from serving.championing import ScorerInForce
from serving.store.database import Database
from serving.store.tables import alerts, leads
from serving.usecases.histories import Histories
from serving.usecases.ingesting import ingest
from serving.usecases.rescoring import rescore_after_promotion
from serving.usecases.standing import Standing, take_standing
from serving.usecases.told import Command, ToldEvent, ToldLead, ToldStage
from tests.campaigns.command import NOW
from tests.campaigns.contention import Crowd, contend
from tests.campaigns.grounds import EASY_TERMS, KEEN, load_easy_scorer
from tests.campaigns.permutations import count_outcomes
from tests.campaigns.repeats import Flood, flood


@pytest.fixture(scope="module")
def easy(tmp_path_factory: pytest.TempPathFactory) -> ScorerInForce:
    """A scorer that turns leads hot easily."""
    home: Path = tmp_path_factory.mktemp("easy")
    return load_easy_scorer(home)


def _url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def test_a_crowd_of_writers_raises_one_alert_a_lead(database: Database, easy: ScorerInForce) -> None:
    """Eight writers push each of 200 leads over the threshold, and each lead has one episode, alert and message."""
    found = contend(_url(database), easy, Crowd(n_leads=200, n_writers=8), NOW)
    assert found == {
        "alerts": 200,
        "leads with an alert": 200,
        "leads in their first episode": 200,
        "entries into an episode": 200,
        "messages": 200,
        "deliveries": 0,
    }


def test_events_sent_again_are_stored_and_accepted_once(database: Database, easy: ScorerInForce) -> None:
    """Each of 1,000 events is sent one to five times by 16 clients at once, and stored and accepted once."""
    found = flood(_url(database), easy, Flood(n_events=1_000), NOW)
    assert found["sent"] > 2_000
    assert (found["stored"], found["taken"]) == (1_000, 1_000)
    assert found["duplicate"] == found["sent"] - 1_000


@pytest.mark.parametrize("seed", [1, 2])
def test_any_order_ends_in_the_same_scores(database: Database, easy: ScorerInForce, seed: int) -> None:
    """One history told in other orders, repeated and cut anyhow, has the same events and scores to the bit."""
    assert count_outcomes(_url(database), easy, 3, seed, NOW)["outcomes"] == 1


def test_a_lead_without_an_account_is_looked_at_alone(database: Database, easy: ScorerInForce) -> None:
    """Events of a lead that has no account are scored also where nobody else in the batch has one."""
    _tell(database, easy, ToldLead(id="alone", attributes="{}"), _download(0))
    assert _read(database, "alone").probability is not None


def test_an_older_version_brings_the_latest_stage(database: Database, easy: ScorerInForce) -> None:
    """A version that comes late is not taken over, but the stage in it is, where no later one is known."""
    newer = ToldLead(id="alone", attributes=KEEN, told_at=NOW - SECOND)
    older = ToldLead(id="alone", attributes="{}", told_at=NOW - 2 * SECOND, stage="mql")
    before = ToldStage(lead_id="alone", key=bytes(16), stage="sql", occurred_at=NOW - 3 * SECOND)
    _tell(database, easy, newer, before, older)
    assert (_read(database, "alone").stage, _read(database, "alone").attributes) == ("mql", KEEN)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_versions_of_one_moment_the_same_one_wins(
    database: Database, easy: ScorerInForce, order: tuple[int, int]
) -> None:
    """Versions that differ in nothing but the account end in the same account, whichever comes last."""
    versions = [ToldLead(id="alone", attributes="{}", account_id=name, told_at=NOW) for name in ("a", "b")]
    for number in order:
        _tell(database, easy, versions[number])
    assert _read(database, "alone").account_id == "b"


def test_who_turns_hot_while_the_model_is_loaded_again_is_told_alone(
    database: Database, easy: ScorerInForce
) -> None:
    """After a restart leads come before the model is there; they are told at once, and not as a promotion's."""
    histories = Histories(easy.scorer.feature_set)
    _sweep(database, easy, histories)
    _tell(database, None, ToldLead(id="alone", attributes=KEEN), *(_download(number) for number in range(12)))
    _sweep(database, easy, histories)
    with database.reading() as connection:
        (alert,) = connection.execute(select(alerts)).all()
    assert (alert.form, alert.origin, alert.state) == ("single", "silence", "told")


def test_the_first_sweep_of_a_model_tells_in_a_digest(database: Database, easy: ScorerInForce) -> None:
    """Leads that were there before the first model are told together."""
    _tell(database, None, ToldLead(id="alone", attributes=KEEN), *(_download(number) for number in range(12)))
    _sweep(database, easy, Histories(easy.scorer.feature_set))
    with database.reading() as connection:
        (alert,) = connection.execute(select(alerts)).all()
    assert (alert.form, alert.origin) == ("digest", "promotion")


def _download(number: int) -> ToldEvent:
    at = NOW - (number + 1) * 60 * SECOND
    key = number.to_bytes(16, "big")
    return ToldEvent(lead_id="alone", key=key, type="download", occurred_at=at, properties='{"pages":20}')


def _tell(database: Database, in_force: ScorerInForce | None, *items: ToldLead | ToldEvent | ToldStage) -> None:
    histories = None if in_force is None else Histories(in_force.scorer.feature_set)
    with database.writing() as connection:
        standing = take_standing(connection, now=NOW, in_force=in_force, terms=EASY_TERMS)
        ingest(connection, [Command(items=items)], standing, histories)


def _sweep(database: Database, in_force: ScorerInForce, histories: Histories) -> None:
    """Look at all leads as a worker does when a model comes into force, until nobody is left."""
    n_looked = 1
    while n_looked:
        with database.writing() as connection:
            standing: Standing = take_standing(connection, now=NOW, in_force=in_force, terms=EASY_TERMS)
            n_looked = rescore_after_promotion(connection, standing, histories)


def _read(database: Database, lead_id: str) -> Row[Any]:
    with database.reading() as connection:
        return connection.execute(select(leads).where(leads.c.id == lead_id)).one()
