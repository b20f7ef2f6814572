import secrets

import pytest
from typer.testing import CliRunner

from hotlead.home import Home
from hotlead.main import app
from hotlead.store import open_store
from hotlead.verbs.train import _read_without_forgotten
from serving.erasure_log import ErasureLog
from serving.forgetting import forget
from serving.store.edge_tables import forgotten
from serving.usecases.erasing import Wanted
from training.history import read_history

ADDRESS = "Ada.Byron@example.com"
HEAD = "id,email,created_at,stage,source\n"
ROWS = "".join(
    f"L{n},person{n}@example.com,2026-01-{1 + n % 28:02},{('Won', 'Lost')[n % 2]},web\n" for n in range(60)
)
THEIRS = f"L-ada,,2026-01-05,Won,web\nL-other,{ADDRESS.lower()},2026-01-06,Won,web\nL-ada,{ADDRESS},never,Won,web\n"
EVENTS = "lead,type,at\n" + "L-ada,visit,2026-01-07T10:00:00Z\nL1,visit,2026-01-07T10:00:00Z\nL1,visit,soon\n"
RECIPE = """
[leads]
id = "id"
created_at = "created_at"

[outcome]
column = "stage"
won = "Won"
lost = "Lost"

[[events]]
lead = "lead"
type = "type"
occurred_at = "at"
"""


@pytest.fixture
def home(tmp_path):
    """A home whose store was told to forget one person, and files that speak of them."""
    (tmp_path / "leads.csv").write_text(HEAD + ROWS + THEIRS)
    (tmp_path / "events.csv").write_text(EVENTS)
    (tmp_path / "own.toml").write_text(RECIPE)
    return Home(tmp_path / "home")


def forget_ada(home):
    with open_store(home.folder) as database:
        log = ErasureLog(home.folder / "erasures.log")
        for wanted in (Wanted(lead_id="L-ada", address=None), Wanted(lead_id=None, address=ADDRESS)):
            forget(database, log, wanted, 1, randomness=secrets.token_bytes)


def run_import(home, tmp_path):
    files = [str(tmp_path / name) for name in ("leads.csv", "events.csv", "own.toml")]
    leads, events, recipe = files
    told = ["import", leads, "--events", events, "-r", recipe, "--home", str(home.folder), "--yes"]
    return CliRunner().invoke(app, told, catch_exceptions=False)


def test_an_import_leaves_out_who_was_forgotten_and_shows_nothing_of_them(home, tmp_path):
    """By their id, under another id with their address, and in events: counted, kept nowhere."""
    forget_ada(home)
    result = run_import(home, tmp_path)
    assert result.exit_code == 0, result.output
    history = read_history(home.history)
    assert len(history.leads) == 60
    assert set(history.events["lead_id"]) == {"L1"}
    assert history.about.rejected["forgotten"] == 4
    kept = "".join(path.read_text() for path in home.folder.glob("*.csv"))
    assert "soon" in kept
    assert not any(word in (kept + result.output).lower() for word in ("l-ada", "ada.byron"))


def test_who_came_again_in_a_file_is_counted(home, tmp_path):
    """The store knows how often somebody forgotten came again."""
    forget_ada(home)
    run_import(home, tmp_path)
    with open_store(home.folder) as database, database.reading() as connection:
        assert sum(connection.execute(forgotten.select().with_only_columns(forgotten.c.refused)).scalars()) >= 2


def test_training_takes_the_forgotten_out_of_a_history_that_was_imported_before(home, tmp_path):
    """Who is forgotten after an import is neither trained on nor left in its files."""
    run_import(home, tmp_path)
    before = read_history(home.history)
    assert {"L-ada", "L-other"} <= set(before.leads["lead_id"])
    forget_ada(home)
    history = _read_without_forgotten(home)
    assert not {"L-ada", "L-other"} & set(history.leads["lead_id"])
    assert "L-ada" not in set(history.events["lead_id"])
    assert history.about.fingerprint != before.about.fingerprint
    assert len(read_history(home.history).leads) == len(history.leads) == len(before.leads) - 2


def test_a_home_without_a_store_imports_as_ever(home, tmp_path):
    """No store is made for a question that has one answer."""
    assert run_import(home, tmp_path).exit_code == 0
    assert not (home.folder / "hotlead.db").exists()
