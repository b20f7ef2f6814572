"""Admitting: keys are made, stored as digests, known again, and revoked."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from serving.store.database import Database
from serving.store.edge_tables import keys
from serving.store.keys import find_key, list_keys
from serving.usecases.admitting import (
    BadKeyName,
    NewKey,
    UnknownKey,
    UnknownScope,
    add_key,
    check_form,
    find_prefix,
    make_key,
    read_known_keys,
    revoke_key,
)

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _add(database: Database, *, name: str = "CRM", at: int = 1, seed: int = 1, signs: bool = False) -> NewKey:
    with database.writing() as connection:
        return add_key(
            connection, name=name, scopes=["ingest", "score"], at=at, randomness=random.Random(seed), signs=signs
        )


@given(seed=st.integers(0, 2**64), place=st.integers(0, 49), letter=st.sampled_from(_BASE62 + "_- é"))
@settings(max_examples=200)
def test_a_key_has_its_form_and_no_slip_of_the_pen_keeps_it(seed: int, place: int, letter: str) -> None:
    """Every key made has the form, and no key with one letter changed has."""
    text = make_key(random.Random(seed))
    assert re.fullmatch(r"hl_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}", text)
    assert check_form(text.encode())
    slipped = text[:place] + letter + text[place + 1 :]
    assert check_form(slipped.encode()) is (slipped == text)


@given(text=st.binary(max_size=80))
def test_garbage_has_no_form(text: bytes) -> None:
    """Bytes of any kind are judged without an error."""
    assert not check_form(text)
    assert find_prefix(text) is None or text.startswith(b"hl_")


def test_the_checksum_is_crc32_in_base_62() -> None:
    """The last six letters are the CRC-32 of those before, largest digit first."""
    from zlib import crc32

    text = make_key(random.Random(3))
    number = 0
    for letter in text[-6:]:
        number = number * 62 + _BASE62.index(letter)
    assert number == crc32(text[:-6].encode())


def test_keys_differ() -> None:
    """A thousand keys of one source are a thousand keys, with ids of their own."""
    randomness = random.Random(5)
    made = {make_key(randomness) for _ in range(1_000)}
    assert len(made) == len({text[:11] for text in made}) == 1_000


def test_the_store_knows_a_key_by_its_digest_alone(database: Database) -> None:
    """No column holds more of a key than its public prefix."""
    new = _add(database)
    with database.reading() as connection:
        (row,) = connection.execute(select(keys)).mappings()
    assert row["prefix"] == new.text[:11]
    assert len(row["digest"]) == 32
    assert not any(new.text[12:] in str(value) for value in row.values())
    assert new.text not in repr(new)


def test_a_stored_key_is_read_as_it_was_made(database: Database) -> None:
    """Reading gives back what was written, in the order of making."""
    second, first = _add(database, at=2, seed=2), _add(database, at=1, seed=1, signs=True)
    with database.reading() as connection:
        assert list_keys(connection) == [first.stored, second.stored]
        assert find_key(connection, first.stored.id) == first.stored
        assert find_key(connection, "nobody") is None


def test_a_revoked_key_keeps_its_row_and_its_moment(database: Database) -> None:
    """Revoking twice changes nothing, by id or by prefix, and the row stays."""
    new = _add(database)
    with database.writing() as connection:
        assert revoke_key(connection, new.stored.prefix, at=5).revoked_at == 5
        assert revoke_key(connection, new.stored.id, at=9).revoked_at == 5
        assert [key.revoked_at for key in list_keys(connection)] == [5]


def test_an_unknown_key_cannot_be_revoked(database: Database) -> None:
    """A wrong id is told, with where to look."""
    with database.writing() as connection, pytest.raises(UnknownKey, match="hotlead keys list"):
        revoke_key(connection, "nobody", at=1)


def test_revoking_the_last_key_does_not_open_the_door(database: Database) -> None:
    """A store is open as long as it never had a key; with its last one revoked, it knows nobody."""
    with database.reading() as connection:
        assert read_known_keys(connection).is_open
    new = _add(database)
    with database.writing() as connection:
        revoke_key(connection, new.stored.id, at=2)
        known = read_known_keys(connection)
    assert not known.is_open
    assert not known.by_digest
    assert not known.signers


def test_a_signing_secret_is_no_key_to_show(database: Database) -> None:
    """A key that signs is known by its secret, and no digest of it opens anything."""
    new = _add(database, signs=True)
    with database.reading() as connection:
        known = read_known_keys(connection)
    assert re.fullmatch(r"whsec_[0-9A-Za-z+/]{43}=", new.text)
    assert [signer.secret for signer in known.signers] == [new.text]
    assert not known.by_digest
    assert new.text not in repr(known)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00b", "x" * 201, "\u202e"])
def test_a_key_needs_a_name_that_can_be_printed(sqlite_url: str, name: str) -> None:
    """A name that is blank, endless or would disturb a terminal is refused, and nothing is stored."""
    database = Database(sqlite_url)
    with pytest.raises(BadKeyName):
        _add(database, name=name)
    with database.reading() as connection:
        assert list_keys(connection) == []
    database.close()


@pytest.mark.parametrize("scopes", [[], ["foo"], ["ingest", "Admin"], ["ingest score"], [""]])
def test_a_key_needs_scopes_that_there_are(sqlite_url: str, scopes: list[str]) -> None:
    """No scope and unknown scopes are refused with the choices."""
    database = Database(sqlite_url)
    with (
        pytest.raises(UnknownScope, match="ingest, score, read, admin"),
        database.writing() as connection,
    ):
        add_key(connection, name="CRM", scopes=scopes, at=1, randomness=random.Random(1))
    database.close()
