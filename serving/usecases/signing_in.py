"""Signing in: by a password or by a link that works once, and the sessions that these begin."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row

from features.times import DAY
from serving.store import users as store
from serving.store.secrets import find_secret, keep_secret
from serving.usecases.auditing import record_audit
from serving.usecases.enrolling import digest_token, get_user
from serving.usecases.passwords import hash_password, renew_hash, verify_password
from serving.usecases.rights import Visitor, read_visitor

SESSION_LASTS = 14 * DAY
_PAGES = "pages"


class WrongPassword(PermissionError):
    """The name or the password is wrong."""


class EndedLink(PermissionError):
    """The link was used, has ended, or never was one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session just begun; its token is shown once, as a cookie, and kept as a digest."""

    visitor: Visitor
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a password is held against, read before anything is written; None where nobody signs in so."""

    user_id: str
    kept: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A password that was right, and what it is kept as from now on where that changes."""

    proof: Proof
    renewed: str | None = field(default=None, repr=False)


def read_proof(connection: Connection, user_id: str) -> Proof:
    """Read what a password is held against."""
    row = store.find_user(connection, user_id)
    return Proof(user_id=user_id, kept=None if row is None or row.ended_at is not None else row.password)


def check_password(proof: Proof, password: str) -> Checked:
    """Check a password, slowly.

    Raises
    ------
    WrongPassword
        If the name or the password is wrong; nobody learns which.
    """
    if not verify_password(proof.kept, password) or proof.kept is None:
        raise WrongPassword("the name or the password is wrong")
    return Checked(proof=proof, renewed=renew_hash(proof.kept, password))


def sign_in(connection: Connection, checked: Checked, *, at: int) -> Session:
    """Begin a session by a password that was right.

    Raises
    ------
    WrongPassword
        If it was changed, or access was taken away, since it was read.
    """
    proof = checked.proof
    row = store.find_user(connection, proof.user_id)
    if row is None or row.ended_at is not None or row.password != proof.kept:
        raise WrongPassword("the name or the password is wrong")
    if checked.renewed is not None:
        store.update_user(connection, proof.user_id, password=checked.renewed)
    return _begin(connection, row, at, how="password")


def sign_in_by_link(connection: Connection, token: str, *, at: int) -> Session:
    """Begin a session by a link.

    Raises
    ------
    EndedLink
        If it signs nobody in.
    """
    digest = digest_token(token)
    row = store.find_link_user(connection, digest, at)
    if row is None or not store.use_link(connection, digest, at):
        raise EndedLink("this link has been used or has ended: ask for another, or sign in with your password")
    return _begin(connection, row, at, how="link")


def has_link(connection: Connection, token: str, now: int) -> bool:
    """Tell whether a link still signs somebody in."""
    return store.find_link_user(connection, digest_token(token), now) is not None


def sign_out(connection: Connection, token: str, *, at: int, by: str) -> None:
    """End a session."""
    store.delete_session(connection, digest_token(token))
    record_audit(connection, at=at, who=by, what="session.end")


def sign_out_everywhere(connection: Connection, user_id: str, *, at: int, by: str) -> int:
    """End all sessions of a user, and return how many there were."""
    number = store.delete_sessions_of(connection, user_id)
    record_audit(connection, at=at, who=by, what="session.end_all", target=user_id, sessions=number)
    return number


def set_password(connection: Connection, user_id: str, password: str, *, at: int, by: str, token: str = "") -> None:
    """Set a user's password, and end their sessions but for the one of the token.

    Raises
    ------
    BadPassword
        If it does not fit.
    UnknownUser
        If there is no such user.
    """
    save_password(connection, user_id, hash_password(user_id, password), at=at, by=by, token=token)


def save_password(connection: Connection, user_id: str, kept: str, *, at: int, by: str, token: str = "") -> None:
    """Save what `hash_password` made, and end the user's sessions but for the one of the token.

    Raises
    ------
    UnknownUser
        If there is no such user.
    """
    get_user(connection, user_id)
    store.update_user(connection, user_id, password=kept)
    store.delete_sessions_of(connection, user_id, but=digest_token(token))
    record_audit(connection, at=at, who=by, what="user.password", target=user_id)


def find_visitor(connection: Connection, token: str, now: int) -> Visitor | None:
    """Find whose session a cookie is, None where it is nobody's."""
    row = store.find_session_user(connection, digest_token(token), now)
    return None if row is None else read_visitor(row)


def count_sessions(connection: Connection, user_id: str, now: int) -> int:
    """Count in how many browsers a user is signed in."""
    return store.count_sessions(connection, now).get(user_id, 0)


def has_users(connection: Connection) -> bool:
    """Tell whether anybody was ever let in by name."""
    return store.has_users(connection)


def take_page_secret(connection: Connection) -> bytes:
    """Take the secret that signs what pages send back to us; made where there is none yet."""
    found = find_secret(connection, _PAGES)
    return keep_secret(connection, _PAGES, secrets.token_bytes(32)) if found is None else found


def _begin(connection: Connection, row: Row[Any], at: int, *, how: str) -> Session:
    token = secrets.token_urlsafe(32)
    store.delete_ended(connection, at)
    session = {"digest": digest_token(token), "user_id": row.id, "created_at": at, "ends_at": at + SESSION_LASTS}
    store.insert_session(connection, session)
    record_audit(connection, at=at, who=row.id, what="session.begin", how=how)
    return Session(visitor=read_visitor(row), token=token)
