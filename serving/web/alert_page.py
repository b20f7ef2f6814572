"""The page behind a message's link: one alert, and a button by which its recipient takes it."""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from serving.api.callers import CrossSite, check_site, pick_headers
from serving.service import Service
from serving.store.secrets import LINKS, find_secret
from serving.usecases import committing
from serving.usecases.linking import UnknownLink, read_token
from serving.usecases.opening import OpenedAlert, open_alert
from serving.usecases.standing import Standing, gather_people
from serving.usecases.told import Acknowledgement, Command
from serving.web.pages import HEADERS, render_page

PATH = "/a/{token}"


def build_alert_routes(service: Service) -> list[Route]:
    """Build the routes of the page; the link itself is what admits."""

    async def show(request: Request) -> Response:
        _, opened = await asyncio.to_thread(_open, service, request.path_params["token"])
        return HTMLResponse(_render(opened), headers=HEADERS)

    async def take(request: Request) -> Response:
        check_site("POST", pick_headers(request.scope["headers"]))
        alert_id, opened = await asyncio.to_thread(_open, service, request.path_params["token"])
        item = Acknowledgement(alert_id=alert_id, told_by=opened.recipient_id)
        await service.gathering.submit(committing.Request(command=Command(items=(item,)), write=_write_nothing))
        return RedirectResponse(request.url.path, status_code=303, headers=HEADERS)

    return [
        Route(PATH, _answer_plainly(show), methods=["GET"], name="alert"),
        Route(PATH, _answer_plainly(take), methods=["POST"], name="take_alert"),
    ]


def _answer_plainly(page: Callable[[Request], Any]) -> Callable[[Request], Any]:
    """Answer what stands in the way as a page too."""

    async def answer(request: Request) -> Response:
        try:
            return await page(request)  # type: ignore[no-any-return]
        except UnknownLink as error:
            return _refuse(404, "This link opens nothing", str(error))
        except CrossSite as error:
            return _refuse(403, "Not from here", str(error))
        except (committing.StoreUnavailable, ConnectionError):
            return _refuse(503, "Just a moment", "The store does not answer: try again in a few seconds.")

    return answer


def _refuse(status: int, title: str, said: str) -> Response:
    return HTMLResponse(render_page("gone.html", title=title, said=said), status_code=status, headers=HEADERS)


def _open(service: Service, token: str) -> tuple[str, OpenedAlert]:
    force = service.take_force()
    with service.database.reading() as connection:
        secret = find_secret(connection, LINKS)
        if secret is None:
            raise UnknownLink("this link opens nothing: nobody was ever told of an alert")
        alert_id = read_token(secret, token, force.now)
        standing = Standing(
            now=force.now,
            in_force=force.in_force,
            terms=force.terms,
            people=gather_people(connection, force.terms),
            basis_id=None,
        )
        return alert_id, open_alert(connection, alert_id, standing)


def _render(opened: OpenedAlert) -> str:
    line = opened.line
    chance = "" if line.probability is None else f"{round(100 * line.probability)} %"
    told = {name: getattr(line, name) for name in ("lead_id", "name", "company", "role", "score", "bucket")}
    return render_page(
        "alert.html",
        **told,
        chance=chance,
        reasons=line.reasons,
        action=line.action,
        until=opened.until,
        said=opened.told,
        taken=opened.taken,
        recipient=opened.recipient,
    )


def _write_nothing(_answers: Any, _leads: Any) -> tuple[int, bytes]:
    return 200, b"{}"
