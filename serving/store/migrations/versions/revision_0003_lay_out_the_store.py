"""Lay out the store."""

import sqlalchemy as sa
from alembic import op

Count = sa.BigInteger()
Digest = sa.LargeBinary()
Micros = sa.BigInteger()
Prose = sa.Text()
Real: sa.Double[float] = sa.Double().with_variant(sa.Double(53), "postgresql")
Word = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Lay out the store."""
    op.create_table(
        "spending",
        sa.Column("channel", Word, nullable=False),
        sa.Column("month", Word, nullable=False),
        sa.Column("euros", Real, nullable=False),
        sa.Column("told_at", Micros, nullable=False),
        sa.PrimaryKeyConstraint("channel", "month", name=op.f("pk_spending")),
    )
    op.create_table(
        "stage_changes",
        sa.Column("lead_id", Word, nullable=False),
        sa.Column("key", Digest, nullable=False),
        sa.Column("stage", Word, nullable=False),
        sa.Column("occurred_at", Micros, nullable=False),
        sa.Column("recorded_at", Micros, nullable=False),
        sa.Column("told_by", Word, nullable=True),
        sa.Column("note", Prose, nullable=True),
        sa.Column("act", Word, nullable=True),
        sa.Column("reason", Word, nullable=True),
        sa.Column("until", Micros, nullable=True),
        sa.Column("value", Real, nullable=True),
        sa.Column("seq", Count, nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "key", name=op.f("pk_stage_changes")),
    )
    op.create_index("ix_stage_changes_occurred_at", "stage_changes", ["occurred_at"], unique=False)
    op.create_table(
        "timers",
        sa.Column("lead_id", Word, nullable=False),
        sa.Column("started_at", Micros, autoincrement=False, nullable=False),
        sa.Column("duty", Word, nullable=False),
        sa.Column("due_at", Micros, nullable=False),
        sa.Column("owner_id", Word, nullable=True),
        sa.Column("bucket", Word, nullable=True),
        sa.Column("terms_version", Word, nullable=False),
        sa.Column("wanted", Count, nullable=False),
        sa.Column("met_at", Micros, nullable=True),
        sa.Column("ended_at", Micros, nullable=True),
        sa.Column("told_at", Micros, nullable=True),
        sa.PrimaryKeyConstraint("lead_id", "started_at", "duty", name=op.f("pk_timers")),
    )
    op.create_index("ix_timers_due_at", "timers", ["due_at"], unique=False)
    op.create_index("ix_timers_started_at", "timers", ["started_at"], unique=False)
    op.create_index(
        "ix_timers_undone",
        "timers",
        ["due_at", "lead_id"],
        unique=False,
        sqlite_where=sa.text("met_at IS NULL AND ended_at IS NULL"),
        postgresql_where=sa.text("met_at IS NULL AND ended_at IS NULL"),
    )
    op.create_table(
        "users",
        sa.Column("id", Word, nullable=False),
        sa.Column("name", Prose, nullable=False),
        sa.Column("role", Word, nullable=False),
        sa.Column("person_id", Word, nullable=True),
        sa.Column("password", Prose, nullable=True),
        sa.Column("created_at", Micros, nullable=False),
        sa.Column("ended_at", Micros, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index(op.f("ix_users_person_id"), "users", ["person_id"], unique=False)
    op.create_table(
        "waiting_leads",
        sa.Column("lead_id", Word, nullable=False),
        sa.Column("since", Micros, nullable=False),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_waiting_leads")),
    )
    op.create_index(op.f("ix_waiting_leads_since"), "waiting_leads", ["since"], unique=False)
