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

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Lay out the store."""
    op.create_table(
        "held_acts",
        sa.Column("id", Word, nullable=False),
        sa.Column("user_id", Word, nullable=False),
        sa.Column("lead_id", Word, nullable=False),
        sa.Column("kind", Word, nullable=False),
        sa.Column("item", Prose, nullable=False),
        sa.Column("made_at", Micros, nullable=False),
        sa.Column("due_at", Micros, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_acts")),
    )
    op.create_index(op.f("ix_held_acts_due_at"), "held_acts", ["due_at"], unique=False)
    op.create_index(op.f("ix_held_acts_lead_id"), "held_acts", ["lead_id"], unique=False)
    op.create_index(op.f("ix_held_acts_user_id"), "held_acts", ["user_id"], unique=False)
    op.create_table(
        "journal",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("lead_id", Word, nullable=False),
        sa.Column("at", Micros, nullable=False),
        sa.Column("what", Word, nullable=False),
        sa.Column("details", Prose, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    op.create_index("ix_journal_lead_id_id", "journal", ["lead_id", "id"], unique=False)
    op.create_table(
        "keys",
        sa.Column("id", Word, nullable=False),
        sa.Column("name", Prose, nullable=False),
        sa.Column("prefix", Word, nullable=False),
        sa.Column("digest", Digest, nullable=False),
        sa.Column("signing_secret", Prose, nullable=True),
        sa.Column("scopes", Word, nullable=False),
        sa.Column("created_at", Micros, nullable=False),
        sa.Column("revoked_at", Micros, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_keys_digest")),
    )
    op.create_table(
        "lead_versions",
        sa.Column("lead_id", Word, nullable=False),
        sa.Column("version", Count, autoincrement=False, nullable=False),
        sa.Column("account_id", Word, nullable=True),
        sa.Column("attributes", Prose, nullable=False),
        sa.Column("created_at", Micros, nullable=True),
        sa.Column("told_at", Micros, nullable=False),
        sa.Column("seq", Count, nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "version", name=op.f("pk_lead_versions")),
    )
    op.create_index(op.f("ix_lead_versions_account_id"), "lead_versions", ["account_id"], unique=False)
    op.create_table(
        "leads",
        sa.Column("id", Word, nullable=False),
        sa.Column("version", Count, nullable=False),
        sa.Column("account_id", Word, nullable=True),
        sa.Column("attributes", Prose, nullable=False),
        sa.Column("created_at", Micros, nullable=True),
        sa.Column("told_at", Micros, nullable=False),
        sa.Column("received_at", Micros, nullable=False),
        sa.Column("facts_seq", Count, nullable=False),
        sa.Column("owner_id", Word, nullable=True),
        sa.Column("stage", Word, nullable=False),
        sa.Column("stage_at", Micros, nullable=False),
        sa.Column("is_open", Flag, nullable=False),
        sa.Column("score_number", Count, nullable=False),
        sa.Column("basis_id", Count, nullable=True),
        sa.Column("scored_at", Micros, nullable=True),
        sa.Column("probability", Real, nullable=True),
        sa.Column("score", Count, nullable=True),
        sa.Column("bucket", Word, nullable=True),
        sa.Column("look_at", Micros, nullable=True),
        sa.Column("episode", Count, nullable=False),
        sa.Column("episode_is_open", Flag, nullable=False),
        sa.Column("entered_at", Micros, nullable=True),
        sa.Column("below_since", Micros, nullable=True),
        sa.Column("left_at", Micros, nullable=True),
        sa.Column("snoozed_until", Micros, nullable=True),
        sa.Column("hand_over_at", Micros, nullable=True),
        sa.Column("wake_at", Micros, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
    )
    op.create_index(op.f("ix_leads_account_id"), "leads", ["account_id"], unique=False)
    op.create_index("ix_leads_basis", "leads", ["is_open", "basis_id", "id"], unique=False)
    op.create_index(op.f("ix_leads_hand_over_at"), "leads", ["hand_over_at"], unique=False)
    op.create_index(
        "ix_leads_hot",
        "leads",
        ["entered_at", "id"],
        unique=False,
        sqlite_where=sa.text("episode_is_open = 1"),
        postgresql_where=sa.text("episode_is_open"),
    )
    op.create_index(op.f("ix_leads_look_at"), "leads", ["look_at"], unique=False)
    op.create_index("ix_leads_own_queue", "leads", ["owner_id", "is_open", "bucket", "score", "id"], unique=False)
    op.create_index(
        "ix_leads_queue",
        "leads",
        ["bucket", "score", "id"],
        unique=False,
        sqlite_where=sa.text("coalesce(is_open, 0) = 1"),
        postgresql_where=sa.text("coalesce(is_open, false)"),
    )
    op.create_index("ix_leads_score_id", "leads", ["score", "id"], unique=False)
    op.create_index("ix_leads_scored_at_id", "leads", ["scored_at", "id"], unique=False)
    op.create_index(
        "ix_leads_snoozed",
        "leads",
        ["snoozed_until", "id"],
        unique=False,
        sqlite_where=sa.text("snoozed_until IS NOT NULL"),
        postgresql_where=sa.text("snoozed_until IS NOT NULL"),
    )
    op.create_index(op.f("ix_leads_wake_at"), "leads", ["wake_at"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", Word, nullable=False),
        sa.Column("alert_id", Word, nullable=True),
        sa.Column("digest_id", Word, nullable=True),
        sa.Column("recipient_id", Word, nullable=False),
        sa.Column("kind", Word, nullable=False),
        sa.Column("created_at", Micros, nullable=False),
        sa.Column("body", Prose, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index(op.f("ix_messages_alert_id"), "messages", ["alert_id"], unique=False)
    op.create_index(op.f("ix_messages_digest_id"), "messages", ["digest_id"], unique=False)
    op.create_table(
        "notes",
        sa.Column("lead_id", Word, nullable=False),
        sa.Column("key", Digest, nullable=False),
        sa.Column("text", Prose, nullable=False),
        sa.Column("occurred_at", Micros, nullable=False),
        sa.Column("recorded_at", Micros, nullable=False),
        sa.Column("told_by", Word, nullable=True),
        sa.Column("seq", Count, nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "key", name=op.f("pk_notes")),
    )
    op.create_table(
        "people",
        sa.Column("id", Word, nullable=False),
        sa.Column("body", Prose, nullable=False),
        sa.Column("changed_at", Micros, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_table(
        "rejections",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("at", Micros, nullable=False),
        sa.Column("kind", Word, nullable=False),
        sa.Column("code", Word, nullable=False),
        sa.Column("path", Prose, nullable=False),
        sa.Column("body", Prose, nullable=False),
        sa.Column("digest", Digest, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejections")),
        sa.UniqueConstraint("digest", name=op.f("uq_rejections_digest")),
    )
    op.create_index(op.f("ix_rejections_at"), "rejections", ["at"], unique=False)
    op.create_table(
        "replies",
        sa.Column("key", Digest, nullable=False),
        sa.Column("request", Digest, nullable=False),
        sa.Column("status", Count, nullable=False),
        sa.Column("body", Prose, nullable=False),
        sa.Column("at", Micros, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_replies")),
    )
    op.create_index(op.f("ix_replies_at"), "replies", ["at"], unique=False)
    op.create_table(
        "scores",
        sa.Column("lead_id", Word, nullable=False),
        sa.Column("number", Count, autoincrement=False, nullable=False),
        sa.Column("as_of", Micros, nullable=False),
        sa.Column("seq", Count, nullable=False),
        sa.Column("basis_id", Count, nullable=False),
        sa.Column("origin", Word, nullable=False),
        sa.Column("log_odds", Real, nullable=False),
        sa.Column("probability", Real, nullable=False),
        sa.Column("score", Count, nullable=False),
        sa.Column("bucket", Word, nullable=False),
        sa.Column("low_confidence", Flag, nullable=False),
        sa.Column("reasons", Prose, nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "number", name=op.f("pk_scores")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "secrets",
        sa.Column("name", Word, nullable=False),
        sa.Column("value", Digest, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secrets")),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", Digest, nullable=False),
        sa.Column("user_id", Word, nullable=False),
        sa.Column("created_at", Micros, nullable=False),
        sa.Column("ends_at", Micros, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_ends_at"), "sessions", ["ends_at"], unique=False)
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "sign_in_links",
        sa.Column("digest", Digest, nullable=False),
        sa.Column("user_id", Word, nullable=False),
        sa.Column("created_at", Micros, nullable=False),
        sa.Column("ends_at", Micros, nullable=False),
        sa.Column("used_at", Micros, nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_in_links")),
    )
    op.create_index(op.f("ix_sign_in_links_ends_at"), "sign_in_links", ["ends_at"], unique=False)
    op.create_index(op.f("ix_sign_in_links_user_id"), "sign_in_links", ["user_id"], unique=False)
