"""The intake: routes by which callers tell facts; each answers once what it was told is durable and scored."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from agreement.terms import Terms
from serving.api.acts import (
    read_acceptance,
    read_acknowledgement,
    read_contact,
    read_note_about,
    read_refusal,
    read_return,
    read_snooze,
    read_stage_change,
)
from serving.api.addresses import find_caller, read_id, read_idempotency, read_query, write_place
from serving.api.answering import Reply, answer
from serving.api.answers import write_many, write_single
from serving.api.attributes import BadField
from serving.api.bodies import read_json_body
from serving.api.facts import MOST_EVENTS, FactReader, Read, read_batch, read_event
from serving.api.strict_json import decode
from serving.championing import Championing
from serving.gathering import Gathering
from serving.meters import Meters
from serving.usecases.committing import Request
from serving.usecases.told import Command, Rejected

_WORTH_A_THREAD_BYTES = 64 * 1024
_KIND_OF_ANSWER, _KIND_OF_PROBLEM = b"application/json", b"application/problem+json"
_UNKNOWN = 404
_ENCODER = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as its reader sees it."""

    reader: FactReader
    ids: Sequence[str]
    body: Any
    query: Mapping[str, str]
    now: int
    by: str
    place: str
    terms: Terms


Reading = Callable[[Asked], Sequence[Read]]
Writing = Callable[[Sequence[Read], Sequence[Any], Mapping[str, Any]], tuple[int, bytes]]


class Intake:
    """What all routes of facts share.

    Parameters
    ----------
    gathering
        Commits what is told.
    championing
        Its scorer's schema says how attributes are read.
    clock
        Returns the moment in microseconds.
    meters
        What counts.
    body_limit
        The most bytes of a body.
    take_terms
        Returns the agreement in force, which names the reasons that sales may give.
    """

    def __init__(
        self,
        gathering: Gathering,
        championing: Championing,
        *,
        clock: Callable[[], int],
        meters: Meters,
        body_limit: int,
        take_terms: Callable[[], Terms],
    ) -> None:
        self.take_terms = take_terms
        self.gathering, self.clock, self.meters, self.body_limit = gathering, clock, meters, body_limit
        self._championing = championing
        self._reader: tuple[object, FactReader] = (None, FactReader(None))

    def get_reader(self) -> FactReader:
        """Get the reader for the scorer in force."""
        in_force = self._championing.in_force
        if self._reader[0] is not in_force:
            schema = None if in_force is None else in_force.scorer.feature_set.schema
            self._reader = in_force, FactReader(schema)
        return self._reader[1]


class FactEndpoint:
    """One route: a bare ASGI application from bytes to a durable commit.

    Parameters
    ----------
    intake
        What it shares with the others.
    read
        Reads what is told.
    takes_parameters
        The query parameters it knows.
    """

    def __init__(self, intake: Intake, read: Reading, *, takes_parameters: Sequence[str] = ()) -> None:
        self._intake, self._read, self._parameters = intake, read, frozenset(takes_parameters)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await answer(self._answer(scope, receive), send, self._intake.meters)

    async def _answer(self, scope: Scope, receive: Receive) -> Reply:
        # Reading what will be refused is what costs under an overload.
        self._intake.gathering.check_room(is_bulk=_is_bulk(scope))
        body = await read_json_body(scope, receive, self._intake.body_limit)
        work = partial(self._prepare, scope, body)
        is_long = len(body) > _WORTH_A_THREAD_BYTES
        request, refused = await asyncio.to_thread(work) if is_long else work()
        done = await self._intake.gathering.submit(request)
        if refused is not None:
            raise refused
        kind = _KIND_OF_PROBLEM if done.status == _UNKNOWN else _KIND_OF_ANSWER
        return Reply(status=done.status, body=done.body, kind=kind)

    def _prepare(self, scope: Scope, body: bytes) -> tuple[Request, BadField | None]:
        """Read a request; a single thing that is refused is kept too, and then answered as a problem."""
        name, digest = read_idempotency(scope, body)
        asked = Asked(
            reader=self._intake.get_reader(),
            ids=[read_id(value) for value in scope.get("path_params", {}).values()],
            body=decode(body),
            query=read_query(scope["query_string"], self._parameters),
            now=self._intake.clock(),
            by=find_caller(scope),
            place=write_place(scope),
            terms=self._intake.take_terms(),
        )
        refused = None
        try:
            reads = self._read(asked)
        except BadField as error:
            refused, reads = error, [Read(item=reject(asked, asked.body, error))]
        is_many = type(asked.body) is list
        write = partial(write_many, reads) if is_many else partial(write_single, reads[0])
        command = Command(items=tuple(read.item for read in reads))
        name = None if refused else name
        return Request(command=command, write=write, name=name, digest=digest, is_bulk=_is_bulk(scope)), refused


def _is_bulk(scope: Scope) -> bool:
    """Tell whether a request says that it is part of an import."""
    return b"import=" in scope["query_string"]


def read_accounts(asked: Asked) -> Sequence[Read]:
    """Read PUT /v1/accounts/{id}."""
    return [asked.reader.read_account(asked.ids[0], asked.body, asked.now)]


def read_leads(asked: Asked) -> Sequence[Read]:
    """Read PUT /v1/leads/{id}."""
    return [asked.reader.read_lead(asked.ids[0], asked.body, asked.now, read_import(asked))]


def read_events(asked: Asked) -> Sequence[Read]:
    """Read POST /v1/events: one event, or an array of which each is taken or refused by itself."""
    batch = read_import(asked)
    if type(asked.body) is not list:
        return [read_event(asked.body, asked.now, batch)]
    if not 0 < len(asked.body) <= MOST_EVENTS:
        raise BadField("too_many_events", f"send 1 to {MOST_EVENTS:,} events at once")
    return read_each(asked, lambda told, path: read_event(told, asked.now, batch, path))


def read_stages(asked: Asked) -> Sequence[Read]:
    """Read POST /v1/leads/{id}/stage."""
    return [read_stage_change(asked.ids[0], asked.body, asked.now)]


def read_acceptances(asked: Asked) -> Sequence[Read]:
    """Read POST /v1/leads/{id}/accept."""
    return [read_acceptance(asked.ids[0], asked.body, asked.now, by=asked.by)]


def read_refusals(asked: Asked) -> Sequence[Read]:
    """Read POST /v1/leads/{id}/reject."""
    return [read_refusal(asked.ids[0], asked.body, asked.now, by=asked.by, terms=asked.terms)]


def read_returns(asked: Asked) -> Sequence[Read]:
    """Read POST /v1/leads/{id}/return."""
    return [read_return(asked.ids[0], asked.body, asked.now, by=asked.by, terms=asked.terms)]


def read_contacts(asked: Asked) -> Sequence[Read]:
    """Read POST /v1/leads/{id}/contacts."""
    return [read_contact(asked.ids[0], asked.body, asked.now)]


def read_notes(asked: Asked) -> Sequence[Read]:
    """Read POST /v1/leads/{id}/notes."""
    return [read_note_about(asked.ids[0], asked.body, asked.now, by=asked.by)]


def read_snoozes(asked: Asked) -> Sequence[Read]:
    """Read POST /v1/leads/{id}/snooze; ``until`` null ends it."""
    return [read_snooze(asked.ids[0], asked.body, by=asked.by)]


def read_acknowledgements(asked: Asked) -> Sequence[Read]:
    """Read POST /v1/alerts/{id}/acknowledge."""
    return [read_acknowledgement(asked.ids[0], asked.body, by=asked.by)]


def reject(asked: Asked, told: Any, error: BadField) -> Rejected:
    """Return what is kept of an item that is refused, with the address it was sent to."""
    body = _ENCODER.encode(told).decode()
    return Rejected(kind=asked.place, code=error.code, path=error.path, detail=str(error), body=body)


def read_each(asked: Asked, read: Callable[[Any, str], Read]) -> Sequence[Read]:
    """Read each item of an array, with the path to it; one that is refused keeps none of the others out."""
    return [_read_or_reject(asked, told, read, f"/{position}") for position, told in enumerate(asked.body)]


def _read_or_reject(asked: Asked, told: Any, read: Callable[[Any, str], Read], path: str) -> Read:
    try:
        return read(told, path)
    except BadField as error:
        return Read(item=reject(asked, told, error))


def read_import(asked: Asked) -> str:
    """Read the name of the import that a request belongs to, "" for none."""
    return read_batch(asked.query["import"]) if "import" in asked.query else ""
