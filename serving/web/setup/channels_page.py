"""Channels: where alerts and digests go; added once they are checked, tested from here, and taken out of use."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import Route

from agreement.people import TEAM
from features.times import to_datetime
from serving.api.attributes import BadField
from serving.api.channels import check_new_channel, read_new_channel
from serving.channels.sending import Outcome
from serving.usecases.auditing import record_audit
from serving.usecases.reaching import (
    KnownChannel,
    NewChannel,
    UnknownRecipient,
    add_channel,
    compose_test,
    get_channel,
    list_known_channels,
    read_channel,
    record_test,
    remove_channel,
)
from serving.usecases.rights import Right
from serving.usecases.standing import gather_people
from serving.web.site import Site
from serving.web.visit import Visit
from serving.web.writing import write

_FIELDS = ("owner_id", "kind", "url", "secret")


def build_channel_routes(site: Site) -> Sequence[Route]:
    """Build the routes of channels."""
    return [
        site.show("/setup/channels", _show, right=Right.STAFF),
        site.act("/setup/channels", partial(_add, site), right=Right.STAFF),
        site.act("/setup/channels/test", partial(_test, site), right=Right.STAFF),
        site.act("/setup/channels/remove", _remove, right=Right.STAFF),
    ]


def _show(visit: Visit, connection: Connection) -> Response:
    return _render(visit, connection, values={"owner_id": visit.get("for")})


def _render(visit: Visit, connection: Connection, *, status: int = 200, **told: Any) -> Response:
    usual: dict[str, Any] = {
        "values": {},
        "wrong": {},
        "added": None,
        "secret": None,
        "tested": "",
        "outcome": None,
    }
    return visit.render(
        "setup/channels.html",
        status=status,
        people=gather_people(connection, visit.terms),
        team=TEAM.id,
        channels=list_known_channels(connection),
        done=visit.get("done"),
        **{**usual, **told},
    )


async def _add(site: Site, visit: Visit, form: FormData) -> Response:
    told = {name: str(form[name]).strip() for name in _FIELDS if str(form.get(name, "")).strip()}
    try:
        new = read_new_channel(told)
        # Names are resolved here, so no transaction is open.
        await asyncio.to_thread(check_new_channel, visit.service.sender, new)
        known = await write(visit, lambda connection: _record(connection, visit, new))
    except BadField as error:
        # An address is often a secret too: it is not sent back.
        values = {"owner_id": told.get("owner_id", ""), "kind": told.get("kind", "")}
        return await _answer(site, visit, status=422, values=values, wrong={error.path.strip("/"): str(error)})
    return await _answer(site, visit, added=known, secret=None if "secret" in told else new.secret)


def _record(connection: Connection, visit: Visit, new: NewChannel) -> KnownChannel:
    try:
        known = add_channel(connection, new, visit.terms, visit.now)
    except UnknownRecipient as error:
        raise BadField("unknown_owner", str(error), "/owner_id") from None
    of = {"owner": known.owner_id, "kind": known.kind}
    record_audit(connection, at=visit.now, who=visit.who.id, what="channel.add", target=known.id, **of)
    return known


async def _test(site: Site, visit: Visit, form: FormData) -> Response:
    channel_id = str(form.get("id", ""))
    outcome = await asyncio.to_thread(_send_test, visit, channel_id)
    return await _answer(site, visit, tested=channel_id, outcome=outcome)


def _send_test(visit: Visit, channel_id: str) -> Outcome:
    """Send the test without a transaction open: its receiver may take a quarter of a minute."""
    service = visit.service
    with service.database.reading() as connection:
        row = get_channel(connection, channel_id)
        message = compose_test(connection, row, visit.terms, now=visit.now, randomness=secrets.token_bytes)
    outcome = service.sender.send(message, read_channel(row), to_datetime(visit.now))
    with service.database.writing() as connection:
        record_test(connection, row.id, outcome, visit.now)
        tried: Mapping[str, Any] = {"outcome": outcome.code}
        record_audit(connection, at=visit.now, who=visit.who.id, what="channel.test", target=row.id, **tried)
    return outcome


async def _remove(visit: Visit, form: FormData) -> Response:
    channel_id = str(form.get("id", ""))

    def work(connection: Connection) -> None:
        given_up = remove_channel(connection, channel_id)
        told = {"given_up": given_up}
        record_audit(connection, at=visit.now, who=visit.who.id, what="channel.remove", target=channel_id, **told)

    await write(visit, work)
    return visit.go("/setup/channels?done=removed")


async def _answer(site: Site, visit: Visit, *, status: int = 200, **told: Any) -> Response:
    return await site.read(visit, lambda v, connection: _render(v, connection, status=status, **told))
