"""Signing in and out, by a password or by a link that works once, and the visitor's own account."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import Route

from features.times import SECOND
from serving.usecases import signing_in
from serving.usecases.rights import Right
from serving.usecases.signing_in import Session
from serving.web.site import SESSION, Site, set_cookie
from serving.web.visit import Visit, read_own_path

_T = TypeVar("_T")
# A password takes 64 MB and a core for a moment: no more than two at once.
_AT_ONCE = asyncio.Semaphore(2)


def build_sign_in_routes(site: Site) -> Sequence[Route]:
    """Build the routes of signing in."""
    return [
        site.show("/sign-in", _show, right=None),
        site.act("/sign-in", _sign_in, right=None),
        site.show("/sign-in/{token}", _show_link, right=None),
        site.act("/sign-in/{token}", _sign_in_by_link, right=None),
        site.act("/sign-out", _sign_out, right=Right.SEE),
        site.show("/account", _show_account),
        site.act("/account/password", _set_password, right=Right.SEE),
    ]


def _show(visit: Visit, connection: Connection) -> Response:
    if visit.visitor is not None:
        return visit.go(visit.get("next", "/"))
    return visit.render("sign_in.html", wrong="", has_users=signing_in.has_users(connection), name="")


async def _sign_in(visit: Visit, form: FormData) -> Response:
    name = str(form.get("name", "")).strip()
    try:
        session = await _write(
            visit,
            lambda connection: signing_in.sign_in(connection, name, str(form.get("password", "")), at=visit.now),
        )
    except signing_in.WrongPassword:
        wrong = visit.words.say("sign_in.wrong")
        return visit.render("sign_in.html", status=403, wrong=wrong, has_users=True, name=name)
    return _enter(visit, session, str(form.get("next", "/")))


def _show_link(visit: Visit, _: Connection) -> Response:
    return visit.render("sign_in_link.html", wrong="")


async def _sign_in_by_link(visit: Visit, _: FormData) -> Response:
    token = visit.request.path_params["token"]
    try:
        session = await _write(
            visit, lambda connection: signing_in.sign_in_by_link(connection, token, at=visit.now)
        )
    except signing_in.EndedLink as error:
        return visit.render("sign_in_link.html", status=403, wrong=str(error))
    return _enter(visit, session, "/account")


async def _sign_out(visit: Visit, _: FormData) -> Response:
    await _write(visit, lambda c: signing_in.sign_out(c, visit.token, at=visit.now, by=visit.who.id))
    response = visit.go("/sign-in")
    response.delete_cookie(SESSION, path="/")
    return response


def _show_account(visit: Visit, _: Connection) -> Response:
    return visit.render("account.html", wrong="", saved="saved" in visit.request.query_params)


async def _set_password(visit: Visit, form: FormData) -> Response:
    password, again = str(form.get("password", "")), str(form.get("again", ""))
    try:
        if password != again:
            raise signing_in.BadUser(visit.words.say("account.differ"))
        user_id = visit.who.id
        await _write(
            visit,
            lambda c: signing_in.set_password(c, user_id, password, at=visit.now, by=user_id, token=visit.token),
        )
    except signing_in.BadUser as error:
        return visit.render("account.html", status=422, wrong=str(error), saved=False)
    return visit.go("/account?saved=1")


def _enter(visit: Visit, session: Session, then: str) -> Response:
    response = visit.go(read_own_path(then))
    set_cookie(visit, response, SESSION, session.token, seconds=signing_in.SESSION_LASTS // SECOND)
    return response


async def _write(visit: Visit, work: Callable[[Connection], _T]) -> _T:
    """Do something in one transaction, away from the loop."""

    def write() -> _T:
        with visit.service.database.writing() as connection:
            return work(connection)

    async with _AT_ONCE:
        return await asyncio.to_thread(write)
