"""Answering: what every route does with its work: send what came of it, or the problem that stood in the way."""

from collections.abc import Awaitable
from dataclasses import dataclass

from starlette.types import Send

from serving.api.bodies import CallerGone
from serving.errors import describe_problem, send_problem
from serving.meters import Meters


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a request is answered: JSON, unless its kind says otherwise."""

    body: bytes
    status: int = 200
    kind: bytes = b"application/json"


async def answer(work: Awaitable[Reply], send: Send, meters: Meters) -> None:
    """Answer a request; every mistake of the caller's becomes a problem, and the connection lives on.

    A caller who hung up is answered nothing; what is our own mistake is raised again.
    """
    try:
        reply = await work
    except CallerGone:
        return
    except Exception as error:
        problem = describe_problem(error)
        if problem.status == 500:
            raise
        meters.refused.labels(problem.code).inc()
        await send_problem(send, problem)
        return
    headers = [(b"content-type", reply.kind), (b"content-length", b"%d" % len(reply.body))]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
