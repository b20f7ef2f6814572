"""The forgotten of a home, for verbs that read files: nobody comes back by a spreadsheet."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hotlead.store import has_store, open_store

if TYPE_CHECKING:
    from serving.store.database import Database


class Forgotten:
    """Tells who was forgotten, and counts who came again.

    Parameters
    ----------
    database
        The store that knows them.
    secret
        That of its digests.
    """

    def __init__(self, database: "Database", secret: bytes) -> None:
        self._database, self._secret = database, secret
        self._refused: Counter[bytes] = Counter()

    def __call__(self, names: Sequence[tuple[str, str]]) -> list[bool]:
        """Return for each name, ``("lead", id)`` or ``("email", address)``, whether its bearer was forgotten."""
        from serving.store.forgotten import find_digests
        from serving.usecases.recognising import compute_digests, normalise_address

        asked = [(kind, normalise_address(name) if kind == "email" else name) for kind, name in names]
        digests = compute_digests(self._secret, asked)
        with self._database.reading() as connection:
            found = find_digests(connection, digests)
        self._refused.update(digest for digest in digests if digest in found)
        return [digest in found for digest in digests]

    def record(self) -> None:
        """Record how often somebody forgotten came again."""
        from serving.store.forgotten import record_refusals

        if self._refused:
            with self._database.writing() as connection:
                record_refusals(connection, self._refused)


@contextmanager
def open_forgotten(home: Path) -> Iterator[Forgotten | None]:
    """Open what tells who was forgotten, None where nobody was; how often they came is kept at the end."""
    if not has_store(home):
        yield None
        return
    from serving.store.forgotten import find_secret_in_use

    with open_store(home) as database:
        with database.reading() as connection:
            secret = find_secret_in_use(connection)
        forgotten = None if secret is None else Forgotten(database, secret)
        yield forgotten
        if forgotten is not None:
            forgotten.record()
