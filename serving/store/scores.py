"""Scores: the ledger, one entry for every score given, and the bases they were computed by."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from serving.store.tables import bases, scores


def insert_scores(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert entries of the ledger."""
    if rows:
        connection.execute(scores.insert(), list(rows))


def list_scores(connection: Connection, lead_id: str, *, most: int, before: int | None = None) -> list[Any]:
    """List a lead's entries with their bases, the latest first."""
    found = select(
        scores, bases.c.model_version, bases.c.fingerprint, bases.c.hot, bases.c.warm, bases.c.terms_version
    )
    found = found.join(bases, bases.c.id == scores.c.basis_id).where(scores.c.lead_id == lead_id)
    if before is not None:
        found = found.where(scores.c.number < before)
    return list(connection.execute(found.order_by(scores.c.number.desc()).limit(most)))


def find_basis(connection: Connection, version: str, fingerprint: str, terms_version: str) -> int | None:
    """Find the number of a basis."""
    found: int | None = connection.execute(
        select(bases.c.id).where(
            bases.c.fingerprint == fingerprint,
            bases.c.model_version == version,
            bases.c.terms_version == terms_version,
        )
    ).scalar()
    return found


def insert_basis(connection: Connection, basis: Mapping[str, Any]) -> None:
    """Insert a basis, unless somebody else just has."""
    connection.execute(insert(bases).on_conflict_do_nothing(), basis)
