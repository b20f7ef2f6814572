"""How Alembic runs the migrations: on a connection that it is given, inside the transaction that is open there."""

from alembic import context

from serving.store import edge_tables
from serving.store.migrations.rendering import render_item

context.configure(
    **context.config.attributes,
    target_metadata=edge_tables.people.metadata,
    version_table="hotlead_version",
    transactional_ddl=True,
    render_item=render_item,
)
context.run_migrations()
