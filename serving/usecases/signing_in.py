"""Signing in: users, their passwords and one-time links, and the sessions that these begin."""

import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row

from features.times import DAY
from serving.store import users as store
from serving.store.secrets import find_secret, keep_secret
from serving.usecases.auditing import record_audit
from serving.usecases.passwords import hash_password, renew_hash, verify_password
from serving.usecases.rights import Role, Visitor, read_visitor

SESSION_LASTS = 14 * DAY
LINK_LASTS = DAY
_PAGES = "pages"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}")


class WrongPassword(PermissionError):
    """The name or the password is wrong."""


class EndedLink(PermissionError):
    """The link was used, has ended, or never was one."""


class BadUser(ValueError):
    """A user's id, name or role does not fit."""


class UnknownUser(LookupError):
    """There is no user of this id."""


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


def add_user(
    connection: Connection, *, user_id: str, name: str, role: str, person_id: str | None, at: int, by: str
) -> Visitor:
    """Add a user without a password, or bring one back who had ended.

    Raises
    ------
    BadUser
        If there is one already, or something does not fit.
    """
    row = _read_user(user_id, name, role, person_id)
    known = store.find_user(connection, user_id)
    if known is not None and known.ended_at is None:
        raise BadUser(f"there is a user {user_id} already: choose another name to sign in by")
    if known is None:
        store.insert_user(connection, {**row, "password": None, "created_at": at, "ended_at": None})
    else:
        store.update_user(connection, user_id, **row, password=None, ended_at=None)
    record_audit(connection, at=at, who=by, what="user.add", target=user_id, role=role)
    return get_user(connection, user_id)


def change_user(
    connection: Connection, *, user_id: str, name: str, role: str, person_id: str | None, at: int, by: str
) -> Visitor:
    """Change a user's name, role or person; another role ends their sessions.

    Raises
    ------
    BadUser
        If something does not fit, or nobody would administer any more.
    UnknownUser
        If there is none.
    """
    before = get_user(connection, user_id)
    _check_admins(connection, before, role)
    store.update_user(connection, user_id, **_read_user(user_id, name, role, person_id))
    if role != before.role:
        store.delete_sessions_of(connection, user_id)
    record_audit(connection, at=at, who=by, what="user.change", target=user_id, role=role)
    return get_user(connection, user_id)


def end_user(connection: Connection, user_id: str, *, at: int, by: str) -> None:
    """Take a user's access away, at once and everywhere.

    Raises
    ------
    BadUser
        If nobody would administer any more.
    UnknownUser
        If there is none.
    """
    _check_admins(connection, get_user(connection, user_id), None)
    store.update_user(connection, user_id, ended_at=at, password=None)
    store.delete_sessions_of(connection, user_id)
    store.delete_links_of(connection, user_id)
    record_audit(connection, at=at, who=by, what="user.end", target=user_id)


def get_user(connection: Connection, user_id: str) -> Visitor:
    """Get a user.

    Raises
    ------
    UnknownUser
        If there is none, or their access was taken away.
    """
    row = store.find_user(connection, user_id)
    if row is None or row.ended_at is not None:
        raise UnknownUser("there is no user of this id: `hotlead users list` shows them")
    return read_visitor(row)


def make_link(connection: Connection, user_id: str, *, at: int, by: str) -> str:
    """Make the token of a link that signs a user in once, within a day; links made before end."""
    get_user(connection, user_id)
    token = secrets.token_urlsafe(32)
    store.delete_links_of(connection, user_id)
    row = {"digest": digest_token(token), "user_id": user_id, "created_at": at, "ends_at": at + LINK_LASTS}
    store.insert_link(connection, {**row, "used_at": None})
    record_audit(connection, at=at, who=by, what="user.link", target=user_id)
    return token


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


def digest_token(token: str) -> bytes:
    """Return what a token is kept as."""
    return sha256(token.encode()).digest()


def _begin(connection: Connection, row: Row[Any], at: int, *, how: str) -> Session:
    token = secrets.token_urlsafe(32)
    store.delete_ended(connection, at)
    session = {"digest": digest_token(token), "user_id": row.id, "created_at": at, "ends_at": at + SESSION_LASTS}
    store.insert_session(connection, session)
    record_audit(connection, at=at, who=row.id, what="session.begin", how=how)
    return Session(visitor=read_visitor(row), token=token)


def _check_admins(connection: Connection, before: Visitor, role: str | None) -> None:
    if before.role is Role.ADMIN and role != Role.ADMIN and store.count_admins(connection) == 1:
        raise BadUser("somebody must administer: make another admin first")


def _read_user(user_id: str, name: str, role: str, person_id: str | None) -> dict[str, Any]:
    if not _ID.fullmatch(user_id):
        raise BadUser("a user signs in by 1 to 100 letters, digits and . _ @ + -, such as anna@example.com")
    name = name.strip()
    if not name or len(name) > 200 or not name.isprintable():
        raise BadUser("give the user a name of 1 to 200 printable characters")
    if role not in [known.value for known in Role]:
        raise BadUser(f"a role is one of {', '.join(Role)}")
    return {"id": user_id, "name": name, "role": role, "person_id": person_id or None}
