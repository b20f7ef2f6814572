"""The site: who may see a page, in which transaction it is read, and how forms prove where they come from."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from agreement.terms import Terms
from serving.api.addresses import read_id
from serving.api.attributes import BadField
from serving.api.callers import check_loopback, check_site, pick_headers
from serving.errors import describe_problem
from serving.observing import log_failure
from serving.service import Service
from serving.store.keys import has_keys
from serving.usecases.admitting import UnknownKey
from serving.usecases.committing import StoreUnavailable
from serving.usecases.enrolling import BadUser, UnknownUser
from serving.usecases.rights import ANYBODY, Right, Visitor
from serving.usecases.signing_in import find_visitor, has_users, take_page_secret
from serving.usecases.standing import gather_people
from serving.web.cookies import SESSION, VISIT, read_cookie, set_cookie
from serving.web.forms import BadForm, FormTooLarge, StaleForm, check_length, check_text, read_form
from serving.web.guessing import Guessing, TooManyGuesses
from serving.web.visit import Visit, build_strange_visit, is_signed

_T = TypeVar("_T")

Show = Callable[[Visit, Connection], Response]
"""Reads a page in one transaction, in a thread of its own."""

Act = Callable[[Visit, FormData], Awaitable[Response]]
"""Does what a form asks for."""

# Readers wait for each other rather than for a connection.
_THREADS = 4
_FORM_BYTES = 2**20


class SignInNeeded(PermissionError):
    """Nobody has signed in."""


class NotAllowed(PermissionError):
    """The visitor's role does not include this."""


class NoPage(LookupError):
    """There is no page at this address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the store says of a browser, read before each page."""

    visitor: Visitor | None
    zone: str
    is_open: bool


class PageRoute(Route):
    """A route that the site guards, and the right that it asks for; None where it is for everybody."""

    right: Right | None = None


class Site:
    """What all pages share.

    Parameters
    ----------
    service
        Its store is read and its writer is asked.
    """

    def __init__(self, service: Service) -> None:
        self.service = service
        self._readers = ThreadPoolExecutor(_THREADS, thread_name_prefix="hotlead-page")
        self._secret = b""
        self.guessing = Guessing(
            timer=time.monotonic,
            on_limit=service.meters.guesses.inc,
            on_news=partial(service.warning.warn_of_attack, on="passwords"),
        )

    def show(self, path: str, page: Show, *, right: Right | None = Right.SEE) -> Route:
        """Build the route of a page; without a right it is for everybody."""

        async def answer(request: Request) -> Response:
            return await self._guard(request, lambda: self._show(request, page, right))

        return _route(path, answer, "GET", right)

    def act(self, path: str, act: Act, *, right: Right | None = Right.WORK, most_bytes: int = _FORM_BYTES) -> Route:
        """Build the route of what a form does, once the form proved where it comes from."""

        async def answer(request: Request) -> Response:
            return await self._guard(request, lambda: self._act(request, act, right, most_bytes))

        return _route(path, answer, "POST", right)

    async def read(self, visit: Visit, page: Show) -> Response:
        """Read a page after something was done, in a transaction of its own."""
        return await self.ask(lambda connection: page(visit, connection))

    async def ask(self, read: Callable[[Connection], _T]) -> _T:
        """Read something for what a form does, in a transaction of its own."""
        return await self._run(lambda: self._read(read))

    async def open_visit(self, request: Request, right: Right | None) -> Visit:
        """Find out who asks, and whether they may.

        Raises
        ------
        SignInNeeded, NotAllowed
            If they may not.
        """
        return await self._run(lambda: self._open(request, right))

    async def _show(self, request: Request, page: Show, right: Right | None) -> Response:
        _check_way(request)

        def read() -> Response:
            visit = self._open(request, right)
            return _keep_cookie(visit, self._read(lambda connection: page(visit, connection)))

        return await self._run(read)

    async def _act(self, request: Request, act: Act, right: Right | None, most_bytes: int) -> Response:
        check_site("POST", pick_headers(request.scope["headers"]))
        check_length(request, most_bytes)
        visit = await self.open_visit(request, right)
        async with read_form(request, most_bytes) as form:
            told = request.headers.get("x-csrf-token") or form.get("csrf")
            if visit.is_fresh or not is_signed(told, visit.secret, visit.token):
                raise StaleForm("this page was open for too long: load it again, and do it once more")
            return await act(visit, form)

    def _open(self, request: Request, right: Right | None) -> Visit:
        session, visited = (read_cookie(self.service, request, name) for name in (SESSION, VISIT))
        force = self.service.take_force()
        known = self._read(lambda connection: self._find(connection, session, force.now, force.terms))
        if known.is_open:
            client = request.client
            check_loopback(pick_headers(request.scope["headers"]), client.host if client else "")
        token = session if known.visitor not in (None, ANYBODY) else visited
        visit = Visit(
            request=request,
            service=self.service,
            visitor=known.visitor,
            now=force.now,
            terms=force.terms,
            zone=known.zone,
            token=token or secrets.token_urlsafe(32),
            secret=self._take_secret(),
            is_fresh=not token,
        )
        if right is not None and visit.visitor is None:
            raise SignInNeeded("sign in to see this page")
        if right is not None and not visit.who.may(right):
            raise NotAllowed("your role does not include this: ask an admin of this service")
        return visit

    def _find(self, connection: Connection, session: str, now: int, terms: Terms) -> _Known:
        visitor = find_visitor(connection, session, now) if session else None
        is_open = visitor is None and not has_users(connection) and not has_keys(connection)
        visitor = ANYBODY if is_open else visitor
        person = gather_people(connection, terms).get(visitor.person_id or "") if visitor else None
        return _Known(visitor=visitor, zone=terms.zone if person is None else person.zone, is_open=is_open)

    def _read(self, read: Callable[[Connection], _T]) -> _T:
        try:
            with self.service.database.reading() as connection:
                return read(connection)
        except (OperationalError, InterfaceError) as error:
            raise StoreUnavailable("the store cannot be read: try again in a few seconds") from error

    def _take_secret(self) -> bytes:
        if not self._secret:
            with self.service.database.writing() as connection:
                self._secret = take_page_secret(connection)
        return self._secret

    async def _run(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    async def _guard(self, request: Request, answer: Callable[[], Awaitable[Response]]) -> Response:
        """Answer what stands in the way as a page too."""
        try:
            _check_address(request)
            return await answer()
        except SignInNeeded:
            return self._ask_to_sign_in(request)
        except ClientDisconnect:
            # Nobody is there to read it.
            return Response(status_code=400)
        except Exception as error:
            return self.refuse(request, error)

    def _ask_to_sign_in(self, request: Request) -> Response:
        visit = build_strange_visit(self.service, request)
        if visit.is_part or request.method != "GET":
            return visit.render("refusal.html", status=401, code=401, said=visit.words.say("site.sign_in_again"))
        return visit.go(visit.link("/sign-in", next=visit.link()))

    def refuse(self, request: Request, error: Exception) -> Response:
        """Say on a page what stands in the way."""
        problem = describe_problem(error)
        status = next((own for kind, own in _OWN.items() if isinstance(error, kind)), problem.status)
        if status == 500:
            log_failure(error)
        said = str(error) if status not in (405, 500) else problem.detail
        visit = build_strange_visit(self.service, request)
        return visit.render("refusal.html", status=status, code=status, said=said)


_OWN: dict[type[Exception], int] = {
    NotAllowed: 403,
    StaleForm: 403,
    BadForm: 400,
    NoPage: 404,
    UnknownUser: 404,
    UnknownKey: 404,
    BadUser: 422,
    FormTooLarge: 413,
    TooManyGuesses: 429,
}


def _route(path: str, answer: Callable[[Request], Awaitable[Response]], method: str, right: Right | None) -> Route:
    route = PageRoute(path, answer, methods=[method])
    route.right = right
    return route


def _check_way(request: Request) -> None:
    """Check where a browser comes from: other sites may link to our pages, their scripts and frames may not ask."""
    is_followed = request.headers.get("sec-fetch-mode") == "navigate"
    if not (is_followed and request.headers.get("sec-fetch-dest") == "document"):
        check_site("GET", pick_headers(request.scope["headers"]))


def _check_address(request: Request) -> None:
    """Read the ids of the address as the API does, and refuse what no store can look for."""
    try:
        request.scope["path_params"] = {name: read_id(told) for name, told in request.path_params.items()}
    except BadField as error:
        raise NoPage("there is no page at this address") from error
    for name, value in request.query_params.multi_items():
        check_text(name)
        check_text(value)


def _keep_cookie(visit: Visit, response: Response) -> Response:
    """Give a browser that has no session a cookie, so that forms can be told from those of other sites."""
    if visit.is_fresh:
        set_cookie(visit.service, response, VISIT, visit.token)
    return response
