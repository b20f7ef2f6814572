"""The application: puts the parts together, and is the only place in this room that asks the clock."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from importlib.metadata import version
from random import Random
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from features.times import to_micros
from serving.admission import Admission
from serving.api.health import build_health_routes
from serving.api.manual import CONTENT_POLICY, render_manual
from serving.api.model import answer_problem
from serving.api.openapi import build_openapi
from serving.championing import Championing, NoScorer
from serving.channels.sending import Sender
from serving.doors import build_routes, list_doors
from serving.meters import Meters
from serving.observing import Observing
from serving.promoting import Foreman
from serving.service import Service
from serving.settings import Settings
from serving.web.alert_page import build_alert_routes
from serving.web.missing_page import build_missing_page
from serving.web.routes import build_page_routes


def read_clock() -> int:
    """Return the moment, in microseconds since 1970 in UTC."""
    return to_micros(datetime.now(UTC))


def create_app(
    settings: Settings | None = None,
    *,
    clock: Callable[[], int] = read_clock,
    sender: Sender | None = None,
    randomness: Random | None = None,
    foreman: Foreman | None = None,
) -> FastAPI:
    """Create the application.

    Parameters
    ----------
    settings
        Read from the environment where none are given.
    clock
        Returns the moment in microseconds; tests hand in one that stands still.
    sender, randomness
        What sends messages and spreads retries, where not the real ones.
    foreman
        Who puts models in force where a page asks for it; without one the page says which command to run.
    """
    settings = settings or Settings()
    meters = Meters()
    championing = Championing(settings.home, on_refusal=meters.refusals.inc, on_swap=meters.record_swap)
    service = Service(
        settings, championing, clock=clock, meters=meters, sender=sender, randomness=randomness, foreman=foreman
    )
    admission = Admission(
        service.database,
        clock=clock,
        body_limit=settings.body_limit,
        registry=meters.registry,
        on_refusal=lambda code: meters.refused.labels(code).inc(),
        on_attack=service.warning.warn_of_attack,
    )
    app = FastAPI(
        title="Hotlead",
        version=version("hotlead"),
        lifespan=_build_lifespan(service, admission, settings.look_every_seconds),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={HTTPException: build_missing_page(service), NoScorer: answer_problem},
    )
    app.state.championing, app.state.meters, app.state.service = championing, meters, service
    doors = list_doors(service, meters, settings.body_limit)
    routes = build_routes(doors, admission)
    app.router.routes.extend(routes)
    app.router.routes.extend(build_health_routes(service, meters, admission))
    app.router.routes.extend(build_alert_routes(service))
    app.router.routes.extend(build_page_routes(service))
    app.router.routes.extend(_build_document_routes(app, championing))
    paths = frozenset(route.path for route in app.router.routes if isinstance(route, Route))
    # The two hottest routes are found without walking through all others.
    shortcuts = {("POST", route.path): route.app for route in routes if route.path in _HOT}
    app.add_middleware(Observing, meters=meters, paths=paths, shortcuts=shortcuts)
    return app


_HOT = ("/v1/score", "/v1/events")


def _build_lifespan(service: Service, admission: Admission, every: float) -> Callable[[FastAPI], Any]:
    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(service.prepare)
        # What the imports left lives for good and need not be walked at every collection.
        gc.collect()
        gc.freeze()
        service.start()
        watch = asyncio.create_task(service.championing.watch(every))
        try:
            yield
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
            await asyncio.to_thread(service.stop)
            admission.close()

    return lifespan


def _build_document_routes(app: FastAPI, championing: Championing) -> list[Route]:
    async def openapi(_: Request) -> Response:
        return JSONResponse(app.openapi())

    async def manual(_: Request) -> Response:
        return HTMLResponse(render_manual(app.openapi()), headers={"content-security-policy": CONTENT_POLICY})

    app.openapi = lambda: build_openapi(championing.in_force, app.version)  # type: ignore[method-assign]
    return [Route("/openapi.json", openapi), Route("/docs", manual)]
