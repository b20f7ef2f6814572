"""GET /v1/model: what is in force, as its training described it."""

from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from serving.championing import Championing
from serving.errors import describe_problem, encode_problem
from serving.usecases.monitoring import describe_model

Endpoint = Callable[[Request], Awaitable[Response]]


def build_model_endpoint(championing: Championing) -> Endpoint:
    """Build what describes the model in force."""

    async def model(_: Request) -> Response:
        body = msgspec.json.encode(describe_model(championing.get()))
        return Response(body, media_type="application/json")

    return model


async def answer_problem(_: Request, error: Exception) -> Response:
    """Answer what a route raised as a problem."""
    problem = describe_problem(error)
    headers = dict(getattr(error, "headers", None) or {})
    if problem.status == 503:
        headers["retry-after"] = "5"
    return Response(
        encode_problem(problem),
        status_code=problem.status,
        headers=headers,
        media_type="application/problem+json",
    )
