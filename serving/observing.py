"""Observing: counts and times every answer, gives it its safety headers, and answers for what nobody caught."""

import logging
import traceback
from collections.abc import Collection, Mapping
from time import perf_counter
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.api.addresses import hide_slashes
from serving.errors import describe_problem, send_problem
from serving.meters import Meters

logger = logging.getLogger("hotlead.requests")

_SAFETY = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


class Observing:
    """The outermost layer of the app that is ours.

    Parameters
    ----------
    app
        What answers.
    meters
        What counts.
    paths
        The paths of our routes.
    shortcuts
        Applications that answer a method and path at once, past the layers that route and catch for the others.
    """

    def __init__(
        self, app: ASGIApp, meters: Meters, paths: Collection[str], shortcuts: Mapping[tuple[str, str], ASGIApp]
    ) -> None:
        self.app = app
        self.meters = meters
        self._paths, self._shortcuts = paths, shortcuts
        self._bound: dict[tuple[str, int], Any] = {}
        self._timers: dict[str, Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = perf_counter(), 0
        hide_slashes(scope)

        async def send_safely(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = add_safety(list(message.get("headers", ())))
            await send(message)

        try:
            app = self._shortcuts.get((scope["method"], scope["path"]), self.app)
            await app(scope, receive, send_safely)
        except Exception as error:
            log_failure(error)
            if status:
                raise
            await send_problem(send_safely, describe_problem(error))
        self._count(scope, status, perf_counter() - started)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        # Paths are the callers' words; only those of our own routes become labels.
        route = scope.get("hotlead.route") or (scope["path"] if scope["path"] in self._paths else "unknown")
        counter, timer = self._bound.get((route, status)), self._timers.get(route)
        if counter is None or timer is None:
            counter = self._bound[route, status] = self.meters.requests.labels(route, str(status))
            timer = self._timers[route] = self.meters.seconds.labels(route)
        counter.inc()
        timer.observe(seconds)


def add_safety(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Add the headers that keep browsers from guessing, framing and storing; what a page brings itself stays."""
    told = {name for name, _ in headers}
    return [*headers, *(header for header in _SAFETY if header[0] not in told)]


def log_failure(error: BaseException) -> None:
    """Log where an error came from, without its message: that may hold what a caller sent."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in reversed(frames))
    logger.error("%s in %s", type(error).__name__, places)
