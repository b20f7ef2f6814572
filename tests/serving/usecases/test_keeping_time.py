"""Keeping time: what was kept long enough goes, and what never came is said."""

from pathlib import Path

import pytest
from sqlalchemy import select

from serving.store.database import Database
from serving.store.edge_tables import rejections, replies
from serving.store.rejections import insert_rejections
from serving.store.replies import insert_reply
from serving.store.tables import events, waiting_leads
from serving.usecases.keeping_time import tidy
from tests.serving.usecases.tellers import Teller, put_in_force


@pytest.fixture
def teller(database: Database, tmp_path: Path) -> Teller:
    """A teller with a model in force."""
    return Teller(database, put_in_force(tmp_path))


def test_a_lead_that_never_came_is_reported_and_its_events_stay(teller: Teller) -> None:
    """After a week the lead stands among the rejections; should it come after all, its events are its own."""
    teller.tell(*(teller.make_event("L", ago=60 + n) for n in range(9)))
    teller.wait(6)
    assert _tidy(teller) == 0
    teller.wait(2)
    assert _tidy(teller) == 1
    with teller.database.reading() as connection:
        assert connection.execute(select(rejections.c.code)).scalars().all() == ["lead_never_came"]
        assert connection.execute(select(waiting_leads)).all() == []
        assert len(connection.execute(select(events)).all()) == 9
    assert teller.tell_lead("L").leads["L"].bucket == "hot"


def test_what_was_kept_long_enough_goes(teller: Teller) -> None:
    """Rejections go after thirty days, answers under an Idempotency-Key after one."""
    told = {"kind": "POST /v1/events", "code": "missing", "path": "/type", "body": "{}", "digest": b"d"}
    with teller.database.writing() as connection:
        insert_rejections(connection, [{"at": teller.now, **told}])
        insert_reply(connection, {"key": b"k", "request": b"r", "status": 200, "body": "{}", "at": teller.now})
    for days, left in ((0.9, (1, 1)), (0.2, (1, 0)), (28.0, (1, 0)), (1.0, (0, 0))):
        teller.wait(days)
        _tidy(teller)
        with teller.database.reading() as connection:
            kept = [len(connection.execute(select(table)).all()) for table in (rejections, replies)]
        assert tuple(kept) == left


def _tidy(teller: Teller) -> int:
    with teller.database.writing() as connection:
        return tidy(connection, teller.now)
