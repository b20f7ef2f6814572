"""Tables of the pages: who signs in, what they did, and what they did a moment ago and may still take back."""

from sqlalchemy import Column, Index

from serving.store.columns import Digest, Micros, Prose, Serial, Word
from serving.store.tables import define

users = define(
    "users",
    Column("id", Word, primary_key=True),
    Column("name", Prose, nullable=False),
    Column("role", Word, nullable=False),
    # Whom of the people who own leads this is; empty for those who own none.
    Column("person_id", Word, index=True),
    # By argon2, with its salt and parameters; empty until the user chooses one.
    Column("password", Prose),
    Column("created_at", Micros, nullable=False),
    Column("ended_at", Micros),
)

sessions = define(
    "sessions",
    Column("digest", Digest, primary_key=True),
    Column("user_id", Word, nullable=False, index=True),
    Column("created_at", Micros, nullable=False),
    Column("ends_at", Micros, nullable=False, index=True),
)

sign_in_links = define(
    "sign_in_links",
    # Each signs somebody in once.
    Column("digest", Digest, primary_key=True),
    Column("user_id", Word, nullable=False, index=True),
    Column("created_at", Micros, nullable=False),
    Column("ends_at", Micros, nullable=False, index=True),
    Column("used_at", Micros),
)

audit = define(
    "audit",
    # Who did what to what: rows are only added.
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at", Micros, nullable=False),
    Column("who", Word, nullable=False),
    Column("what", Word, nullable=False),
    Column("target", Prose),
    Column("details", Prose, nullable=False),
    Index("ix_audit_who_id", "who", "id"),
    Index("ix_audit_what_id", "what", "id"),
)

held_acts = define(
    "held_acts",
    # Done for whoever looks at a page, and told to the rest once it can no longer be undone.
    Column("id", Word, primary_key=True),
    Column("user_id", Word, nullable=False, index=True),
    Column("lead_id", Word, nullable=False, index=True),
    Column("kind", Word, nullable=False),
    Column("item", Prose, nullable=False),
    Column("made_at", Micros, nullable=False),
    Column("due_at", Micros, nullable=False, index=True),
)
