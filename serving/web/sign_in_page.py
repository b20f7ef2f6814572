"""Signing in and out, by a password or by a link that works once."""

import asyncio
from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import Route

from features.times import DAY, SECOND
from serving.gathering import Overloaded
from serving.usecases import signing_in
from serving.usecases.rights import Right
from serving.usecases.signing_in import Checked, Session
from serving.web.cookies import DEVICE, SESSION, VISIT, drop_cookie, read_cookie, set_cookie
from serving.web.guessing import TooManyGuesses, find_device, sign_device
from serving.web.site import Site
from serving.web.visit import Visit, read_own_path
from serving.web.writing import write

# Nothing that strangers send needs more.
_FORM_BYTES = 2**14
_LONGEST_NAME = 100
_DEVICE_LASTS = 365 * DAY


def build_sign_in_routes(site: Site) -> Sequence[Route]:
    """Build the routes of signing in and out."""
    return [
        site.show("/sign-in", _show, right=None),
        site.act("/sign-in", partial(_sign_in, site, Checking()), right=None, most_bytes=_FORM_BYTES),
        site.show("/sign-in/{token}", _show_link, right=None),
        site.act("/sign-in/{token}", partial(_sign_in_by_link, site), right=None, most_bytes=_FORM_BYTES),
        site.act("/sign-out", _sign_out, right=Right.SEE, most_bytes=_FORM_BYTES),
    ]


class Checking:
    """Looks at passwords, two at once: each takes 64 MB and a core for a moment."""

    def __init__(self, *, at_once: int = 2, most_waiting: int = 32) -> None:
        self._at_once, self._most_waiting, self._waiting = at_once, most_waiting, 0
        self._turn: asyncio.Semaphore | None = None

    async def check(self, proof: signing_in.Proof, password: str) -> Checked:
        """Check a password in its turn.

        Raises
        ------
        Overloaded
            If too many wait.
        WrongPassword
            If it is wrong.
        """
        if self._waiting >= self._most_waiting:
            raise Overloaded("too many sign in at once: try again in a few seconds")
        self._turn = self._turn or asyncio.Semaphore(self._at_once)
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(signing_in.check_password, proof, password)
        finally:
            self._waiting -= 1


def _show(visit: Visit, connection: Connection) -> Response:
    if visit.visitor is not None:
        return visit.go(visit.get("next", "/"))
    return _render(visit, has_users=signing_in.has_users(connection), then=visit.get("next", "/"))


def _render(
    visit: Visit, *, status: int = 200, wrong: str = "", name: str = "", then: str, has_users: bool
) -> Response:
    told = {"wrong": wrong, "name": name, "then": read_own_path(then), "has_users": has_users}
    return visit.render("sign_in.html", status=status, **told)


async def _sign_in(site: Site, checking: Checking, visit: Visit, form: FormData) -> Response:
    name, then = str(form.get("name", "")).strip()[:_LONGEST_NAME], str(form.get("next", "/"))
    device = find_device(visit.secret, name, read_cookie(visit.service, visit.request, DEVICE))
    say = partial(_render, visit, name=name, then=then, has_users=True)
    try:
        give_back = site.guessing.take(peer=visit.peer, name=name, device=device)
    except TooManyGuesses as error:
        response = say(status=429, wrong=visit.words.say("sign_in.wait", seconds=error.retry_seconds))
        response.headers["retry-after"] = str(error.retry_seconds)
        return response
    try:
        proof = await site.ask(lambda connection: signing_in.read_proof(connection, name))
        checked = await checking.check(proof, str(form.get("password", "")))
        session = await write(visit, lambda connection: _begin(visit, connection, checked))
    except signing_in.WrongPassword:
        return say(status=403, wrong=visit.words.say("sign_in.wrong"))
    give_back()
    return _enter(visit, session, then)


def _begin(visit: Visit, connection: Connection, checked: Checked) -> Session:
    _end_former(visit, connection)
    return signing_in.sign_in(connection, checked, at=visit.now)


def _end_former(visit: Visit, connection: Connection) -> None:
    """End the session that this browser had until now."""
    if visit.visitor is not None and visit.who.id:
        signing_in.sign_out(connection, visit.token, at=visit.now, by=visit.who.id)


def _show_link(visit: Visit, _: Connection) -> Response:
    return visit.render("sign_in_link.html", wrong="")


async def _sign_in_by_link(site: Site, visit: Visit, _: FormData) -> Response:
    token = visit.request.path_params["token"]
    # Guesses are answered without the one who writes.
    is_on = await site.ask(lambda connection: signing_in.has_link(connection, token, visit.now))
    try:
        if not is_on:
            raise signing_in.EndedLink
        session = await write(visit, lambda connection: _begin_by_link(visit, connection, token))
    except signing_in.EndedLink:
        return visit.render("sign_in_link.html", status=403, wrong=visit.words.say("sign_in.link.ended"))
    return _enter(visit, session, "/account")


def _begin_by_link(visit: Visit, connection: Connection, token: str) -> Session:
    _end_former(visit, connection)
    return signing_in.sign_in_by_link(connection, token, at=visit.now)


async def _sign_out(visit: Visit, _: FormData) -> Response:
    await write(visit, lambda c: signing_in.sign_out(c, visit.token, at=visit.now, by=visit.who.id))
    return leave(visit)


def leave(visit: Visit) -> Response:
    """Send a browser whose session has ended to the page of signing in, with nothing left of the session."""
    response = visit.go("/sign-in")
    drop_cookie(visit.service, response, SESSION)
    drop_cookie(visit.service, response, VISIT)
    return response


def _enter(visit: Visit, session: Session, then: str) -> Response:
    response, service = visit.go(read_own_path(then)), visit.service
    set_cookie(service, response, SESSION, session.token, seconds=signing_in.SESSION_LASTS // SECOND)
    device = sign_device(visit.secret, session.visitor.id)
    set_cookie(service, response, DEVICE, device, seconds=_DEVICE_LASTS // SECOND)
    # Who knew the token of the visit before may not know that of the next one.
    drop_cookie(service, response, VISIT)
    return response
