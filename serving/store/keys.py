"""The keys: who may ask, kept as digests; a revoked key keeps its row."""

from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select, update

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
    return [StoredKey(**{**row, "scopes": frozenset(row["scopes"].split())}) for row in rows]


def has_active_key(connection: Connection) -> bool:
    """Tell whether any key has not been revoked."""
    return connection.execute(select(keys.c.id).where(keys.c.revoked_at.is_(None)).limit(1)).first() is not None


def revoke_key(connection: Connection, key_id: str, at: int) -> bool:
    """Revoke a key, and tell whether there is one of this id; the moment of a first revocation stays."""
    if connection.execute(select(keys.c.id).where(keys.c.id == key_id)).first() is None:
        return False
    still_active = (keys.c.id == key_id) & keys.c.revoked_at.is_(None)
    connection.execute(update(keys).where(still_active).values(revoked_at=at))
    return True
