"""Committing: the commands of many requests in one durable transaction, each answered after it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from agreement.terms import Terms
from serving.championing import ScorerInForce
from serving.store.database import Database, UnusableStore
from serving.store.leads import LeadRecord
from serving.store.replies import insert_reply, read_replies
from serving.usecases.histories import Histories
from serving.usecases.ingesting import Ingested, ingest
from serving.usecases.standing import take_standing
from serving.usecases.told import Answer, Command

logger = logging.getLogger("hotlead.store")

# What a request is answered of which this was a portion only: as in HTTP, go on.
CONTINUES = 100
# A deadlock or a full queue of locks passes when the others have gone.
_MOST_TRIES = 4


class StoreUnavailable(ConnectionError):
    """The database cannot be written just now."""


class KeyReused(ValueError):
    """An Idempotency-Key came again with another request."""


class _ReplyTaken(RuntimeError):
    """Another process has answered under this key a moment ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A command and how its answers are written; `name` and `digest` are those of an Idempotency-Key, if any.

    What `is_bulk` belongs to an import: nobody waits for it as for what happens just now.
    """

    command: Command
    write: Callable[[Sequence[Answer], Mapping[str, LeadRecord]], tuple[int, bytes]]
    name: bytes | None = None
    digest: bytes = b""
    is_bulk: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a request is answered."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Force:
    """What is in force while a batch is done."""

    now: int
    in_force: ScorerInForce | None
    terms: Terms
    histories: Histories | None
    address: str = ""


@dataclass(slots=True)
class Committed:
    """What became of a batch: an answer or an error for each request."""

    results: list[Done | Exception]
    ingested: list[Ingested] = field(default_factory=list)


def commit_requests(database: Database, requests: Sequence[Request], force: Force) -> Committed:
    """Do requests in one transaction; where that fails, each in one of its own, so that one fails alone."""
    try:
        return _commit(database, requests, force)
    except StoreUnavailable as error:
        return Committed([error] * len(requests))
    except Exception as error:
        if len(requests) == 1:
            return Committed([error])
    singly = [commit_requests(database, [request], force) for request in requests]
    return Committed(
        [result for one in singly for result in one.results], [done for one in singly for done in one.ingested]
    )


def _commit(database: Database, requests: Sequence[Request], force: Force) -> Committed:
    for tries in range(1, _MOST_TRIES + 1):
        try:
            with database.writing() as connection:
                results, ingested = _do(connection, requests, force)
        except UnusableStore as error:
            raise StoreUnavailable(str(error)) from error
        except (_ReplyTaken, OperationalError, InterfaceError) as error:
            if tries == _MOST_TRIES or not _may_pass(error):
                logger.error("the store cannot be written: %s", type(error).__name__)
                raise StoreUnavailable("the store cannot be written: try again soon") from error
            continue
        if ingested.reading is not None:
            ingested.reading.keep()
        return Committed(results, [ingested])
    raise AssertionError("the last try answers or raises")


def _do(
    connection: Connection, requests: Sequence[Request], force: Force
) -> tuple[list[Done | Exception], Ingested]:
    replies = read_replies(connection, {request.name for request in requests if request.name is not None})
    results: list[Done | Exception | None] = [_repeat(request, replies) for request in requests]
    fresh = [request for request, result in zip(requests, results, strict=True) if result is None]
    standing = take_standing(
        connection, now=force.now, in_force=force.in_force, terms=force.terms, address=force.address
    )
    ingested = ingest(connection, [request.command for request in fresh], standing, force.histories)
    answered = iter(_answer(connection, fresh, ingested, force.now))
    return [next(answered) if result is None else result for result in results], ingested


def _repeat(request: Request, replies: Mapping[bytes, object]) -> Done | Exception | None:
    reply = None if request.name is None else replies.get(request.name)
    if reply is None:
        return None
    if bytes(reply.request) != request.digest:  # type: ignore[attr-defined]
        return KeyReused("this Idempotency-Key was used for another request: take a new one")
    return Done(status=reply.status, body=reply.body.encode())  # type: ignore[attr-defined]


def _answer(connection: Connection, requests: Sequence[Request], ingested: Ingested, now: int) -> list[Done]:
    answered = []
    for request, answers in zip(requests, ingested.answers, strict=True):
        status, body = request.write(answers, ingested.leads)
        answered.append(Done(status=status, body=body))
        if request.name is not None and status != CONTINUES:
            row = {
                "key": request.name,
                "request": request.digest,
                "status": status,
                "body": body.decode(),
                "at": now,
            }
            if not insert_reply(connection, row):
                raise _ReplyTaken
    return answered


def _may_pass(error: Exception) -> bool:
    """Tell whether trying again at once may help: another process was in the way, and nothing is broken."""
    if isinstance(error, _ReplyTaken):
        return True
    # PostgreSQL: serialization failure, deadlock.
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return state in ("40001", "40P01") or (isinstance(error, OperationalError) and "locked" in str(error.orig))
