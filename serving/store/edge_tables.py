"""Tables of the edge: people, channels, keys, and what was refused or must not be done twice."""

from sqlalchemy import Column, UniqueConstraint

from serving.store.columns import Count, Digest, Flag, Micros, Prose, Serial, Word
from serving.store.tables import define

people = define(
    "people",
    Column("id", Word, primary_key=True),
    Column("body", Prose, nullable=False),
    Column("changed_at", Micros, nullable=False),
)

channels = define(
    "channels",
    Column("id", Word, primary_key=True),
    Column("person_id", Word, nullable=False, index=True),
    Column("kind", Word, nullable=False),
    Column("url", Prose, nullable=False),
    Column("secret", Prose),
    Column("is_active", Flag, nullable=False),
    Column("created_at", Micros, nullable=False),
    # The circuit breaker: failures in a row, and until when nothing is sent.
    Column("failures", Count, nullable=False),
    Column("rests_until", Micros),
)

keys = define(
    "keys",
    Column("id", Word, primary_key=True),
    Column("name", Prose, nullable=False),
    Column("prefix", Word, nullable=False),
    Column("digest", Digest, nullable=False),
    # Only of keys that sign: what both sides know.
    Column("signing_secret", Prose),
    Column("scopes", Word, nullable=False),
    Column("created_at", Micros, nullable=False),
    Column("revoked_at", Micros),
    UniqueConstraint("digest"),
)

rejections = define(
    "rejections",
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at", Micros, nullable=False, index=True),
    Column("kind", Word, nullable=False),
    Column("code", Word, nullable=False),
    Column("path", Prose, nullable=False),
    Column("body", Prose, nullable=False),
    Column("digest", Digest, nullable=False),
    UniqueConstraint("digest"),
)

replies = define(
    "replies",
    # Answers under an Idempotency-Key, kept for a day.
    Column("key", Digest, primary_key=True),
    Column("request", Digest, nullable=False),
    Column("status", Count, nullable=False),
    Column("body", Prose, nullable=False),
    Column("at", Micros, nullable=False, index=True),
)

forgotten = define(
    "forgotten",
    # Whom we were told to forget, as digests under a secret of this store.
    Column("digest", Digest, primary_key=True),
    Column("at", Micros, nullable=False),
    Column("refused", Count, nullable=False),
)

secrets = define(
    "secrets",
    Column("name", Word, primary_key=True),
    Column("value", Digest, nullable=False),
)
