"""Auditing: who did what to what by a page, in the same transaction that does it."""

from typing import Any

import msgspec
from sqlalchemy import Connection

from serving.store.audit import insert_audit

_ENCODER = msgspec.json.Encoder()


def record_audit(
    connection: Connection, *, at: int, who: str, what: str, target: str | None = None, **details: Any
) -> None:
    """Record that somebody did something.

    Parameters
    ----------
    who
        The user's id; "" for anybody on this machine.
    what
        Words joined by dots, the place before what is done there: ``lead.accept``, ``session.begin``.
    target
        The id of what it was done to.
    details
        Plain data; never a secret, and of a lead nothing but ids.
    """
    row = {"at": at, "who": who, "what": what, "target": target, "details": _ENCODER.encode(details).decode()}
    insert_audit(connection, [row])
