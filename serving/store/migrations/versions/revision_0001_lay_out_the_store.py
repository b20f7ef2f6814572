"""Lay out the store."""

import sqlalchemy as sa
from alembic import op

Count = sa.BigInteger()
Digest = sa.LargeBinary()
Flag = sa.Boolean()
Micros = sa.BigInteger()
Prose = sa.Text()
Real: sa.Double[float] = sa.Double().with_variant(sa.Double(53), "postgresql")
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Word = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Lay out the store."""
    op.create_table(
        "account_versions",
        sa.Column("account_id", Word, nullable=False),
        sa.Column("version", Count, autoincrement=False, nullable=False),
        sa.Column("attributes", Prose, nullable=False),
        sa.Column("told_at", Micros, nullable=False),
        sa.Column("seq", Count, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "version", name=op.f("pk_account_versions")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", Word, nullable=False),
        sa.Column("version", Count, nullable=False),
        sa.Column("attributes", Prose, nullable=False),
        sa.Column("told_at", Micros, nullable=False),
        sa.Column("moved_at", Micros, nullable=False),
        sa.Column("moved_batch", Word, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_index(op.f("ix_accounts_moved_at"), "accounts", ["moved_at"], unique=False)
    op.create_table(
        "agreements",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("version", Word, nullable=False),
        sa.Column("terms", Prose, nullable=False),
        sa.Column("text", Prose, nullable=False),
        sa.Column("begins_at", Micros, nullable=False),
        sa.Column("ends_at", Micros, nullable=False),
        sa.Column("signed_at", Micros, nullable=False),
        sa.Column("signed_by", Prose, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
    )
    op.create_index(op.f("ix_agreements_version"), "agreements", ["version"], unique=False)
    op.create_table(
        "alerts",
        sa.Column("id", Word, nullable=False),
        sa.Column("lead_id", Word, nullable=False),
        sa.Column("episode", Count, nullable=False),
        sa.Column("score_number", Count, nullable=False),
        sa.Column("origin", Word, nullable=False),
        sa.Column("recipient_id", Word, nullable=False),
        sa.Column("form", Word, nullable=False),
        sa.Column("digest_id", Word, nullable=True),
        sa.Column("created_at", Micros, nullable=False),
        sa.Column("deliver_at", Micros, nullable=False),
        sa.Column("state", Word, nullable=False),
        sa.Column("told_at", Micros, nullable=True),
        sa.Column("notes", Prose, nullable=False),
        sa.Column("acknowledged_at", Micros, nullable=True),
        sa.Column("acknowledged_by", Word, nullable=True),
        sa.Column("level", Count, nullable=False),
        sa.Column("escalate_at", Micros, nullable=True),
        sa.Column("escalate_to", Word, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("lead_id", "episode", name=op.f("uq_alerts_lead_id_episode")),
    )
    op.create_index("ix_alerts_created_at_id", "alerts", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_alerts_digest_id"), "alerts", ["digest_id"], unique=False)
    op.create_index(op.f("ix_alerts_escalate_at"), "alerts", ["escalate_at"], unique=False)
    op.create_index("ix_alerts_recipient_id_created_at", "alerts", ["recipient_id", "created_at"], unique=False)
    op.create_index("ix_alerts_state_deliver_at", "alerts", ["state", "deliver_at"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("delivery_id", Count, nullable=False),
        sa.Column("at", Micros, nullable=False),
        sa.Column("seconds", Real, nullable=False),
        sa.Column("code", Word, nullable=False),
        sa.Column("status", Count, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_delivery_id"), "attempts", ["delivery_id"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("at", Micros, nullable=False),
        sa.Column("who", Word, nullable=False),
        sa.Column("what", Word, nullable=False),
        sa.Column("target", Prose, nullable=True),
        sa.Column("details", Prose, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_what_id", "audit", ["what", "id"], unique=False)
    op.create_index("ix_audit_who_id", "audit", ["who", "id"], unique=False)
    op.create_table(
        "bases",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("model_version", Word, nullable=False),
        sa.Column("fingerprint", Word, nullable=False),
        sa.Column("warm", Real, nullable=False),
        sa.Column("hot", Real, nullable=False),
        sa.Column("withheld", Prose, nullable=True),
        sa.Column("terms_version", Word, nullable=False),
        sa.Column("terms", Prose, nullable=False),
        sa.Column("since", Micros, nullable=False),
        sa.Column("swept_at", Micros, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bases")),
        sa.UniqueConstraint(
            "fingerprint",
            "model_version",
            "terms_version",
            name=op.f("uq_bases_fingerprint_model_version_terms_version"),
        ),
    )
    op.create_table(
        "batches",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("at", Micros, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_batches")),
    )
    op.create_table(
        "channels",
        sa.Column("id", Word, nullable=False),
        sa.Column("person_id", Word, nullable=False),
        sa.Column("kind", Word, nullable=False),
        sa.Column("url", Prose, nullable=False),
        sa.Column("secret", Prose, nullable=True),
        sa.Column("is_active", Flag, nullable=False),
        sa.Column("created_at", Micros, nullable=False),
        sa.Column("failures", Count, nullable=False),
        sa.Column("rests_until", Micros, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
    )
    op.create_index(op.f("ix_channels_person_id"), "channels", ["person_id"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("lead_id", Word, nullable=False),
        sa.Column("key", Digest, nullable=False),
        sa.Column("kind", Word, nullable=False),
        sa.Column("outcome", Word, nullable=True),
        sa.Column("occurred_at", Micros, nullable=False),
        sa.Column("recorded_at", Micros, nullable=False),
        sa.Column("told_by", Word, nullable=True),
        sa.Column("note", Prose, nullable=True),
        sa.Column("seq", Count, nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "key", name=op.f("pk_contacts")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("message_id", Word, nullable=False),
        sa.Column("channel_id", Word, nullable=False),
        sa.Column("state", Word, nullable=False),
        sa.Column("attempts", Count, nullable=False),
        sa.Column("created_at", Micros, nullable=False),
        sa.Column("next_at", Micros, nullable=False),
        sa.Column("leased_by", Word, nullable=True),
        sa.Column("leased_until", Micros, nullable=True),
        sa.Column("delivered_at", Micros, nullable=True),
        sa.Column("code", Word, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("message_id", "channel_id", name=op.f("uq_deliveries_message_id_channel_id")),
    )
    op.create_index("ix_deliveries_state_next_at", "deliveries", ["state", "next_at"], unique=False)
    op.create_table(
        "digests",
        sa.Column("id", Word, nullable=False),
        sa.Column("recipient_id", Word, nullable=False),
        sa.Column("cause", Word, nullable=False),
        sa.Column("due_at", Micros, nullable=False),
        sa.Column("state", Word, nullable=False),
        sa.Column("told_at", Micros, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
        sa.UniqueConstraint("recipient_id", "cause", name=op.f("uq_digests_recipient_id_cause")),
    )
    op.create_index("ix_digests_state_due_at", "digests", ["state", "due_at"], unique=False)
    op.create_table(
        "events",
        sa.Column("lead_id", Word, nullable=False),
        sa.Column("key", Digest, nullable=False),
        sa.Column("type", Word, nullable=False),
        sa.Column("occurred_at", Micros, nullable=False),
        sa.Column("recorded_at", Micros, nullable=False),
        sa.Column("properties", Prose, nullable=True),
        sa.Column("seq", Count, nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "key", name=op.f("pk_events")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "forgotten",
        sa.Column("digest", Digest, nullable=False),
        sa.Column("at", Micros, nullable=False),
        sa.Column("refused", Count, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_forgotten")),
    )
