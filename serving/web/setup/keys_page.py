"""Keys: which programs may ask this service, and for what."""

import secrets
from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import Route

from serving.store.keys import StoredKey, find_key, list_keys
from serving.usecases.admitting import SCOPES, BadKeyName, NewKey, UnknownKey, UnknownScope, add_key, revoke_key
from serving.usecases.auditing import record_audit
from serving.usecases.rights import Right
from serving.web.site import Site
from serving.web.visit import Visit
from serving.web.writing import write


def build_key_routes(site: Site) -> Sequence[Route]:
    """Build the routes of the keys."""
    may = Right.ADMINISTER
    return [
        site.show("/setup/keys", _show, right=may),
        site.act("/setup/keys", partial(_add, site), right=may),
        site.show("/setup/keys/revoke", _show_revoke, right=may),
        site.act("/setup/keys/revoke", _revoke, right=may),
    ]


def _show(
    visit: Visit,
    connection: Connection,
    *,
    new: NewKey | None = None,
    wrong: str = "",
    told: tuple[str, Sequence[str], bool] = ("", (), False),
) -> Response:
    keys = sorted(list_keys(connection), key=lambda key: (key.revoked_at is not None, -key.created_at))
    done = visit.get("done") == "revoked" and new is None
    shown = {"keys": keys, "scopes": SCOPES, "new": new, "wrong": wrong, "told": told, "done": done}
    return visit.render("setup/keys.html", status=422 if wrong else 200, **shown)


async def _add(site: Site, visit: Visit, form: FormData) -> Response:
    told = str(form.get("name", "")), [str(scope) for scope in form.getlist("scope")], form.get("signs") == "1"
    try:
        new = await write(visit, lambda connection: _make(connection, visit, told))
    except (BadKeyName, UnknownScope) as error:
        field = "name" if isinstance(error, BadKeyName) else "scopes"
        wrong = visit.words.say(f"keys.wrong.{field}")
        return await site.read(visit, partial(_show, wrong=wrong, told=told))
    return await site.read(visit, partial(_show, new=new))


def _make(connection: Connection, visit: Visit, told: tuple[str, Sequence[str], bool]) -> NewKey:
    if not visit.who.id:
        # With a key the store is no longer open, and there would be nobody who could sign in.
        raise BadKeyName("add an admin first")
    name, scopes, signs = told
    randomness = secrets.SystemRandom()
    new = add_key(connection, name=name, scopes=scopes, at=visit.now, randomness=randomness, signs=signs)
    may = sorted(new.stored.scopes)
    record_audit(connection, at=visit.now, who=visit.who.id, what="key.add", target=new.stored.id, scopes=may)
    return new


def _show_revoke(visit: Visit, connection: Connection) -> Response:
    return visit.render("setup/key_revoke.html", key=_get(connection, visit.get("id")))


async def _revoke(visit: Visit, form: FormData) -> Response:
    key_id = str(form.get("id", ""))

    def revoke(connection: Connection) -> None:
        revoke_key(connection, _get(connection, key_id).id, at=visit.now)
        record_audit(connection, at=visit.now, who=visit.who.id, what="key.revoke", target=key_id)

    await write(visit, revoke)
    return visit.go("/setup/keys?done=revoked")


def _get(connection: Connection, key_id: str) -> StoredKey:
    key = find_key(connection, key_id)
    if key is None:
        raise UnknownKey("there is no key of this id: go back to the list of keys")
    return key
