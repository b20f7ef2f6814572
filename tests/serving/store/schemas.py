"""What a database's schema is, to the last collation, as plain lines to compare."""

from sqlalchemy import Connection, text

_POSTGRES = (
    """SELECT table_name, column_name, ordinal_position, data_type, numeric_precision, is_nullable, column_default,
    collation_name FROM information_schema.columns WHERE table_schema = 'public'""",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace""",
)


def read_schema(connection: Connection) -> set[str]:
    """Read the schema of the store, without the table of its version."""
    lines = _read_sqlite(connection) if connection.dialect.name == "sqlite" else _read_postgres(connection)
    return {line for line in lines if "hotlead_version" not in line}


def _read_sqlite(connection: Connection) -> list[str]:
    found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    return [f"{name}: {' '.join(sql.split())}" for name, sql in found]


def _read_postgres(connection: Connection) -> list[str]:
    return [str(tuple(row)) for query in _POSTGRES for row in connection.execute(text(query))]
