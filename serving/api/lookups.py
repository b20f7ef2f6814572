"""Lookups: GET routes: parameters in, one read transaction in a pool of its own, JSON out."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.types import Receive, Scope, Send

from serving.api.addresses import read_id, read_query
from serving.api.answering import Reply, answer
from serving.meters import Meters
from serving.service import Service
from serving.usecases.committing import StoreUnavailable

# Readers wait for each other rather than for a connection, and never stand before what health checks run in.
_THREADS = 4
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a caller asks: the id of the path ("" without one), the parameters, and the moment."""

    id: str
    query: Mapping[str, str]
    now: int
    service: Service


Answering = Callable[[Connection], Any]
"""Reads the answer in one transaction: plain data, which is sent as JSON, or a reply as it is sent."""

Reading = Callable[[Asked], Answering]
"""Reads the parameters, and returns what will read the answer."""


class Lookups:
    """What all lookups share.

    Parameters
    ----------
    service
        Its store is read.
    meters
        What counts.
    """

    def __init__(self, service: Service, meters: Meters) -> None:
        self.service, self.meters = service, meters
        self._readers = ThreadPoolExecutor(_THREADS, thread_name_prefix="hotlead-read")

    async def answer(self, read: Reading, asked: Asked) -> Reply:
        """Read the parameters, and read and encode the answer, away from the loop: both may ask the store.

        Raises
        ------
        StoreUnavailable
            If the database does not answer.
        """
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._answer, read, asked)

    def _answer(self, read: Reading, asked: Asked) -> Reply:
        answering = read(asked)
        try:
            with self.service.database.reading() as connection:
                told = answering(connection)
        except (OperationalError, InterfaceError) as error:
            raise StoreUnavailable("the store cannot be read: try again soon") from error
        return told if isinstance(told, Reply) else Reply(body=_ENCODER.encode(told))


class LookupEndpoint:
    """One GET route: a bare ASGI application.

    Parameters
    ----------
    lookups
        What it shares with the others.
    read
        Reads what is asked.
    takes_parameters
        The query parameters it knows.
    """

    def __init__(self, lookups: Lookups, read: Reading, *, takes_parameters: Sequence[str] = ()) -> None:
        self._lookups, self._read, self._parameters = lookups, read, frozenset(takes_parameters)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await answer(self._answer(scope), send, self._lookups.meters)

    async def _answer(self, scope: Scope) -> Reply:
        return await self._lookups.answer(self._read, self._ask(scope))

    def _ask(self, scope: Scope) -> Asked:
        ids = [read_id(value) for value in scope["path_params"].values()]
        query = read_query(scope["query_string"], self._parameters)
        service = self._lookups.service
        return Asked(id=ids[0] if ids else "", query=query, now=service.clock(), service=service)
