"""Lending databases: whoever is lent one finds it as new, whatever others did to theirs."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.lending import Lender
from tests.postgres import PostgresServer

_TABLES = """
CREATE TABLE told (version text);
INSERT INTO told VALUES ('1');
CREATE TABLE parents (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
CREATE TABLE children (parent_id int REFERENCES parents);
"""


@pytest.fixture
def lender(postgres_server: PostgresServer) -> Iterator[Lender]:
    """A lender of databases with a few tables."""
    with psycopg.connect(postgres_server.create_database("shaped"), autocommit=True) as connection:
        connection.execute(_TABLES)
    yield Lender(postgres_server, "shaped")
    postgres_server.drop_database("shaped")


def do(server: PostgresServer, name: str, statement: str) -> list[tuple[object, ...]]:
    """Do something to a database, and return what it answers."""
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        found = connection.execute(statement)  # type: ignore[call-overload]
        return [] if found.description is None else list(found.fetchall())


def test_one_that_comes_back_is_empty_and_counts_anew(postgres_server: PostgresServer, lender: Lender) -> None:
    """Rows are gone but for those of the template, and the numbers of new ones begin again."""
    name = lender.take()
    do(postgres_server, name, "INSERT INTO parents (name) VALUES ('a'); INSERT INTO children VALUES (1)")
    idle = psycopg.connect(postgres_server.url(name))
    idle.execute("SELECT FROM parents")
    lender.give_back(name)
    idle.close()
    assert lender.take() == name
    assert do(postgres_server, name, "SELECT count(*) FROM parents, children") == [(0,)]
    assert do(postgres_server, name, "SELECT version FROM told") == [("1",)]
    assert do(postgres_server, name, "INSERT INTO parents (name) VALUES ('b') RETURNING id") == [(1,)]
    postgres_server.drop_database(name)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE children ADD COLUMN age int",
        "ALTER TABLE children DROP CONSTRAINT children_parent_id_fkey",
        "DROP TABLE children",
        "CREATE INDEX late ON parents (name)",
        "UPDATE told SET version = '2'",
        "DELETE FROM told",
    ],
)
def test_one_that_was_rebuilt_is_not_lent_again(
    postgres_server: PostgresServer, lender: Lender, statement: str
) -> None:
    """Where more than rows changed, the next one is another."""
    name = lender.take()
    do(postgres_server, name, statement)
    lender.give_back(name)
    other = lender.take()
    assert other != name
    postgres_server.drop_database(other)
