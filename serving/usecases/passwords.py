"""Passwords, kept by argon2: looking at one takes 64 MB and a core for a moment, so no transaction waits for it."""

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_LETTERS, MOST_LETTERS = 12, 1_000
_HASHER = PasswordHasher()


class BadPassword(ValueError):
    """A password is too short, too long, or the name that it goes with."""


def hash_password(user_id: str, password: str) -> str:
    """Return what a new password is kept as.

    Raises
    ------
    BadPassword
        If it does not fit.
    """
    if not LEAST_LETTERS <= len(password) <= MOST_LETTERS:
        raise BadPassword(
            f"choose a password of {LEAST_LETTERS} to {MOST_LETTERS:,} letters: a sentence is a good one"
        )
    if password.lower() == user_id.lower():
        raise BadPassword("choose a password that is not your name")
    return _HASHER.hash(password)


def verify_password(kept: str | None, password: str) -> bool:
    """Tell whether a password is the kept one; where none is kept, refusing takes as long."""
    try:
        return _HASHER.verify(kept or _take_nobodys(), password[:MOST_LETTERS]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def renew_hash(kept: str, password: str) -> str | None:
    """Return what a right password is kept as from now on, None where that stays."""
    return _HASHER.hash(password) if _HASHER.check_needs_rehash(kept) else None


@lru_cache(maxsize=1)
def _take_nobodys() -> str:
    """Return what the password of who is not known would be kept as: nobody has it."""
    return _HASHER.hash(secrets.token_hex(16))
