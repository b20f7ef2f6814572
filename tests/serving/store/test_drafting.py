"""Drafting: a change of the tables becomes the next revision, once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column

from serving.store import migrating
from serving.store.columns import Flag, Word
from serving.store.database import Database
from serving.store.migrations.drafting import draft_revisions
from serving.store.tables import define, metadata


@pytest.fixture
def versions(tmp_path, monkeypatch) -> Path:
    """A copy of the migrations to draft in."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrating.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrating, "MIGRATIONS", folder)
    return folder / "versions"


@pytest.fixture
def wishes() -> Iterator[None]:
    """A table that no revision knows."""
    table = define("wishes", Column("id", Word, primary_key=True), Column("is_met", Flag, nullable=False))
    yield
    metadata.remove(table)


def test_nothing_is_drafted_where_all_agree(versions):
    """Without a difference there is no revision."""
    before = sorted(versions.iterdir())
    assert draft_revisions("nothing new") == []
    assert sorted(versions.glob("*.py")) == [path for path in before if path.suffix == ".py"]


@pytest.mark.usefixtures("wishes")
def test_a_new_table_becomes_the_next_revision(versions, empty_sqlite_url):
    """The draft is numbered on, names the types, and migrates; said again it takes its own place."""
    number = f"{int(migrating.newest_revision()) + 1:04}"
    expected = versions / f"revision_{number}_note_wishes.py"
    assert draft_revisions("Note wishes!") == [expected]
    assert draft_revisions("note wishes") == [expected]
    text = expected.read_text("utf-8")
    assert "sa.Column('is_met', Flag, nullable=False)" in text
    assert "# ###" not in text
    database = Database(empty_sqlite_url)
    migrating.migrate(database)
    assert migrating.newest_revision() == number
    assert migrating.is_current(database)
    database.close()


@pytest.mark.usefixtures("wishes")
def test_another_name_is_another_revision(versions):
    """A draft takes no revision's place whose name merely ends like its own."""
    first = draft_revisions("note wishes")
    metadata.remove(metadata.tables["wishes"])
    define("wishes", Column("id", Word, primary_key=True), Column("is_met", Flag), Column("by", Word))
    second = draft_revisions("wishes")
    assert first[0].exists()
    assert "batch_alter_table" in second[0].read_text("utf-8")


def test_a_long_draft_is_split(versions):
    """The whole store, drafted from nothing, comes in files that a person can read."""
    for path in versions.glob("*.py"):
        path.unlink()
    drafted = draft_revisions("lay out the store")
    assert len(drafted) > 1
    assert max(len(path.read_text("utf-8").splitlines()) for path in drafted) <= 250


@pytest.mark.parametrize("says", ["", "  ", "!?"])
def test_a_draft_needs_a_name(versions, says):
    """Words that give no file name are refused before anything is removed."""
    before = sorted(versions.iterdir())
    with pytest.raises(ValueError, match="say in a few words"):
        draft_revisions(says)
    assert sorted(versions.iterdir()) == before
