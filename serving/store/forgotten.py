"""The forgotten: digests of whom we were told to forget, and how often each came again."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, exists, select, text
from sqlalchemy.dialects.postgresql import insert

from serving.store import secrets as secret_store
from serving.store.edge_tables import forgotten, secrets

_SECRET = "forgetting"
# Any number will do, as long as nothing else in the same database locks it.
_LOCK = 7_163_548_210


def lock_out_erasures(connection: Connection) -> None:
    """Keep erasures waiting until this transaction ends; other writers go on. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _LOCK})


def lock_out_facts(connection: Connection) -> None:
    """Wait for those who store facts, and keep them waiting until this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def find_secret_in_use(connection: Connection) -> bytes | None:
    """Find the secret of the digests, None as long as nobody is forgotten."""
    found = select(secrets.c.value).where(secrets.c.name == _SECRET, exists().select_from(forgotten))
    value = connection.execute(found).scalar()
    return None if value is None else bytes(value)


def find_secret(connection: Connection) -> bytes | None:
    """Find the secret of the digests, None where there is none yet."""
    return secret_store.find_secret(connection, _SECRET)


def keep_secret(connection: Connection, value: bytes) -> bytes:
    """Keep a secret unless there is one already; return the one that is kept."""
    return secret_store.keep_secret(connection, _SECRET, value)


def insert_digests(connection: Connection, digests: Collection[bytes], at: int) -> None:
    """Insert digests; one that is there already keeps its moment."""
    if digests:
        rows = [{"digest": digest, "at": at, "refused": 0} for digest in sorted(digests)]
        connection.execute(insert(forgotten).on_conflict_do_nothing(), rows)


def find_digests(connection: Connection, digests: Collection[bytes]) -> set[bytes]:
    """Find which of some digests are of somebody forgotten."""
    found: set[bytes] = set()
    wanted = sorted(digests)
    # SQLite takes about 32,000 parameters a statement.
    for start in range(0, len(wanted), 10_000):
        chosen = select(forgotten.c.digest).where(forgotten.c.digest.in_(wanted[start : start + 10_000]))
        found.update(bytes(digest) for digest in connection.execute(chosen).scalars())
    return found


def list_digests(connection: Connection) -> dict[bytes, int]:
    """List all digests with the moments of the erasures."""
    found = connection.execute(select(forgotten.c.digest, forgotten.c.at))
    return {bytes(digest): at for digest, at in found}


def record_refusals(connection: Connection, counts: Mapping[bytes, int]) -> None:
    """Count that somebody forgotten was told of again."""
    if counts:
        changed = forgotten.update().where(forgotten.c.digest == bindparam("its_digest"))
        rows = [{"its_digest": digest, "more": counts[digest]} for digest in sorted(counts)]
        connection.execute(changed.values(refused=forgotten.c.refused + bindparam("more")), rows)
