"""The keys: who may ask, kept as digests; a revoked key keeps its row."""

from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, insert, select, update

from serving.store.edge_tables import keys


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """One key as the store keeps it; a key that signs has its secret, every other only a digest."""

    id: str
    name: str
    prefix: str
    digest: bytes = field(repr=False)
    signing_secret: str | None = field(default=None, repr=False)
    scopes: frozenset[str]
    created_at: int
    revoked_at: int | None = None


def insert_key(connection: Connection, key: StoredKey) -> None:
    """Insert a new key."""
    connection.execute(
        insert(keys).values(
            id=key.id,
            name=key.name,
            prefix=key.prefix,
            digest=key.digest,
            signing_secret=key.signing_secret,
            scopes=" ".join(sorted(key.scopes)),
            created_at=key.created_at,
            revoked_at=key.revoked_at,
        )
    )


def list_keys(connection: Connection) -> list[StoredKey]:
    """List all keys, revoked ones too, in the order they were made."""
    rows = connection.execute(select(keys).order_by(keys.c.created_at, keys.c.id)).mappings()
    return [_read(row) for row in rows]


def has_keys(connection: Connection) -> bool:
    """Tell whether there ever was a key."""
    return connection.execute(select(keys.c.id).limit(1)).scalar() is not None


def find_key(connection: Connection, key_id: str) -> StoredKey | None:
    """Find a key by its id."""
    row = connection.execute(select(keys).where(keys.c.id == key_id)).mappings().first()
    return None if row is None else _read(row)


def revoke_key(connection: Connection, key_id: str, at: int) -> None:
    """Revoke a key; the moment of a first revocation stays."""
    still_active = (keys.c.id == key_id) & keys.c.revoked_at.is_(None)
    connection.execute(update(keys).where(still_active).values(revoked_at=at))


def _read(row: RowMapping) -> StoredKey:
    return StoredKey(**{**row, "scopes": frozenset(row["scopes"].split())})
