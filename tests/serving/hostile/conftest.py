"""A company for the tests of this folder, and desks over both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.championing import ScorerInForce
from serving.store.database import Database
from tests.serving.api.desks import Desk, open_desk
from tests.serving.hostile.company import Company, open_company
from tests.serving.usecases.tellers import put_in_force


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company whose leads turn hot early, shared by the tests that leave its store in order."""
    home = tmp_path_factory.mktemp("attacked")
    put_in_force(home)
    with open_company(home) as opened:
        yield opened


@pytest.fixture
def desk(database: Database, tmp_path: Path, in_force: ScorerInForce) -> Iterator[Desk]:
    """A desk with a model, over SQLite and over PostgreSQL."""
    url = database.engine.url.render_as_string(hide_password=False)
    with open_desk(url, tmp_path, in_force) as opened:
        yield opened
