"""Signing: terms are put in force for days, and the store knows which were in force at any instant."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Pool, Row

from agreement.calendar.periods import Period
from agreement.paper.signing import Signature, check_name, check_signers, choose_days, choose_in_force
from agreement.terms import Terms, parse_terms
from serving.store.agreements import (
    Stamp,
    find_version,
    insert_agreement,
    list_agreements,
    list_page,
    lock_signing,
    read_stamp,
)

# A pool is one a database, however many engines with options of their own are made of it.
_KNOWN: WeakKeyDictionary[Pool, tuple[Stamp, tuple[Signature, ...]]] = WeakKeyDictionary()
_GUARD = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Terms that may be signed: the text that they were read from, and for which days, in their zone."""

    terms: Terms
    text: str
    days: Period


class UnknownVersion(LookupError):
    """Nobody has signed a version of this name."""


def find_terms_at(connection: Connection, at: int, otherwise: Terms) -> Terms:
    """Find the terms that were in force at an instant.

    Parameters
    ----------
    at
        Microseconds since 1970.
    otherwise
        What was in force before the first signature begins.
    """
    return choose_in_force(read_signatures(connection), at, otherwise).terms


def read_signatures(connection: Connection) -> tuple[Signature, ...]:
    """Read all signatures in the order of signing; the store is asked for them where it has a new one."""
    stamp, pool = read_stamp(connection), connection.engine.pool
    with _GUARD:
        known = _KNOWN.get(pool)
    if known is not None and known[0] == stamp:
        return known[1]
    signatures = () if stamp is None else tuple(read_signature(row) for row in list_agreements(connection))
    with _GUARD:
        _KNOWN[pool] = stamp, signatures
    return signatures


def get_signature(connection: Connection, version: str) -> Signature:
    """Get the latest signature of a version.

    Raises
    ------
    UnknownVersion
        If nobody has signed it.
    """
    row = find_version(connection, version)
    if row is None:
        raise UnknownVersion("nobody has signed this version: GET /v1/agreement/versions lists those that are")
    return read_signature(row)


def browse_signatures(connection: Connection, *, most: int, before: int | None) -> list[Signature]:
    """Browse what was signed, the latest first."""
    rows = list_page(connection, most=most, after=None if before is None else (before,))
    return [read_signature(row) for row in rows]


def propose(text: str, *, begins: date | None = None, ends: date | None = None, now: int) -> Proposal:
    """Propose the text of a file for some days: from today until the goal's end, unless others are named.

    Raises
    ------
    BadTerms
        If nobody could hold to the text.
    BadSignature
        If nobody could hold to it on these days, or its name cannot be kept.
    """
    terms = parse_terms(text)
    check_name(terms)
    return Proposal(terms=terms, text=text, days=choose_days(terms, begins=begins, ends=ends, now=now))


def sign(connection: Connection, proposal: Proposal, *, signed_by: Sequence[str], now: int) -> Signature:
    """Put a proposal in force; what was signed before stays, and gives way where the days are the same.

    Parameters
    ----------
    signed_by
        Who signs, for both sides.
    now
        Microseconds since 1970.

    Raises
    ------
    BadSignature
        If fewer than two sign.
    """
    terms, days = proposal.terms, proposal.days
    lock_signing(connection)
    row = {
        "version": terms.version,
        "terms": terms.to_json(),
        "text": proposal.text,
        "begins_at": days.begins_at,
        "ends_at": days.ends_at,
        "signed_at": now,
        "signed_by": json.dumps(check_signers(signed_by), ensure_ascii=False),
    }
    number = insert_agreement(connection, row)
    return _make_signature(number=number, terms=terms, row=row)


def read_signature(row: Row[Any]) -> Signature:
    """Read a signature from its row."""
    return _make_signature(number=row.id, terms=_read_terms(row.terms), row=row._mapping)


def _make_signature(*, number: int, terms: Terms, row: Any) -> Signature:
    told = {name: row[name] for name in ("text", "begins_at", "ends_at", "signed_at")}
    return Signature(number=number, terms=terms, signed_by=tuple(json.loads(row["signed_by"])), **told)


@lru_cache(maxsize=64)
def _read_terms(text: str) -> Terms:
    return Terms.from_json(text)
