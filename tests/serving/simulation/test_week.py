"""A week in seconds: receivers fail, clocks step, a model is promoted, workers die, and every promise is kept."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.store.database import sqlite_url
from tests.serving.simulation import promises
from tests.serving.simulation.week import (
    CALENDARS,
    CAP,
    HEALTHY,
    LATE,
    SLACK,
    Week,
    begin_week,
)
from tests.serving.simulation.world import World

_SEED, _LEADS = 9, 24


@pytest.fixture(scope="module")
def lived(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world over SQLite whose week is over."""
    world = _live(sqlite_template, tmp_path_factory.mktemp("lived"))
    yield world
    world.close()


def test_the_week_had_everything(lived: World) -> None:
    """Singles, digests of every cause, drops, deferrals, escalations to both levels, dead and late deliveries."""
    causes = {row.cause.partition(":")[0] for row in lived.read("SELECT cause FROM digests")}
    assert causes >= {"cap", "import", "promotion"}
    decided = Counter(row.what for row in lived.read("SELECT what FROM journal"))
    assert min(decided[what] for what in _DECISIONS) > 0
    escalated = promises.read_journal(lived, "escalated")
    assert {json.loads(row.details)["level"] for row in escalated} == {1, 2}
    assert {row.state for row in lived.read("SELECT state FROM deliveries")} == {"delivered", "dead"}
    assert promises.check_rests(lived) > 10


def test_the_week_kept_every_promise_of_alerts(lived: World) -> None:
    """One alert an episode, each with its fate, none at night or of a cold lead, and no more than are borne."""
    _check_alerts(lived)


def test_the_week_kept_every_promise_of_deliveries(lived: World) -> None:
    """Attempts follow their schedule, dead receivers rest, and nobody waits for somebody else's."""
    _check_deliveries(lived)


def test_the_same_seed_gives_the_same_week(lived: World, sqlite_template: Path, tmp_path: Path) -> None:
    """Journal, messages, deliveries and attempts come out the same to the byte."""
    again = _live(sqlite_template, tmp_path)
    assert promises.compute_fingerprint(again) == promises.compute_fingerprint(lived)
    again.close()


def test_a_week_on_postgresql_keeps_every_promise(postgres_url: str) -> None:
    """A smaller company's week, on PostgreSQL."""
    world = begin_week(postgres_url, seed=_SEED + 1)
    Week(world, _SEED + 1, _LEADS // 3).run()
    _check_alerts(world)
    _check_deliveries(world)
    world.close()


_DECISIONS = ("alert_dropped", "alert_deferred", "acknowledged", "snoozed", "assigned", "escalated", "left")


def _live(template: Path, folder: Path) -> World:
    (folder / "hotlead.db").write_bytes((template / "hotlead.db").read_bytes())
    world = begin_week(sqlite_url(folder), seed=_SEED)
    Week(world, _SEED, _LEADS).run()
    return world


def _check_alerts(world: World) -> None:
    promises.check_one_alert_an_episode(world)
    promises.check_every_fate(world)
    promises.check_nobody_disturbed(world, CALENDARS)
    promises.check_no_cold_news(world)
    promises.check_caps(world, CAP)
    promises.check_escalations(world, LATE)


def _check_deliveries(world: World) -> None:
    promises.check_attempts(world, HEALTHY, SLACK)
    promises.check_rests(world)
    promises.check_first_attempts(world, HEALTHY)
