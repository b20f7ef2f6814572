"""Stories: everything that happened to one lead, of whatever kind, in one order of time, page by page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal, or_, select, union_all

from serving.store.pages import read_page
from serving.store.tables import alerts, bases, contacts, events, notes, scores, stage_changes

Place = tuple[int, int, Any]
"""Where something stands in a story: its moment, the rank of its kind, and what tells it apart within that kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of happening: where it is kept, and by which columns it is ordered."""

    name: str
    choose: Callable[[str], Select[Any]]
    at: str
    key: str


def _choose_news(lead_id: str) -> Select[Any]:
    """Choose the scores that differ from the one before; looks that found nothing new are no happening."""
    before = {name: func.lag(scores.c[name]).over(order_by=scores.c.number) for name in ("score", "bucket")}
    named = [column.label(f"{name}_before") for name, column in before.items()]
    own = select(scores, *named).where(scores.c.lead_id == lead_id).subquery()
    is_news = or_(
        own.c.score_before.is_(None), own.c.score_before != own.c.score, own.c.bucket_before != own.c.bucket
    )
    return select(own, bases.c.withheld).join(bases, bases.c.id == own.c.basis_id).where(is_news)


KINDS = (
    Kind(
        name="event",
        choose=lambda its_id: select(events).where(events.c.lead_id == its_id),
        at="occurred_at",
        key="key",
    ),
    Kind(name="score", choose=_choose_news, at="as_of", key="number"),
    Kind(
        name="alert",
        choose=lambda its_id: select(alerts).where(alerts.c.lead_id == its_id),
        at="created_at",
        key="id",
    ),
    Kind(
        name="contact",
        choose=lambda its_id: select(contacts).where(contacts.c.lead_id == its_id),
        at="occurred_at",
        key="key",
    ),
    Kind(
        name="stage",
        choose=lambda its_id: select(stage_changes).where(stage_changes.c.lead_id == its_id),
        at="occurred_at",
        key="key",
    ),
    Kind(
        name="note",
        choose=lambda its_id: select(notes).where(notes.c.lead_id == its_id),
        at="occurred_at",
        key="key",
    ),
)
"""In the order in which happenings of one moment follow each other: what a lead does comes before its score."""


def list_happenings(
    connection: Connection, lead_id: str, rank: int, *, most: int, before: Place | None = None
) -> list[Row[Any]]:
    """List happenings of one kind, the latest first, those that stand before a place in the story."""
    chosen = KINDS[rank].choose(lead_id)
    keys = [_find_column(chosen, KINDS[rank].at), _find_column(chosen, KINDS[rank].key)]
    if before is None:
        return read_page(connection, chosen, keys, most=most)
    at, its_rank, key = before
    if rank == its_rank:
        return read_page(connection, chosen, keys, most=most, after=(at, key))
    return read_page(connection, chosen.where(keys[0] < at + (rank < its_rank)), keys, most=most)


def find_first_moment(connection: Connection, lead_id: str) -> int | None:
    """Find when anything first happened to a lead."""
    firsts = []
    for kind in KINDS:
        own = kind.choose(lead_id).subquery()
        firsts.append(select(func.min(own.c[kind.at]).label("at")))
    every = union_all(*firsts).subquery()
    found: int | None = connection.execute(select(func.min(every.c.at))).scalar()
    return found


def count_doings(
    connection: Connection, lead_id: str, *, begins_at: int, ends_at: int, width: int
) -> list[tuple[int, str, int]]:
    """Count what a lead did in each of the stretches of a span: number of the stretch, type, how often."""
    # A parameter that stands in two places is two parameters to PostgreSQL, so the number is written out.
    slot = _divide(events.c.occurred_at - literal(begins_at), width)
    inside = (events.c.lead_id == lead_id, events.c.occurred_at >= begins_at, events.c.occurred_at < ends_at)
    counted = select(slot.label("slot"), events.c.type).where(*inside).subquery()
    found = select(counted.c.slot, counted.c.type, func.count()).group_by(counted.c.slot, counted.c.type)
    return [tuple(row) for row in connection.execute(found.order_by(counted.c.slot, counted.c.type))]


def list_marks(
    connection: Connection, lead_id: str, rank: int, *, begins_at: int, ends_at: int, most: int
) -> Sequence[Row[Any]]:
    """List the latest happenings of one kind within a span, in the order of time."""
    chosen = KINDS[rank].choose(lead_id)
    at, key = _find_column(chosen, KINDS[rank].at), _find_column(chosen, KINDS[rank].key)
    inside = chosen.where(at >= begins_at, at < ends_at).order_by(at.desc(), key.desc()).limit(most)
    return list(reversed(connection.execute(inside).all()))


def list_score_points(connection: Connection, lead_id: str, *, begins_at: int) -> Sequence[Row[Any]]:
    """List a lead's scores from a moment on with the thresholds of each, and ahead of them the one true then."""
    columns = (scores.c.as_of, scores.c.probability, scores.c.score, scores.c.bucket)
    own = select(*columns, bases.c.warm, bases.c.hot, bases.c.withheld)
    own = own.join(bases, bases.c.id == scores.c.basis_id).where(scores.c.lead_id == lead_id)
    before = select(func.max(scores.c.number)).where(scores.c.lead_id == lead_id, scores.c.as_of <= begins_at)
    first = func.coalesce(before.scalar_subquery(), 0)
    return list(connection.execute(own.where(scores.c.number >= first).order_by(scores.c.number)))


def _divide(column: ColumnElement[int], width: int) -> ColumnElement[int]:
    return column // literal(width)


def _find_column(chosen: Select[Any], name: str) -> ColumnElement[Any]:
    return next(column for column in chosen.selected_columns if column.key == name)
