"""Previewing: how many leads a week would turn hot by given terms, and which threshold people can honour."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from agreement.alerting import Origin
from agreement.funnel.passages import NEVER
from agreement.funnel.planned_rates import AS_IS, WhatIf
from agreement.funnel.previewing import (
    WEEK_MICROS,
    HotPreview,
    Ledger,
    Sighting,
    Span,
    fit_threshold,
    preview_threshold,
)
from agreement.funnel.taking import TakingCapacity, compute_capacity
from agreement.lives import Life
from agreement.stages import IS_OPEN
from agreement.terms import Terms
from models.buckets import Thresholds
from serving.store.chronicle import read_lives
from serving.store.scores import find_first_scoring, find_latest_basis, read_score_histories
from serving.usecases.standing import gather_people

_IN_BULK = frozenset({Origin.IMPORT, Origin.PROMOTION})
USUAL_WEEKS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class HotPreviews:
    """What thresholds would have done in the latest weeks.

    Attributes
    ----------
    capacity, changed_capacity
        Of those who take leads, now and with people more or fewer; None where nobody asked for that.
    in_force
        At the hot threshold in force; None where nothing was ever scored.
    fitting
        At the lowest threshold that the capacity honours; None where nobody told one, or no week is whole yet.
    changed_fitting
        The same for the changed capacity.
    begins_at, ends_at
        The days looked at.
    """

    capacity: TakingCapacity
    changed_capacity: TakingCapacity | None
    in_force: HotPreview | None
    fitting: HotPreview | None
    changed_fitting: HotPreview | None
    begins_at: int
    ends_at: int


def preview_hot(
    connection: Connection,
    terms: Terms,
    now: int,
    *,
    weeks: int = USUAL_WEEKS,
    thresholds: Thresholds | None = None,
    lives: Sequence[Life] | None = None,
    what_if: WhatIf = AS_IS,
) -> HotPreviews:
    """Preview how many leads turn hot in a week by the ledger of the latest weeks.

    Parameters
    ----------
    terms
        By whose rules episodes begin and end, and whose people take leads.
    weeks
        How far back, at most as far as there have been scores.
    thresholds
        Of the scorer; those of the latest score where none are given.
    lives
        All leads, where somebody has read them already.
    what_if
        With its people too a threshold is looked for.
    """
    people = gather_people(connection, terms).values()
    capacity = compute_capacity(people)
    changed = compute_capacity(people, what_if) if what_if.reps_plus else None
    ledger = read_ledger(connection, terms, now, weeks=weeks, lives=lives)
    hot = _find_hot(connection) if thresholds is None else thresholds.hot
    return HotPreviews(
        capacity=capacity,
        changed_capacity=changed,
        in_force=None if hot is None else preview_threshold(ledger, hot, terms.episodes),
        fitting=_fit(ledger, capacity, terms),
        changed_fitting=_fit(ledger, changed, terms),
        begins_at=ledger.begins_at,
        ends_at=ledger.ends_at,
    )


def read_ledger(
    connection: Connection, terms: Terms, now: int, *, weeks: int, lives: Sequence[Life] | None = None
) -> Ledger:
    """Read the scores of the latest weeks, and before them as much as decides how leads stood."""
    first_at = find_first_scoring(connection)
    begins_at = max(now - weeks * WEEK_MICROS, now if first_at is None else first_at)
    rest = terms.episodes.hold_micros + terms.episodes.cool_down_micros
    sightings: dict[str, list[Sighting]] = {}
    for row in read_score_histories(connection, since=begins_at - rest, until=now):
        seen = Sighting(at=row.as_of, probability=row.probability, is_bulk=row.origin in _IN_BULK)
        sightings.setdefault(row.lead_id, []).append(seen)
    known = (read_lives(connection) if lives is None else lives) if sightings else ()
    closings = {life.lead_id: list(_list_closings(life)) for life in known if life.steps}
    return Ledger(sightings=sightings, closings=closings, begins_at=begins_at, ends_at=now)


def _fit(ledger: Ledger, capacity: TakingCapacity | None, terms: Terms) -> HotPreview | None:
    if capacity is None or capacity.per_week is None:
        return None
    return fit_threshold(ledger, capacity.per_week, terms.episodes)


def _list_closings(life: Life) -> Iterator[Span]:
    """List the spans in which a lead could not be won any more."""
    closed_at: int | None = None
    for step in life.steps:
        if step.stage not in IS_OPEN:
            closed_at = step.at if closed_at is None else closed_at
        elif closed_at is not None:
            yield closed_at, step.at
            closed_at = None
    if closed_at is not None:
        yield closed_at, NEVER


def _find_hot(connection: Connection) -> float | None:
    basis = find_latest_basis(connection)
    return None if basis is None else basis.hot
