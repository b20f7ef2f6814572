"""${message.capitalize()}."""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """${message.capitalize()}."""
    ${"\n".join(line for line in upgrades.splitlines() if "# ###" not in line).strip()}
