"""Looking: a score depends on nobody else's being asked for, and the next look comes when a window moves."""

import json
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from agreement.episodes import EpisodeRules
from agreement.terms import Terms
from features.times import DAY, SECOND
from serving.store.database import Database
from serving.store.tables import journal, leads, scores
from serving.usecases.histories import Histories
from serving.usecases.looking import Seen, look, merge_attributes
from tests.serving.usecases.tellers import KEEN, Teller, put_in_force


@pytest.fixture
def teller(database: Database, tmp_path: Path) -> Teller:
    """A teller with a model in force."""
    return Teller(database, put_in_force(tmp_path))


def test_a_score_does_not_depend_on_who_else_is_looked_at(tmp_path: Path) -> None:
    """A lead of an account scores the same alone, beside strangers and beside its colleagues, to the bit."""
    scorer = put_in_force(tmp_path).scorer
    histories = Histories(scorer.feature_set)
    names = [f"L{number}" for number in range(12)]
    told = {
        name: histories.build(
            [(bytes([number, n]) * 8, "download", n * DAY, '{"pages":0.1}') for n in range(number + 1)]
        )
        for number, name in enumerate(names)
    }
    members = {"even": names[::2], "odd": names[1::2]}
    seen = [_see(name, "odd" if number % 2 else "even") for number, name in enumerate(names)]
    together = look(seen, members, told, scorer)
    for position, lead in enumerate(seen):
        alone = look([lead], members, told, scorer)
        assert alone.scores.log_odds[0] == together.scores.log_odds[position]
        assert alone.scores.reasons[0] == together.scores.reasons[position]
        assert alone.look_at[0] == together.look_at[position]


def test_the_next_look_comes_when_an_event_leaves_a_window(tmp_path: Path) -> None:
    """An event of almost a week ago moves in an hour; without events a day is the most that passes."""
    scorer = put_in_force(tmp_path).scorer
    histories = Histories(scorer.feature_set)
    as_of = 100 * DAY
    hour = 3_600 * SECOND
    told = {
        "soon": histories.build([(b"a" * 16, "download", as_of - 7 * DAY + hour, None)]),
        "never": histories.build([]),
        "later": histories.build([(b"b" * 16, "download", as_of + 2 * hour, None)]),
    }
    found = look([_see(name, None, as_of) for name in told], {}, told, scorer).look_at
    np.testing.assert_array_equal(found, [as_of + hour + 1, as_of + DAY, as_of + 2 * hour + 1])


def test_what_the_lead_says_wins_over_its_account() -> None:
    """Attributes of the account stand in for what the lead does not say."""
    lead, account = json.dumps({"city": "Bern", "role": None}), json.dumps({"city": "Rome", "role": "CEO", "x": 1})
    assert merge_attributes(lead, account) == {"city": "Bern", "role": "CEO", "x": 1}
    assert merge_attributes(lead, None) == {"city": "Bern", "role": None}


def test_silence_writes_no_ledger_until_something_changes(teller: Teller) -> None:
    """A look in silence that finds nothing new is noted on the lead alone; one that finds news is in the ledger."""
    teller.tell_lead("L")
    teller.tell_downloads("L", 1)
    n_before = _count(teller, scores.c.number)
    teller.wait(0.02)
    with teller.database.writing() as connection:
        connection.execute(leads.update().values(look_at=teller.now))
    assert teller.look() == 1
    assert _count(teller, scores.c.number) == n_before
    for _ in range(40):
        teller.wait(2)
        teller.look()
    assert _count(teller, scores.c.number) > n_before


def test_silence_ends_an_episode_after_its_hold(database: Database, tmp_path: Path) -> None:
    """A lead that goes quiet sinks, and leaves its episode once it has stayed down for the hold."""
    rules = EpisodeRules(margin=0.0, hold_micros=2 * DAY)
    teller = Teller(database, put_in_force(tmp_path), Terms(episodes=rules))
    teller.tell_lead("L", KEEN)
    teller.tell_downloads("L", 9)
    for _ in range(140):
        teller.wait(1)
        teller.look()
    with database.reading() as connection:
        told = list(connection.execute(select(journal.c.what, journal.c.at).order_by(journal.c.id)))
        is_open = connection.execute(select(leads.c.episode_is_open)).scalar()
    at = {what: moment for what, moment in told if what in ("entered", "sank", "left")}
    assert not is_open
    assert at["entered"] < at["sank"] <= at["left"] - 2 * DAY


def _see(name: str, account: str | None, as_of: int = 50 * DAY) -> Seen:
    return Seen(lead_id=name, account_id=account, created_at=None, as_of=as_of, attributes=json.dumps(KEEN))


def _count(teller: Teller, column: object) -> int:
    with teller.database.reading() as connection:
        return len(list(connection.execute(select(column))))  # type: ignore[call-overload]
