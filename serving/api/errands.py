"""Errands: routes by which an administrator changes something, each done away from the loop in a pool."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.types import Receive, Scope, Send

from serving.api.addresses import find_caller, read_id, read_query
from serving.api.answering import Reply, answer
from serving.api.attributes import BadField
from serving.api.bodies import read_json_body
from serving.api.strict_json import decode, join_path
from serving.meters import Meters
from serving.service import Service
from serving.usecases.committing import StoreUnavailable

# A test of a channel may wait for its receiver for a quarter of a minute; health checks must not wait behind it.
_THREADS = 4
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What an administrator asks for: the ids of the path, the body (None without one), who asks and when."""

    ids: Sequence[str]
    body: Any
    now: int
    by: str
    service: Service


Doing = Callable[[Errand], tuple[int, Mapping[str, Any]]]
"""Does an errand, and returns the status and the answer."""


class Errands:
    """What all errands share.

    Parameters
    ----------
    service
        Its store is changed, its sender sends.
    meters
        What counts.
    body_limit
        The most bytes of a body.
    """

    def __init__(self, service: Service, meters: Meters, *, body_limit: int) -> None:
        self.service, self.meters, self.body_limit = service, meters, body_limit
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="hotlead-errand")

    async def run(self, doing: Doing, errand: Errand) -> tuple[int, bytes]:
        """Do an errand in the pool.

        Raises
        ------
        StoreUnavailable
            If the database does not answer.
        """
        return await asyncio.get_running_loop().run_in_executor(self._pool, _do, doing, errand)


class ErrandEndpoint:
    """One route: a bare ASGI application.

    Parameters
    ----------
    errands
        What it shares with the others.
    doing
        Does what is asked.
    has_body
        Whether it reads a JSON body.
    """

    def __init__(self, errands: Errands, doing: Doing, *, has_body: bool) -> None:
        self._errands, self._doing, self._has_body = errands, doing, has_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await answer(self._answer(scope, receive), send, self._errands.meters)

    async def _answer(self, scope: Scope, receive: Receive) -> Reply:
        status, body = await self._errands.run(self._doing, await self._read(scope, receive))
        return Reply(status=status, body=body)

    async def _read(self, scope: Scope, receive: Receive) -> Errand:
        read_query(scope["query_string"], frozenset())
        body = None
        if self._has_body:
            body = decode(await read_json_body(scope, receive, self._errands.body_limit))
        return Errand(
            ids=[read_id(value) for value in scope["path_params"].values()],
            body=body,
            now=self._errands.service.clock(),
            by=find_caller(scope),
            service=self._errands.service,
        )


def read_object(body: Any, known: Sequence[str]) -> Mapping[str, Any]:
    """Read a body that is an object with known fields only; null stands for a field that is left out.

    Raises
    ------
    BadField
        If it is something else, or has another field.
    """
    if type(body) is not dict:
        raise BadField("not_an_object", "send a JSON object")
    for name in body:
        if name not in known:
            raise BadField("unknown_field", f"known fields: {', '.join(known)}", join_path("", name))
    return {name: value for name, value in body.items() if value is not None}


def _do(doing: Doing, errand: Errand) -> tuple[int, bytes]:
    try:
        status, answer = doing(errand)
    except (OperationalError, InterfaceError) as error:
        raise StoreUnavailable("the store cannot be used: try again soon") from error
    return status, _ENCODER.encode(answer)
