"""A store in a home for the tests of verbs, and a way to run them."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from hotlead import main
from serving.store.database import Database, sqlite_url
from serving.store.migrating import migrate
from tests.serving.usecases.tellers import Teller


def run_verb(home: Path, *arguments: str) -> Result:
    """Run a verb; what it raises is raised here."""
    return CliRunner().invoke(main.app, [*arguments, "--home", str(home)], catch_exceptions=False)


def ask_json(home: Path, *arguments: str) -> Any:
    """Run a verb and read its answer."""
    return json.loads(run_verb(home, *arguments, "--json").stdout)


def open_home(home: Path) -> Teller:
    """Make a store in a home, and return a teller to it that has no model."""
    home.mkdir(parents=True, exist_ok=True)
    database = Database(sqlite_url(home))
    migrate(database)
    return Teller(database, None)
