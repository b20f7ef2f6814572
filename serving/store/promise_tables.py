"""Tables of the agreement: its signed versions, the timers that it starts, and what marketing spends."""

from sqlalchemy import Column, Index

from serving.store.columns import Count, Micros, Prose, Real, Serial, Word
from serving.store.tables import define, narrow

agreements = define(
    "agreements",
    # One row a signature; a later one prevails over the days that both hold.
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("version", Word, nullable=False, index=True),
    # The terms as canonical JSON, and the file as it was signed.
    Column("terms", Prose, nullable=False),
    Column("text", Prose, nullable=False),
    # In force from the first instant to the one before the second.
    Column("begins_at", Micros, nullable=False),
    Column("ends_at", Micros, nullable=False),
    Column("signed_at", Micros, nullable=False),
    Column("signed_by", Prose, nullable=False),
)

_UNDONE = "met_at IS NULL AND ended_at IS NULL"

timers = define(
    "timers",
    # One row a duty to a lead from one hand-over: fixed when it starts, followed with every fact of the lead.
    Column("lead_id", Word, primary_key=True),
    Column("started_at", Micros, primary_key=True, autoincrement=False),
    Column("duty", Word, primary_key=True),
    Column("due_at", Micros, nullable=False),
    Column("owner_id", Word),
    Column("bucket", Word),
    Column("terms_version", Word, nullable=False),
    Column("wanted", Count, nullable=False),
    Column("met_at", Micros),
    Column("ended_at", Micros),
    # When somebody was told that it was not kept; empty as long as nobody was.
    Column("told_at", Micros),
    Index("ix_timers_started_at", "started_at"),
    Index("ix_timers_due_at", "due_at"),
    # What is still to be done, the most pressing first.
    Index("ix_timers_undone", "due_at", "lead_id", **narrow(sqlite=_UNDONE, postgresql=_UNDONE)),
)

spending = define(
    "spending",
    # What a marketing channel cost in a calendar month.
    Column("channel", Word, primary_key=True),
    Column("month", Word, primary_key=True),
    Column("euros", Real, nullable=False),
    Column("told_at", Micros, nullable=False),
)
