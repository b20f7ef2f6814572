"""What a browser sees where there is no page, or none that takes what it sends; programs get a problem."""

from collections.abc import Callable, Coroutine
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from serving.api.model import answer_problem
from serving.service import Service
from serving.web.visit import build_strange_visit

_OF_PROGRAMS = ("/v1", "/metrics", "/healthz", "/readyz", "/openapi.json", "/static")


def build_missing_page(service: Service) -> Callable[[Request, Exception], Coroutine[Any, Any, Response]]:
    """Build what answers for an address or a method that no route has."""

    async def answer(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException) or not _is_browser(request):
            return await answer_problem(request, error)
        visit, code = build_strange_visit(service, request), error.status_code
        said = visit.words.say("site.refused.missing" if code == 404 else "site.refused.method")
        response = visit.render("refusal.html", status=code, code=code, said=said)
        response.headers.update(error.headers or {})
        return response

    return answer


def _is_browser(request: Request) -> bool:
    if request.url.path.startswith(_OF_PROGRAMS):
        return False
    return "text/html" in request.headers.get("accept", "")
