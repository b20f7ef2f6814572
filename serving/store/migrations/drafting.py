"""Drafting the next revision from what the tables and the migrations differ by; `make migration` runs it.

A draft takes the place of the newest revisions that bear its own name: say the same again until it is released.
"""

import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic import command
from alembic.operations.ops import CreateIndexOp, CreateTableOp, ModifyTableOps
from alembic.script import Script

from serving.store import migrating
from serving.store.database import Database, sqlite_url

# About 200 lines; what is beyond goes into the next revision.
_MOST_TABLES = 14


def draft_revisions(says: str) -> list[Path]:
    """Write the next revisions' files and return them; none where the tables and the migrations agree.

    Parameters
    ----------
    says
        What the change does, in a few words.

    Raises
    ------
    ValueError
        If the words hold nothing that a file can be named by.
    """
    name = re.sub(r"\W+", "_", says.lower()).strip("_")
    if not name:
        raise ValueError("say in a few words what the change does")
    while (newest := _find_newest()) and newest.stem.split("_", 2)[2] == name:
        newest.unlink()
    drafted: list[Path] = []
    with tempfile.TemporaryDirectory() as folder:
        while path := _draft(Database(sqlite_url(Path(folder))), says, name):
            drafted.append(path)
    return drafted


def _find_newest() -> Path | None:
    return max((migrating.MIGRATIONS / "versions").glob("revision_*.py"), default=None)


def _draft(database: Database, says: str, name: str) -> Path | None:
    number = f"{len(migrating.list_revisions()) + 1:04}"
    if number != "0001":
        migrating.migrate(database)
    with database.writing() as connection:
        config = migrating.configure_alembic(connection)
        config.set_main_option("file_template", f"revision_{number}_{name}")
        script = command.revision(config, says, autogenerate=True, rev_id=number, process_revision_directives=_trim)
    database.close()
    return Path(script.path) if isinstance(script, Script) else None


def _trim(context: Any, _revision: Any, drafts: list[Any]) -> None:
    """Drop an empty draft, and the tables of one that would be too long to read."""
    steps = drafts[0].upgrade_ops.ops
    tables = [place for place, step in enumerate(steps) if isinstance(step, CreateTableOp)]
    del steps[(tables[_MOST_TABLES:] or [len(steps)])[0] :]
    # SQLite alters a table by copying it; an index needs no copy.
    changes = [part for step in steps if isinstance(step, ModifyTableOps) for part in step.ops]
    context.opts["render_as_batch"] = any(not isinstance(part, CreateIndexOp) for part in changes)
    if not steps:
        drafts.clear()


if __name__ == "__main__":
    sys.stdout.writelines(f"{path}\n" for path in draft_revisions(" ".join(sys.argv[1:])))
