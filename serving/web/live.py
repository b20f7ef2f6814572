"""Live: browsers that listen are told that something has changed; one watcher a process looks for all of them."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from features.times import SECOND
from serving.api.callers import check_site, pick_headers
from serving.connections import ENDLESS
from serving.observing import log_failure
from serving.service import Service
from serving.usecases.committing import StoreUnavailable
from serving.usecases.noticing import Noticer
from serving.usecases.rights import Right
from serving.web.site import NotAllowed, SignInNeeded, Site

LOOK_EVERY_SECONDS = 0.5
HEARTBEAT_SECONDS = 15.0
MOST_OF_ONE, MOST = 12, 500
_MOST_NAMES = 100
_NAME = re.compile(r"[a-z_]{1,40}(:[\w.~%-]{1,3000})?", re.ASCII)
_RETRY_MILLISECONDS = 2_000
# A page may have been read just before what was decided then was committed.
_SLACK = 2 * SECOND
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no", "x-content-type-options": "nosniff"}
# After these somebody's session may have ended.
_OF_SESSIONS = frozenset({"session", "user"})


class Pace:
    """Tells each name as soon as it is worth it, and not more often."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}
        self._due: dict[str, float] = {}

    def add(self, news: Mapping[str, float], at: float) -> None:
        """Add news: each name with the seconds that lie at least between two tellings of it."""
        for name, rest in news.items():
            due = max(at, self._last.get(name, at - rest) + rest)
            self._due[name] = min(due, self._due.get(name, due))

    def take(self, at: float) -> frozenset[str]:
        """Take the names that are to be told now."""
        names = frozenset(name for name, due in self._due.items() if due <= at)
        self._last |= dict.fromkeys(names, at)
        self._due = {name: due for name, due in self._due.items() if name not in names}
        return names


@dataclass(eq=False, kw_only=True)
class Listener:
    """A browser that listens; `read_at` is when its page was read, until somebody has looked what changed since."""

    user_id: str
    wanted: frozenset[str]
    read_at: int | None = None
    news: set[str] = field(default_factory=set)
    rings: asyncio.Event = field(default_factory=asyncio.Event)
    is_doubted: bool = False

    def tell(self, names: frozenset[str]) -> None:
        """Tell of news, where they concern it; ask for a look at its session after some of them."""
        self.is_doubted = self.is_doubted or not _OF_SESSIONS.isdisjoint(names)
        self.news |= names & self.wanted
        if self.news or self.is_doubted:
            self.rings.set()


class Live:
    """All browsers of a process that listen, and the watcher that looks as long as there are any.

    Parameters
    ----------
    service
        Its store is looked at.
    most, most_of_one
        How many may listen, in all and of one visitor.
    """

    def __init__(self, service: Service, *, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self._service, self._most, self._most_of_one = service, most, most_of_one
        self._listeners: set[Listener] = set()
        self._watcher: asyncio.Task[None] | None = None
        # They outlive the watchers: what came while nobody listened is news to the next who does.
        self._noticer, self._pace, self._changed_at = Noticer(), Pace(), 0

    def has_room(self, user_id: str) -> bool:
        """Tell whether one more of a visitor's browsers may listen."""
        counts = Counter(listener.user_id for listener in self._listeners)
        return counts.total() < self._most and counts[user_id] < self._most_of_one

    def join(self, listener: Listener) -> None:
        """Let a browser listen, and somebody watch."""
        self._listeners.add(listener)
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.create_task(self._watch())

    def leave(self, listener: Listener) -> None:
        """Let a browser go."""
        self._listeners.discard(listener)

    async def _watch(self) -> None:
        """Look until nobody listens; a look is never broken off, or what it noticed would be told to nobody."""
        loop = asyncio.get_running_loop()
        while self._listeners:
            try:
                wanted = frozenset(name for listener in self._listeners for name in listener.wanted)
                found = await asyncio.to_thread(self._look, wanted)
                self._pace.add(found, loop.time())
                self._tell_late(self._service.clock() if found else self._noticer.changed_at)
            except Exception as error:  # the store may be away for a while, and come back
                log_failure(error)
            names = self._pace.take(loop.time())
            for listener in self._listeners if names else ():
                listener.tell(names)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    def _tell_late(self, changed_at: int) -> None:
        """Tell those whose pages were read before the newest change that there is news."""
        self._changed_at = max(self._changed_at, changed_at)
        for listener in self._listeners:
            if listener.read_at is not None and self._changed_at + _SLACK >= listener.read_at:
                listener.tell(listener.wanted)
            listener.read_at = None

    def _look(self, wanted: frozenset[str]) -> dict[str, float]:
        in_force = self._service.championing.in_force
        champion = None if in_force is None else (in_force.champion.version, in_force.champion.fingerprint)
        with self._service.database.reading() as connection:
            return self._noticer.look(connection, wanted, champion)


def build_live_routes(site: Site) -> list[Route]:
    """Build the route of the stream that browsers listen to."""
    live = Live(site.service)

    async def answer(request: Request) -> Response:
        try:
            return await _open(site, live, request)
        except (SignInNeeded, NotAllowed):
            return PlainTextResponse("sign in first", status_code=401, headers=_HEADERS)
        except Exception as error:
            return site.refuse(request, error)

    return [Route("/live", answer, methods=["GET"])]


async def _open(site: Site, live: Live, request: Request) -> Response:
    check_site("GET", pick_headers(request.scope["headers"]))
    visit = await site.open_visit(request, Right.SEE)
    told = request.query_params.getlist("of")[:_MOST_NAMES]
    names = frozenset(name for name in told if _NAME.fullmatch(name))
    since = request.query_params.get("since", "")
    read_at = int(since[:20]) if since.isascii() and since.isdigit() else None
    listener = Listener(user_id=visit.who.id, wanted=names, read_at=read_at)
    if not live.has_room(listener.user_id):
        headers = {**_HEADERS, "retry-after": "30"}
        return PlainTextResponse("too many pages listen: close some", status_code=503, headers=headers)
    # Whoever shuts the connections of a server down ends this one, which has no end of its own.
    request.scope[ENDLESS] = True

    async def may_listen() -> bool:
        try:
            await site.open_visit(request, Right.SEE)
        except (SignInNeeded, NotAllowed):
            return False
        except StoreUnavailable:
            return True
        return True

    return StreamingResponse(_stream(live, listener, may_listen), media_type="text/event-stream", headers=_HEADERS)


async def _stream(live: Live, listener: Listener, may_listen: Callable[[], Awaitable[bool]]) -> AsyncIterator[str]:
    # A stream that never begins never ends: its listener takes a place only from here on.
    try:
        live.join(listener)
        yield f"retry: {_RETRY_MILLISECONDS}\n\n"
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(listener.rings.wait(), HEARTBEAT_SECONDS)
            listener.rings.clear()
            is_beat = not listener.news
            if (is_beat or listener.is_doubted) and not await may_listen():
                return
            listener.is_doubted = False
            names, listener.news = sorted(listener.news), set()
            yield f"event: news\ndata: {' '.join(names)}\n\n" if names else ": still here\n\n"
    finally:
        live.leave(listener)
