"""Lending: databases of a PostgreSQL server that are as good as new, without copying one for each test."""

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import psycopg
from psycopg import sql

from tests.postgres import PostgresServer

_SHAPE = """
SELECT md5(string_agg(concat_ws(' ', c.relkind, c.relname, a.attname, a.atttypid::regtype, a.attnotnull), ','
                      ORDER BY c.relname, a.attnum))
    || (SELECT md5(coalesce(string_agg(concat(t.tgname, t.tgenabled), ',' ORDER BY t.tgrelid, t.tgname), ''))
        FROM pg_trigger t WHERE NOT t.tgisinternal)
    || (SELECT md5(coalesce(string_agg(n.conname::text, ',' ORDER BY n.conname), ''))
        FROM pg_constraint n WHERE n.connamespace = 'public'::regnamespace)
FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'public'::regnamespace
"""
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_USED = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
_HANG_UP = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_Connection = psycopg.Connection[Any]


class Lender:
    """Lends copies of a template; one that comes back is emptied, or dropped where more than rows changed.

    Parameters
    ----------
    template
        A migrated database: what rows it has, its copies keep.
    """

    def __init__(self, server: PostgresServer, template: str) -> None:
        self._server, self._template = server, template
        self._free: list[str] = []
        self._count = 0
        with closing(_connect(server, template)) as connection:
            tables = _list_column(connection, _TABLES)
            self._kept = _find_filled(connection, tables)
            self._emptied = [table for table in tables if table not in self._kept]
            self._sign = self._describe(connection)

    def take(self) -> str:
        """Return the name of a database that nobody uses."""
        if self._free:
            return self._free.pop()
        self._count += 1
        name = f"{self._template}_{self._count}"
        self._server.create_database(name, self._template)
        return name

    def give_back(self, name: str) -> None:
        """Take a database back, whoever is still connected."""
        with closing(_connect(self._server, name)) as connection:
            connection.execute(_HANG_UP)
            is_whole = self._describe(connection) == self._sign
            if is_whole:
                self._empty(connection)
        if is_whole:
            self._free.append(name)
        else:
            self._server.drop_database(name)

    def _empty(self, connection: _Connection) -> None:
        if filled := _find_filled(connection, self._emptied):
            tables = sql.SQL(", ").join(map(sql.Identifier, filled))
            connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables))
        for sequence in _list_column(connection, _USED):
            connection.execute(sql.SQL("ALTER SEQUENCE {} RESTART").format(sql.Identifier(sequence)))

    def _describe(self, connection: _Connection) -> Sequence[Any]:
        """Describe the tables, and the rows that are to stay."""
        rows = sql.SQL("SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {} t")
        asked = [sql.SQL(_SHAPE), *(rows.format(sql.Identifier(table)) for table in self._kept)]
        return [connection.execute(each).fetchone() for each in asked]


def _connect(server: PostgresServer, name: str) -> _Connection:
    return psycopg.connect(server.url(name), autocommit=True)


def _list_column(connection: _Connection, query: str) -> list[str]:
    return sorted(row[0] for row in connection.execute(sql.SQL(query)))


def _find_filled(connection: _Connection, tables: Sequence[str]) -> list[str]:
    """Find which tables have rows."""
    has_rows = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    asked = [has_rows.format(sql.Literal(table), sql.Identifier(table)) for table in tables]
    return sorted(row[0] for row in connection.execute(sql.SQL(" UNION ALL ").join(asked)))
