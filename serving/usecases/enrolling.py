"""Enrolling: who is a user of the pages, what each may do, and the links that let them in."""

import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from features.times import DAY
from serving.store import users as store
from serving.usecases.auditing import record_audit
from serving.usecases.rights import Role, Visitor, read_visitor

LINK_LASTS = DAY
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}")


class BadUser(ValueError):
    """A user's id, name or role does not fit."""


class UnknownUser(LookupError):
    """There is no user of this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A user, and how they get in."""

    visitor: Visitor
    has_password: bool
    has_link: bool
    n_sessions: int
    created_at: int
    ended_at: int | None


def list_enrolled(connection: Connection, now: int) -> list[Enrolled]:
    """List all users, those whose access has ended last."""
    sessions, linked = store.count_sessions(connection, now), store.list_linked(connection, now)
    return [
        Enrolled(
            visitor=read_visitor(row),
            has_password=row.password is not None,
            has_link=row.id in linked,
            n_sessions=sessions.get(row.id, 0),
            created_at=row.created_at,
            ended_at=row.ended_at,
        )
        for row in store.list_users(connection)
    ]


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


def digest_token(token: str) -> bytes:
    """Return what a token is kept as."""
    return sha256(token.encode()).digest()


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
