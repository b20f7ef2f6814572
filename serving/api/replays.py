"""Replays: refused items are sent once more through the commit that everything goes through, page by page."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from serving.api.attributes import BadField
from serving.api.facts import FactReader
from serving.api.rereading import NotReadable, reread
from serving.store.database import Database
from serving.store.rejections import Choice, delete_rejections, list_rejections, save_verdicts
from serving.usecases.committing import Done, Force, Request, commit_requests
from serving.usecases.told import Command, Item

_PAGE = 500
_TAKEN = frozenset(("accepted", "duplicate", "unchanged", "stale_ignored", "parked", "forgotten"))
# A snooze or an acknowledgement of what nobody knows changed nothing, and may yet.
_UNKNOWN = "unknown_lead"


@dataclass(slots=True)
class Replayed:
    """What became of refused items: taken in, by status; refused again, by code; and those that were never sent."""

    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    skipped: int = 0
    last_id: int = 0


@dataclass(slots=True)
class _Page:
    requests: list[Request] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    verdicts: list[dict[str, Any]] = field(default_factory=list)


def replay_rejections(
    database: Database,
    take_force: Callable[[], Force],
    choice: Choice,
    *,
    most: int | None = None,
    is_dry_run: bool = False,
    on_page: Callable[[int], None] = lambda _: None,
) -> Replayed:
    """Send refused items again, in the order in which they came; those taken in are deleted.

    Parameters
    ----------
    take_force
        Returns what is in force, asked at the start of each page.
    most
        Stop after about this many.
    is_dry_run
        Only read them: what could be read counts as ``readable``, and nothing is changed.
    on_page
        Told how many were dealt with after each page.
    """
    replayed, n_done = Replayed(), 0
    while most is None or n_done < most:
        with database.reading() as connection:
            rows = list_rejections(connection, choice, most=_PAGE, after=replayed.last_id)
        if not rows:
            break
        _replay_page(database, take_force(), rows, replayed, is_dry_run=is_dry_run)
        replayed.last_id, n_done = rows[-1].id, n_done + len(rows)
        on_page(n_done)
    return replayed


def _replay_page(
    database: Database, force: Force, rows: Sequence[Row[Any]], replayed: Replayed, *, is_dry_run: bool
) -> None:
    page = _read_page(rows, force, replayed)
    if is_dry_run:
        replayed.taken["readable"] += len(page.ids)
    else:
        taken = _commit(database, page, force, replayed)
        with database.writing() as connection:
            delete_rejections(connection, taken)
            save_verdicts(connection, page.verdicts)
    replayed.refused.update(verdict["code"] for verdict in page.verdicts)


def _read_page(rows: Sequence[Row[Any]], force: Force, replayed: Replayed) -> _Page:
    schema = None if force.in_force is None else force.in_force.scorer.feature_set.schema
    page, reader = _Page(), FactReader(schema)
    for row in rows:
        try:
            item = reread(row, reader, force.now, force.terms)
        except NotReadable:
            replayed.skipped += 1
        except BadField as error:
            page.verdicts.append({"its_id": row.id, "code": error.code, "path": error.path.replace("\x00", "")})
        else:
            page.ids.append(row.id)
            page.requests.append(_ask(item))
    return page


def _commit(database: Database, page: _Page, force: Force, replayed: Replayed) -> list[int]:
    """Commit a page and return the ids of what was taken in."""
    if not page.requests:
        return []
    committed = commit_requests(database, page.requests, force)
    taken = []
    for row_id, result in zip(page.ids, committed.results, strict=True):
        if not isinstance(result, Done):
            # One that broke stays as it was; a store that is away says so.
            raise result
        status = result.body.decode()
        if status in _TAKEN:
            taken.append(row_id)
            replayed.taken[status] += 1
        else:
            page.verdicts.append({"its_id": row_id, "code": _UNKNOWN, "path": ""})
    return taken


def _ask(item: Item) -> Request:
    def write(answers: Sequence[Any], _: Mapping[str, Any]) -> tuple[int, bytes]:
        return 200, str(answers[0].status).encode()

    return Request(command=Command(items=(item,)), write=write)
