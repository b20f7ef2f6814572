"""Worlds for the simulations."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from features.times import to_micros
from tests.serving.simulation.heat import put_in_force
from tests.serving.simulation.world import World, make_terms

MONDAY_NOON = to_micros(datetime(2026, 3, 23, 12, tzinfo=UTC))


@pytest.fixture
def make_world() -> Iterator[Callable[..., World]]:
    """Return what makes a world over a database; four visits make a lead hot."""
    worlds: list[World] = []

    def make(url: str, *, now: int = MONDAY_NOON, hot_from: int = 4, **rules: object) -> World:
        worlds.append(World(url, put_in_force("1", hot_from=hot_from), make_terms(**rules), now=now))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


@pytest.fixture
def world(make_world: Callable[..., World], sqlite_url: str) -> World:
    """A world over SQLite, at noon of a Monday."""
    return make_world(sqlite_url)
