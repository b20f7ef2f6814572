"""Users: who signs in to the pages, what each may do, and the links that let them in."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import Route

from agreement.people import TEAM
from serving.usecases.enrolling import (
    BadUser,
    add_user,
    change_user,
    end_user,
    get_user,
    list_enrolled,
    make_link,
)
from serving.usecases.rights import Right, Role
from serving.usecases.standing import gather_people
from serving.web.site import Act, Show, Site
from serving.web.visit import Visit
from serving.web.writing import write

_FIELDS = ("id", "name", "role", "person")
_DONE = ("changed", "ended")


def build_user_routes(site: Site) -> Sequence[Route]:
    """Build the routes of the users."""
    shown: dict[str, Show] = {"": _show, "/new": _show_new, "/change": _show_change, "/end": _show_end}
    users = _Users(site)
    done: dict[str, Act] = {"": users.add, "/link": users.link, "/change": users.change, "/end": _end}
    return [
        *(site.show(f"/setup/users{path}", page, right=Right.ADMINISTER) for path, page in shown.items()),
        *(site.act(f"/setup/users{path}", act, right=Right.ADMINISTER) for path, act in done.items()),
    ]


class _Users:
    """What is done to users, and what is shown after it."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def add(self, visit: Visit, form: FormData) -> Response:
        told = _read(form)
        try:
            _check_first(visit, told["role"])
            token = await write(visit, lambda connection: _add(connection, visit, told))
        except BadUser as error:
            wrong = str(error)
            return await self._site.read(visit, lambda v, c: _render_form(v, c, told, wrong=wrong))
        return await self._show_link(visit, told["id"], token)

    async def link(self, visit: Visit, form: FormData) -> Response:
        user_id = str(form.get("id", ""))
        token = await write(visit, lambda c: make_link(c, user_id, at=visit.now, by=visit.who.id))
        return await self._show_link(visit, user_id, token)

    async def change(self, visit: Visit, form: FormData) -> Response:
        told = _read(form)
        try:
            await write(visit, lambda connection: _change(connection, visit, told))
        except BadUser as error:
            wrong = str(error)
            return await self._site.read(visit, lambda v, c: _render_form(v, c, told, wrong=wrong, is_known=True))
        return visit.go("/setup/users?done=changed")

    async def _show_link(self, visit: Visit, user_id: str, token: str) -> Response:
        address = visit.service.settings.public_url or str(visit.request.base_url)
        link = f"{address.rstrip('/')}/sign-in/{token}"
        return await self._site.read(visit, lambda v, c: _show(v, c, made_for=user_id, link=link))


def _show(visit: Visit, connection: Connection, *, made_for: str = "", link: str = "") -> Response:
    users = list_enrolled(connection, visit.now)
    people = gather_people(connection, visit.terms)
    done = visit.get("done") if visit.get("done") in _DONE and not link else ""
    told: dict[str, Any] = {"users": users, "people": people, "made_for": made_for, "link": link, "done": done}
    return visit.render("setup/users.html", **told)


def _show_new(visit: Visit, connection: Connection) -> Response:
    role = Role.REP if visit.who.id else Role.ADMIN
    return _render_form(visit, connection, {**dict.fromkeys(_FIELDS, ""), "role": role})


def _show_change(visit: Visit, connection: Connection) -> Response:
    user = get_user(connection, visit.get("id"))
    told = {"id": user.id, "name": user.name, "role": user.role, "person": user.person_id or ""}
    return _render_form(visit, connection, told, is_known=True)


def _show_end(visit: Visit, connection: Connection) -> Response:
    return visit.render("setup/user_end.html", user=get_user(connection, visit.get("id")), wrong="")


def _render_form(
    visit: Visit, connection: Connection, told: dict[str, Any], *, wrong: str = "", is_known: bool = False
) -> Response:
    people = [person for person in gather_people(connection, visit.terms).values() if person.id != TEAM.id]
    shown = {"told": told, "people": people, "roles": list(Role), "wrong": wrong, "is_known": is_known}
    return visit.render("setup/user.html", status=422 if wrong else 200, **shown)


async def _end(visit: Visit, form: FormData) -> Response:
    user_id = str(form.get("id", ""))
    try:
        await write(visit, lambda connection: end_user(connection, user_id, at=visit.now, by=visit.who.id))
    except BadUser as error:
        return visit.render("setup/user_end.html", status=422, user={"id": user_id, "name": ""}, wrong=str(error))
    return visit.go("/setup/users?done=ended")


def _check_first(visit: Visit, role: str) -> None:
    """Check that who opens the door for names keeps a way in: the first user closes it for everybody else."""
    if not visit.who.id and role != Role.ADMIN:
        raise BadUser(visit.words.say("users.first_admin"))


def _add(connection: Connection, visit: Visit, told: dict[str, str]) -> str:
    by = visit.who.id
    add_user(connection, **_name(told), at=visit.now, by=by)
    return make_link(connection, told["id"], at=visit.now, by=by)


def _change(connection: Connection, visit: Visit, told: dict[str, str]) -> None:
    change_user(connection, **_name(told), at=visit.now, by=visit.who.id)


def _name(told: dict[str, str]) -> dict[str, Any]:
    names = {"user_id": told["id"], "name": told["name"] or told["id"], "role": told["role"]}
    return {**names, "person_id": told["person"] or None}


def _read(form: FormData) -> dict[str, str]:
    return {name: str(form.get(name, "")).strip() for name in _FIELDS}
