"""The visitor's own account: a password, and an end to all sessions."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import Route

from serving.usecases import signing_in
from serving.usecases.passwords import BadPassword, hash_password
from serving.usecases.rights import Right
from serving.web.sign_in_page import leave
from serving.web.site import Site
from serving.web.visit import Visit
from serving.web.writing import write


def build_account_routes(site: Site) -> Sequence[Route]:
    """Build the routes of the visitor's account."""
    return [
        site.show("/account", _show),
        site.act("/account/password", _set_password, right=Right.SEE),
        site.act("/account/sign-out", _sign_out_everywhere, right=Right.SEE),
    ]


def _show(visit: Visit, connection: Connection) -> Response:
    return _render(visit, sessions=signing_in.count_sessions(connection, visit.who.id, visit.now))


def _render(visit: Visit, *, status: int = 200, wrong: str = "", sessions: int = 1) -> Response:
    saved = "saved" in visit.request.query_params
    return visit.render("account.html", status=status, wrong=wrong, saved=saved, sessions=sessions)


async def _set_password(visit: Visit, form: FormData) -> Response:
    user_id, token = visit.who.id, visit.token
    password, again = str(form.get("password", "")), str(form.get("again", ""))
    if password != again:
        return _render(visit, status=422, wrong=visit.words.say("account.differ"))
    try:
        kept = await asyncio.to_thread(hash_password, user_id, password)
    except BadPassword as error:
        return _render(visit, status=422, wrong=str(error))
    await write(visit, lambda c: signing_in.save_password(c, user_id, kept, at=visit.now, by=user_id, token=token))
    return visit.go("/account?saved=1")


async def _sign_out_everywhere(visit: Visit, _: FormData) -> Response:
    user_id = visit.who.id
    await write(visit, lambda c: signing_in.sign_out_everywhere(c, user_id, at=visit.now, by=user_id))
    return leave(visit)
