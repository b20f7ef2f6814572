"""Users of the pages, their sessions and their links to sign in."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from serving.store.web_tables import sessions, sign_in_links, users


def insert_user(connection: Connection, row: Mapping[str, Any]) -> None:
    """Insert a user."""
    connection.execute(users.insert(), row)


def update_user(connection: Connection, user_id: str, **told: Any) -> None:
    """Change what is known of a user."""
    connection.execute(update(users).where(users.c.id == user_id).values(told))


def find_user(connection: Connection, user_id: str) -> Row[Any] | None:
    """Find a user, those that ended too."""
    return connection.execute(select(users).where(users.c.id == user_id)).one_or_none()


def list_users(connection: Connection) -> list[Row[Any]]:
    """List all users, those that ended last."""
    return list(connection.execute(select(users).order_by(users.c.ended_at.is_not(None), users.c.id)))


def has_users(connection: Connection) -> bool:
    """Tell whether there ever was one."""
    return connection.execute(select(users.c.id).limit(1)).scalar() is not None


def count_admins(connection: Connection) -> int:
    """Count who administers."""
    found = select(func.count()).where(users.c.role == "admin", users.c.ended_at.is_(None))
    return connection.execute(found).scalar_one()


def insert_session(connection: Connection, row: Mapping[str, Any]) -> None:
    """Insert a session."""
    connection.execute(sessions.insert(), row)


def find_session_user(connection: Connection, digest: bytes, now: int) -> Row[Any] | None:
    """Find whose session this is, None where it is nobody's or has ended."""
    found = select(users).join(sessions, sessions.c.user_id == users.c.id)
    is_on = (sessions.c.digest == digest) & (sessions.c.ends_at > now) & users.c.ended_at.is_(None)
    return connection.execute(found.where(is_on)).one_or_none()


def delete_session(connection: Connection, digest: bytes) -> None:
    """End a session."""
    connection.execute(delete(sessions).where(sessions.c.digest == digest))


def delete_sessions_of(connection: Connection, user_id: str, *, but: bytes = b"") -> int:
    """End the sessions of a user but for one, and return how many there were."""
    ended = delete(sessions).where(sessions.c.user_id == user_id, sessions.c.digest != but)
    return connection.execute(ended).rowcount


def count_sessions(connection: Connection, now: int) -> dict[str, int]:
    """Count the sessions of each user who has any."""
    found = select(sessions.c.user_id, func.count().label("number")).where(sessions.c.ends_at > now)
    return {row.user_id: row.number for row in connection.execute(found.group_by(sessions.c.user_id))}


def list_linked(connection: Connection, now: int) -> set[str]:
    """List the users who have a link that signs them in."""
    unused = (sign_in_links.c.ends_at > now) & sign_in_links.c.used_at.is_(None)
    return set(connection.execute(select(sign_in_links.c.user_id).where(unused)).scalars())


def insert_link(connection: Connection, row: Mapping[str, Any]) -> None:
    """Insert a link."""
    connection.execute(sign_in_links.insert(), row)


def find_link_user(connection: Connection, digest: bytes, now: int) -> Row[Any] | None:
    """Find whom an unused link signs in, None where it ended."""
    found = select(users).join(sign_in_links, sign_in_links.c.user_id == users.c.id)
    is_on = (sign_in_links.c.digest == digest) & (sign_in_links.c.ends_at > now) & sign_in_links.c.used_at.is_(None)
    return connection.execute(found.where(is_on, users.c.ended_at.is_(None))).one_or_none()


def use_link(connection: Connection, digest: bytes, now: int) -> bool:
    """Mark a link as used, and return whether it was not before."""
    is_new = (sign_in_links.c.digest == digest) & sign_in_links.c.used_at.is_(None)
    return connection.execute(update(sign_in_links).where(is_new).values(used_at=now)).rowcount == 1


def delete_links_of(connection: Connection, user_id: str) -> None:
    """Take the unused links of a user out of use."""
    unused = (sign_in_links.c.user_id == user_id) & sign_in_links.c.used_at.is_(None)
    connection.execute(delete(sign_in_links).where(unused))


def delete_ended(connection: Connection, now: int) -> None:
    """Delete sessions and links that have ended."""
    connection.execute(delete(sessions).where(sessions.c.ends_at <= now))
    connection.execute(delete(sign_in_links).where(sign_in_links.c.ends_at <= now))
