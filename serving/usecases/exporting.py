"""Exporting: leads, scores and alerts as plain rows, page by page, each page in a transaction of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, select

from features.times import to_datetime
from serving.store.database import Database
from serving.store.leads import NOBODY_TOLD
from serving.store.pages import read_page
from serving.store.promise_tables import timers
from serving.store.tables import alerts, bases, leads, notes, scores, stage_changes

PAGE = 2_000
Cell = str | int | float | bool | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A list that can be exported: its columns, and the query and the keys by which it is read."""

    columns: tuple[str, ...]
    moments: frozenset[str]
    build: Callable[[], Select[Any]]
    keys: tuple[ColumnElement[Any], ...]


def count_rows(database: Database, export: Export) -> int:
    """Count the rows of a list."""
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(export.build().subquery())).scalar_one())


def read_rows(database: Database, export: Export, *, page: int = PAGE) -> Iterator[Sequence[Sequence[Cell]]]:
    """Read the rows of a list in the order of their keys, a page at a time.

    What changes meanwhile is there as it was before or after; no row comes twice, and none that stays is missing.
    """
    after = None
    while True:
        with database.reading() as connection:
            rows = read_page(connection, export.build(), export.keys, most=page, after=after, is_rising=True)
        if not rows:
            return
        yield [_read(row, export) for row in rows]
        after = tuple(rows[-1]._mapping[key] for key in export.keys)


def _read(row: Row[Any], export: Export) -> list[Cell]:
    told = row._mapping
    return [
        to_datetime(told[name]) if name in export.moments and told[name] is not None else told[name]
        for name in export.columns
    ]


def _hide_withheld(probability: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return no probability where the model vouches for the rank alone."""
    return case((bases.c.withheld.is_(None), probability), else_=None).label("probability")


def _choose_leads() -> Select[Any]:
    own = [leads.c[name] for name in _LEAD_COLUMNS if name not in ("is_hot", "probability", "model_version")]
    chosen = select(
        *own,
        leads.c.episode_is_open.label("is_hot"),
        _hide_withheld(leads.c.probability),
        bases.c.model_version,
    )
    return chosen.outerjoin(bases, bases.c.id == leads.c.basis_id).where(leads.c.version != NOBODY_TOLD)


def _choose_scores() -> Select[Any]:
    own = [
        scores.c[name] for name in _SCORE_COLUMNS if name not in ("probability", "model_version", "terms_version")
    ]
    chosen = select(*own, _hide_withheld(scores.c.probability), bases.c.model_version, bases.c.terms_version)
    return chosen.join(bases, bases.c.id == scores.c.basis_id)


def _choose_alerts() -> Select[Any]:
    return select(*(alerts.c[name] for name in _ALERT_COLUMNS))


_LEAD_COLUMNS = (
    "id",
    "account_id",
    "owner_id",
    "stage",
    "is_open",
    "score",
    "probability",
    "bucket",
    "is_hot",
    "scored_at",
    "created_at",
    "received_at",
    "snoozed_until",
    "model_version",
    "attributes",
)
_SCORE_COLUMNS = (
    "lead_id",
    "number",
    "as_of",
    "score",
    "probability",
    "bucket",
    "low_confidence",
    "origin",
    "model_version",
    "terms_version",
    "reasons",
)
_ALERT_COLUMNS = (
    "id",
    "lead_id",
    "episode",
    "recipient_id",
    "form",
    "origin",
    "state",
    "created_at",
    "deliver_at",
    "told_at",
    "acknowledged_at",
    "acknowledged_by",
    "level",
)
_STAGE_COLUMNS = (
    "lead_id",
    "stage",
    "occurred_at",
    "recorded_at",
    "act",
    "reason",
    "until",
    "value",
    "told_by",
    "note",
)
_NOTE_COLUMNS = ("lead_id", "text", "occurred_at", "recorded_at", "told_by")
_TIMER_COLUMNS = (
    "lead_id",
    "duty",
    "started_at",
    "due_at",
    "met_at",
    "ended_at",
    "owner_id",
    "bucket",
    "wanted",
    "terms_version",
)
EXPORTS: Mapping[str, Export] = {
    "leads": Export(
        columns=_LEAD_COLUMNS,
        moments=frozenset(("scored_at", "created_at", "received_at", "snoozed_until")),
        build=_choose_leads,
        keys=(leads.c.id,),
    ),
    "scores": Export(
        columns=_SCORE_COLUMNS,
        moments=frozenset(("as_of",)),
        build=_choose_scores,
        keys=(scores.c.lead_id, scores.c.number),
    ),
    "alerts": Export(
        columns=_ALERT_COLUMNS,
        moments=frozenset(("created_at", "deliver_at", "told_at", "acknowledged_at")),
        build=_choose_alerts,
        keys=(alerts.c.id,),
    ),
    "stages": Export(
        columns=_STAGE_COLUMNS,
        moments=frozenset(("occurred_at", "recorded_at", "until")),
        build=lambda: select(stage_changes),
        keys=(stage_changes.c.lead_id, stage_changes.c.key),
    ),
    "notes": Export(
        columns=_NOTE_COLUMNS,
        moments=frozenset(("occurred_at", "recorded_at")),
        build=lambda: select(notes),
        keys=(notes.c.lead_id, notes.c.key),
    ),
    "timers": Export(
        columns=_TIMER_COLUMNS,
        moments=frozenset(("started_at", "due_at", "met_at", "ended_at")),
        build=lambda: select(timers),
        keys=(timers.c.lead_id, timers.c.started_at, timers.c.duty),
    ),
}
