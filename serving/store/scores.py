"""Scores: the ledger, one entry for every score given, and the bases they were computed by."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.dialects.postgresql import insert

from serving.store.tables import bases, leads, scores


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


def read_score_histories(connection: Connection, *, since: int, until: int) -> Iterator[Any]:
    """Read the scores of leads from one instant to before another, lead by lead in order.

    Ahead of them comes the last score that each lead had before: by it one knows how it stood.
    """
    earlier = select(scores.c.lead_id, func.max(scores.c.number).label("number")).where(scores.c.as_of < since)
    before = earlier.group_by(scores.c.lead_id).subquery()
    found = select(scores.c.lead_id, scores.c.as_of, scores.c.probability, scores.c.origin)
    found = found.outerjoin(before, before.c.lead_id == scores.c.lead_id)
    chosen = (scores.c.as_of < until, scores.c.number >= func.coalesce(before.c.number, 0))
    yield from connection.execute(found.where(*chosen).order_by(scores.c.lead_id, scores.c.number))


def find_first_scoring(connection: Connection) -> int | None:
    """Find since when there have been scores."""
    found: int | None = connection.execute(select(func.min(bases.c.since))).scalar()
    return found


def find_latest_basis(connection: Connection) -> Row[Any] | None:
    """Find the basis of the score that was given last."""
    latest = select(leads.c.basis_id).where(leads.c.scored_at.is_not(None)).order_by(leads.c.scored_at.desc())
    return connection.execute(select(bases).where(bases.c.id == latest.limit(1).scalar_subquery())).one_or_none()


def list_buckets(connection: Connection, lead_ids: Collection[str]) -> dict[str, list[tuple[int, str]]]:
    """List the buckets of leads and since when, for each lead in the order of its ledger."""
    found = select(scores.c.lead_id, scores.c.as_of, scores.c.bucket).where(scores.c.lead_id.in_(sorted(lead_ids)))
    listed: dict[str, list[tuple[int, str]]] = {}
    for lead_id, as_of, bucket in connection.execute(found.order_by(scores.c.lead_id, scores.c.number)):
        listed.setdefault(lead_id, []).append((as_of, bucket))
    return listed
