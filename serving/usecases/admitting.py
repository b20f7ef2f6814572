"""Admitting: makes keys, knows them again by their digests, and says what each may do."""

import re
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from random import Random
from zlib import crc32

from sqlalchemy import Connection

from serving.store import keys as key_rows
from serving.store.keys import StoredKey
from serving.store.users import has_users

SCOPES = ("ingest", "score", "read", "admin")
"""What a key may do; ``admin`` includes the others."""

KEY_BYTES = 50
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FORM = re.compile(rb"hl_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}")
_PREFIX = re.compile(rb"hl_[0-9A-Za-z]{8}(?=_)")
_CHECKSUM_LENGTH = 6
_SECRET_BYTES = 32
_LONGEST_NAME = 200


class UnknownScope(ValueError):
    """No key can have this scope."""


class BadKeyName(ValueError):
    """A key's name is blank, too long, or holds control characters."""


class UnknownKey(LookupError):
    """There is no key of this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """Who asks: the key that was shown, and what it may do."""

    key_id: str
    name: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Tell whether the caller may do this."""
        return scope in self.scopes or "admin" in self.scopes


ANYBODY_HERE = Admitted(key_id="", name="anybody on this machine", scopes=frozenset(SCOPES))
"""Who asks a store that never had a key or a user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A caller that signs what it sends."""

    admitted: Admitted
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKeys:
    """The active keys by their digests, those that sign, and whether the store never had any, nor a user."""

    by_digest: Mapping[bytes, Admitted]
    signers: tuple[Signer, ...]
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key just made; its text is shown once and kept nowhere, a signing secret is kept to check signatures."""

    stored: StoredKey
    text: str = field(repr=False)


def make_key(randomness: Random) -> str:
    """Make the text of a key: ``hl_``, 8 letters that name it, ``_``, 32 secret ones and a checksum of 6."""
    key_id, secret = ("".join(randomness.choices(_ALPHABET, k=length)) for length in (8, 32))
    text = f"hl_{key_id}_{secret}"
    return text + _compute_checksum(text.encode())


def check_form(text: bytes) -> bool:
    """Check whether a text could be a key at all: its form, and its checksum, which finds slips of the pen."""
    if len(text) != KEY_BYTES or not _FORM.fullmatch(text):
        return False
    told = text[-_CHECKSUM_LENGTH:].decode()
    return told == _compute_checksum(text[:-_CHECKSUM_LENGTH])


def find_prefix(text: bytes) -> bytes | None:
    """Find the public part of what looks like a key, which names it and opens nothing."""
    found = _PREFIX.match(text)
    return found and found[0]


def add_key(
    connection: Connection,
    *,
    name: str,
    scopes: Collection[str],
    at: int,
    randomness: Random,
    signs: bool = False,
) -> NewKey:
    """Make a key and store it: as a digest, or with its secret where the caller will sign.

    Raises
    ------
    BadKeyName, UnknownScope
        If the name or a scope does not fit.
    """
    text = make_key(randomness)
    secret = _make_secret(randomness) if signs else None
    stored = StoredKey(
        id=text[3:11],
        name=_read_name(name),
        prefix="whsec" if signs else text[:11],
        digest=sha256((secret or text).encode()).digest(),
        signing_secret=secret,
        scopes=_read_scopes(scopes),
        created_at=at,
    )
    key_rows.insert_key(connection, stored)
    return NewKey(stored=stored, text=secret or text)


def revoke_key(connection: Connection, key_id: str, *, at: int) -> StoredKey:
    """Revoke a key by its id or by its prefix, and return it; one that was revoked before stays as it is.

    Raises
    ------
    UnknownKey
        If there is none.
    """
    key = key_rows.find_key(connection, key_id.removeprefix("hl_"))
    if key is None:
        raise UnknownKey("there is no key of this id: `hotlead keys list` shows them")
    if key.revoked_at is None:
        key_rows.revoke_key(connection, key.id, at)
        key = replace(key, revoked_at=at)
    return key


def read_known_keys(connection: Connection) -> KnownKeys:
    """Read the keys that are in force."""
    stored = key_rows.list_keys(connection)
    active = [key for key in stored if key.revoked_at is None]
    return KnownKeys(
        by_digest={key.digest: _admit(key) for key in active if key.signing_secret is None},
        signers=tuple(
            Signer(admitted=_admit(key), secret=key.signing_secret) for key in active if key.signing_secret
        ),
        # Revoking the last key must not open the door to everybody, and users sign in so that we know who asks.
        is_open=not stored and not has_users(connection),
    )


def check_scope_name(scope: str) -> None:
    """Check that a scope is one of ours.

    Raises
    ------
    UnknownScope
        If it is not.
    """
    if scope not in SCOPES:
        raise UnknownScope(f"a scope is one of {', '.join(SCOPES)}")


def _admit(key: StoredKey) -> Admitted:
    return Admitted(key_id=key.id, name=key.name, scopes=key.scopes)


def _compute_checksum(text: bytes) -> str:
    left, letters = crc32(text), []
    for _ in range(_CHECKSUM_LENGTH):
        left, letter = divmod(left, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return "".join(reversed(letters))


def _make_secret(randomness: Random) -> str:
    return "whsec_" + b64encode(randomness.randbytes(_SECRET_BYTES)).decode()


def _read_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise BadKeyName(f"give the key a name of 1 to {_LONGEST_NAME} printable characters: --name CRM")
    return name


def _read_scopes(scopes: Collection[str]) -> frozenset[str]:
    for scope in scopes or ("",):
        check_scope_name(scope)
    return frozenset(scopes)
