"""Applying: what a thing told changes."""

from pathlib import Path

import pytest

from serving.store.database import Database
from serving.store.scores import list_scores
from serving.usecases.told import ToldStage
from tests.serving.usecases.tellers import Teller, put_in_force


@pytest.fixture
def teller(database: Database, tmp_path: Path) -> Teller:
    """A teller with a model in force."""
    return Teller(database, put_in_force(tmp_path))


def test_an_imported_lead_with_a_stage_is_imported_all_the_same(teller: Teller) -> None:
    """A stage that comes with an import makes nothing live, or each imported lead would be told by itself."""
    teller.tell_lead("L", stage="sql", batch="history")
    assert _read_origin(teller) == "import"


def test_a_stage_told_by_itself_is_live(teller: Teller) -> None:
    """A stage change of this moment is live; one of a named batch is not."""
    teller.tell_lead("L", batch="history")
    for key, batch, origin in ((b"1", "again", "import"), (b"2", "", "live")):
        teller.wait(0.001)
        stage = "sql" if batch else "mql"
        teller.tell(ToldStage(lead_id="L", key=key * 16, stage=stage, occurred_at=teller.now, batch=batch))
        assert _read_origin(teller) == origin


def _read_origin(teller: Teller) -> str:
    with teller.database.reading() as connection:
        return str(list_scores(connection, "L", most=1)[0].origin)
