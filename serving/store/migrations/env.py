"""How Alembic runs the migrations: on a connection that it is given, inside the transaction that is open there."""

from alembic import context

from serving.store import edge_tables, promise_tables, web_tables
from serving.store.migrations.rendering import render_item

# Every module of tables is imported before the metadata is read, or its tables would be none.
_METADATA, *_ = edge_tables.people.metadata, promise_tables.timers, web_tables.users

context.configure(
    **context.config.attributes,
    target_metadata=_METADATA,
    version_table="hotlead_version",
    transactional_ddl=True,
    render_item=render_item,
)
context.run_migrations()
