"""The tables: facts are only added (versions, events, scores, journal); what is true now stands beside them."""

from typing import Any

from sqlalchemy import Column, Index, MetaData, Table, UniqueConstraint, text

from serving.store.columns import Count, Digest, Flag, Micros, Prose, Real, Serial, Word

_NAMES = {kind: f"{kind}_%(table_name)s_%(column_0_N_name)s" for kind in ("ix", "uq")} | {"pk": "pk_%(table_name)s"}
metadata = MetaData(naming_convention=_NAMES)


def define(name: str, *parts: Column[Any] | Index | UniqueConstraint, **options: Any) -> Table:
    """Define a table of the store."""
    return Table(name, metadata, *parts, **options)


def narrow(*, sqlite: str, postgresql: str) -> dict[str, Any]:
    """Return what lets an index hold some rows only, as each database says it."""
    return {"sqlite_where": text(sqlite), "postgresql_where": text(postgresql)}


# Said as `agenda.IS_OPEN` says it, which no database takes for the condition that narrows a search.
_OPEN = narrow(sqlite="coalesce(is_open, 0) = 1", postgresql="coalesce(is_open, false)")
_HOT = narrow(sqlite="episode_is_open = 1", postgresql="episode_is_open")
_SNOOZED = narrow(sqlite="snoozed_until IS NOT NULL", postgresql="snoozed_until IS NOT NULL")

batches = define(
    "batches",
    # One row a committed transaction that adds facts: the order in which facts became known.
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("at", Micros, nullable=False),
)

accounts = define(
    "accounts",
    Column("id", Word, primary_key=True),
    Column("version", Count, nullable=False),
    Column("attributes", Prose, nullable=False),
    Column("told_at", Micros, nullable=False),
    # When something of it or of one of its leads changed: the others are looked at again.
    Column("moved_at", Micros, nullable=False, index=True),
    # The import that moved it, "" for one without a name; empty where something happened just then.
    Column("moved_batch", Word),
)

account_versions = define(
    "account_versions",
    Column("account_id", Word, primary_key=True),
    Column("version", Count, primary_key=True, autoincrement=False),
    Column("attributes", Prose, nullable=False),
    Column("told_at", Micros, nullable=False),
    Column("seq", Count, nullable=False),
)

leads = define(
    "leads",
    Column("id", Word, primary_key=True),
    Column("version", Count, nullable=False),
    Column("account_id", Word, index=True),
    Column("attributes", Prose, nullable=False),
    Column("created_at", Micros),
    Column("told_at", Micros, nullable=False),
    Column("received_at", Micros, nullable=False),
    # The batch of its last event: a history remembered under this number is whole.
    Column("facts_seq", Count, nullable=False),
    Column("owner_id", Word),
    Column("stage", Word, nullable=False),
    Column("stage_at", Micros, nullable=False),
    Column("is_open", Flag, nullable=False),
    # The latest score, as in its ledger entry.
    Column("score_number", Count, nullable=False),
    Column("basis_id", Count),
    Column("scored_at", Micros),
    Column("probability", Real),
    Column("score", Count),
    Column("bucket", Word),
    # When silence alone may change the score; empty for leads that are closed.
    Column("look_at", Micros, index=True),
    Column("episode", Count, nullable=False),
    Column("episode_is_open", Flag, nullable=False),
    Column("entered_at", Micros),
    Column("below_since", Micros),
    Column("left_at", Micros),
    Column("snoozed_until", Micros),
    # When it is to be looked at whether it can be handed over, and when it wakes; empty for most leads.
    Column("hand_over_at", Micros, index=True),
    Column("wake_at", Micros, index=True),
    Index("ix_leads_score_id", "score", "id"),
    Index("ix_leads_scored_at_id", "scored_at", "id"),
    Index("ix_leads_basis", "is_open", "basis_id", "id"),
    # Queues hold open leads only: those that were won pile up where scores are high.
    Index("ix_leads_queue", "bucket", "score", "id", **_OPEN),
    Index("ix_leads_own_queue", "owner_id", "is_open", "bucket", "score", "id"),
    Index("ix_leads_hot", "entered_at", "id", **_HOT),
    Index("ix_leads_snoozed", "snoozed_until", "id", **_SNOOZED),
)

lead_versions = define(
    "lead_versions",
    Column("lead_id", Word, primary_key=True),
    Column("version", Count, primary_key=True, autoincrement=False),
    Column("account_id", Word, index=True),
    Column("attributes", Prose, nullable=False),
    Column("created_at", Micros),
    Column("told_at", Micros, nullable=False),
    Column("seq", Count, nullable=False),
)

events = define(
    "events",
    # Clustered by lead: a history is read in one stretch, and one tree both stores it and refuses repetitions.
    Column("lead_id", Word, primary_key=True),
    Column("key", Digest, primary_key=True),
    Column("type", Word, nullable=False),
    Column("occurred_at", Micros, nullable=False),
    Column("recorded_at", Micros, nullable=False),
    Column("properties", Prose),
    Column("seq", Count, nullable=False),
    sqlite_with_rowid=False,
)

waiting_leads = define(
    "waiting_leads",
    # Leads that events speak of and that nobody has told us of yet.
    Column("lead_id", Word, primary_key=True),
    Column("since", Micros, nullable=False, index=True),
)

stage_changes = define(
    "stage_changes",
    Column("lead_id", Word, primary_key=True),
    Column("key", Digest, primary_key=True),
    Column("stage", Word, nullable=False),
    Column("occurred_at", Micros, nullable=False),
    Column("recorded_at", Micros, nullable=False),
    Column("told_by", Word),
    Column("note", Prose),
    # handed_over, accepted, rejected …; empty where somebody only told of it.
    Column("act", Word),
    Column("reason", Word),
    # When a recycled lead wakes.
    Column("until", Micros),
    # Euros of the deal.
    Column("value", Real),
    Column("seq", Count, nullable=False),
    Index("ix_stage_changes_occurred_at", "occurred_at"),
)

contacts = define(
    "contacts",
    Column("lead_id", Word, primary_key=True),
    Column("key", Digest, primary_key=True),
    Column("kind", Word, nullable=False),
    Column("outcome", Word),
    Column("occurred_at", Micros, nullable=False),
    Column("recorded_at", Micros, nullable=False),
    Column("told_by", Word),
    Column("note", Prose),
    Column("seq", Count, nullable=False),
)

notes = define(
    "notes",
    # What people wrote down about a lead; it counts as no contact.
    Column("lead_id", Word, primary_key=True),
    Column("key", Digest, primary_key=True),
    Column("text", Prose, nullable=False),
    Column("occurred_at", Micros, nullable=False),
    Column("recorded_at", Micros, nullable=False),
    Column("told_by", Word),
    Column("seq", Count, nullable=False),
)

bases = define(
    "bases",
    # What a score was computed by: a model and the terms of that day.
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("model_version", Word, nullable=False),
    Column("fingerprint", Word, nullable=False),
    Column("warm", Real, nullable=False),
    Column("hot", Real, nullable=False),
    Column("withheld", Prose),
    Column("terms_version", Word, nullable=False),
    Column("terms", Prose, nullable=False),
    Column("since", Micros, nullable=False),
    Column("swept_at", Micros),
    UniqueConstraint("fingerprint", "model_version", "terms_version"),
)

scores = define(
    "scores",
    # Clustered by lead, and numbered within it.
    Column("lead_id", Word, primary_key=True),
    Column("number", Count, primary_key=True, autoincrement=False),
    Column("as_of", Micros, nullable=False),
    Column("seq", Count, nullable=False),
    Column("basis_id", Count, nullable=False),
    Column("origin", Word, nullable=False),
    Column("log_odds", Real, nullable=False),
    Column("probability", Real, nullable=False),
    Column("score", Count, nullable=False),
    Column("bucket", Word, nullable=False),
    Column("low_confidence", Flag, nullable=False),
    Column("reasons", Prose, nullable=False),
    sqlite_with_rowid=False,
)

journal = define(
    "journal",
    # What was decided about a lead, and why: what `hotlead why` reads.
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("lead_id", Word, nullable=False),
    Column("at", Micros, nullable=False),
    Column("what", Word, nullable=False),
    Column("details", Prose, nullable=False),
    Index("ix_journal_lead_id_id", "lead_id", "id"),
)

alerts = define(
    "alerts",
    Column("id", Word, primary_key=True),
    Column("lead_id", Word, nullable=False),
    Column("episode", Count, nullable=False),
    Column("score_number", Count, nullable=False),
    Column("origin", Word, nullable=False),
    Column("recipient_id", Word, nullable=False),
    Column("form", Word, nullable=False),
    Column("digest_id", Word, index=True),
    Column("created_at", Micros, nullable=False),
    Column("deliver_at", Micros, nullable=False),
    # waiting, told, dropped
    Column("state", Word, nullable=False),
    Column("told_at", Micros),
    Column("notes", Prose, nullable=False),
    Column("acknowledged_at", Micros),
    Column("acknowledged_by", Word),
    Column("level", Count, nullable=False),
    Column("escalate_at", Micros, index=True),
    Column("escalate_to", Word),
    UniqueConstraint("lead_id", "episode"),
    Index("ix_alerts_state_deliver_at", "state", "deliver_at"),
    Index("ix_alerts_recipient_id_created_at", "recipient_id", "created_at"),
    Index("ix_alerts_created_at_id", "created_at", "id"),
)

digests = define(
    "digests",
    Column("id", Word, primary_key=True),
    Column("recipient_id", Word, nullable=False),
    Column("cause", Word, nullable=False),
    Column("due_at", Micros, nullable=False),
    # waiting, told, dropped
    Column("state", Word, nullable=False),
    Column("told_at", Micros),
    UniqueConstraint("recipient_id", "cause"),
    Index("ix_digests_state_due_at", "state", "due_at"),
)

messages = define(
    "messages",
    # What is told, as it was told: every attempt and every channel sends the same.
    Column("id", Word, primary_key=True),
    Column("alert_id", Word, index=True),
    Column("digest_id", Word, index=True),
    Column("recipient_id", Word, nullable=False),
    Column("kind", Word, nullable=False),
    Column("created_at", Micros, nullable=False),
    Column("body", Prose, nullable=False),
)

deliveries = define(
    "deliveries",
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("message_id", Word, nullable=False),
    Column("channel_id", Word, nullable=False),
    # due, delivered, dead
    Column("state", Word, nullable=False),
    Column("attempts", Count, nullable=False),
    Column("created_at", Micros, nullable=False),
    Column("next_at", Micros, nullable=False),
    Column("leased_by", Word),
    Column("leased_until", Micros),
    Column("delivered_at", Micros),
    Column("code", Word),
    UniqueConstraint("message_id", "channel_id"),
    Index("ix_deliveries_state_next_at", "state", "next_at"),
)

attempts = define(
    "attempts",
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("delivery_id", Count, nullable=False, index=True),
    Column("at", Micros, nullable=False),
    Column("seconds", Real, nullable=False),
    Column("code", Word, nullable=False),
    Column("status", Count),
)
