"""Channels: over what people and programs are told; addresses and secrets come in, and never go out again."""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from features.times import to_datetime
from serving.api.attributes import BadField, read_name, read_text
from serving.api.errands import Errand, read_object
from serving.api.lookups import Answering, Asked
from serving.api.strict_json import join_path
from serving.channels.secrets import BadSecret
from serving.channels.sending import KINDS, Sender
from serving.usecases.reaching import (
    BadSecretUse,
    KnownChannel,
    NewChannel,
    UnknownRecipient,
    add_channel,
    compose_test,
    get_channel,
    list_known_channels,
    propose_channel,
    read_channel,
    record_test,
    remove_channel,
)

_FIELDS = ("owner_id", "kind", "url", "secret")


def post_channel(errand: Errand) -> tuple[int, Mapping[str, Any]]:
    """Do POST /v1/channels: owner_id (or "team"), kind ("webhook" or "apprise"), url, and secret for webhooks.

    Answers 201 ``{"channel": {…}, "secret": "whsec_…" where one was made, else null}``: it is shown this once.
    422 ``bad_channel`` where the address or the secret is refused.
    """
    told = read_object(errand.body, _FIELDS)
    new = read_new_channel(told)
    # Names are resolved here, so no transaction is open.
    check_new_channel(errand.service.sender, new)
    with errand.service.database.writing() as connection:
        try:
            known = add_channel(connection, new, errand.service.agreeing.get(), errand.now)
        except UnknownRecipient as error:
            raise BadField("unknown_owner", str(error), "/owner_id") from None
    return 201, {"channel": describe(known), "secret": None if "secret" in told else new.secret}


def delete_channel(errand: Errand) -> tuple[int, Mapping[str, Any]]:
    """Do DELETE /v1/channels/{channel_id}: its address and secret go, and what it has not delivered is given up.

    Answers ``{"status": "removed", "given_up": how many messages}``; 404 ``unknown_channel``.
    """
    with errand.service.database.writing() as connection:
        given_up = remove_channel(connection, errand.ids[0])
    return 200, {"status": "removed", "given_up": given_up}


def test_channel(errand: Errand) -> tuple[int, Mapping[str, Any]]:
    """Do POST /v1/channels/{channel_id}/test: send a message that says that the channel works.

    Answers ``{"delivered", "code", "status", "seconds", "detail"}``; a success ends the channel's rest.
    """
    database, sender = errand.service.database, errand.service.sender
    with database.reading() as connection:
        row = get_channel(connection, errand.ids[0])
        terms = errand.service.agreeing.get()
        message = compose_test(connection, row, terms, now=errand.now, randomness=secrets.token_bytes)
    outcome = sender.send(message, read_channel(row), to_datetime(errand.now))
    with database.writing() as connection:
        record_test(connection, row.id, outcome, errand.now)
    return 200, {
        "delivered": outcome.is_delivered,
        "code": outcome.code,
        "status": outcome.status,
        "seconds": round(outcome.seconds, 3),
        "detail": outcome.detail,
    }


def list_channels(_: Asked) -> Answering:
    """Answer GET /v1/channels: ``{"items": [channel, …]}``, by owner; never an address or a secret."""

    def answer(connection: Connection) -> Mapping[str, Any]:
        return {"items": [describe(known) for known in list_known_channels(connection)]}

    return answer


def describe(known: KnownChannel) -> dict[str, Any]:
    """Describe a channel as callers see it."""
    return {
        "id": known.id,
        "owner_id": known.owner_id,
        "kind": known.kind,
        "description": known.description,
        "created_at": to_datetime(known.created_at),
        "failures": known.failures,
        "rests_until": None if known.rests_until is None else to_datetime(known.rests_until),
    }


def read_new_channel(told: Mapping[str, Any]) -> NewChannel:
    """Read a channel that somebody wants to add.

    Raises
    ------
    BadField
        With the field in the way.
    """
    for name in ("owner_id", "kind", "url"):
        if name not in told:
            raise BadField("missing", f"{name} is required", join_path("", name))
    texts = {name: _read(name, value) for name, value in told.items()}
    if texts["kind"] not in KINDS:
        raise BadField("unknown_kind", f"kind: use one of {', '.join(KINDS)}", "/kind")
    try:
        return propose_channel(
            person_id=texts["owner_id"],
            kind=texts["kind"],
            url=texts["url"],
            secret=texts.get("secret"),
            randomness=secrets.token_bytes,
        )
    except BadSecretUse as error:
        raise BadField("bad_channel", str(error), "/secret") from None


def _read(name: str, value: Any) -> str:
    try:
        return read_name(value) if name == "owner_id" else read_text(value)
    except BadField as error:
        raise BadField(error.code, str(error), join_path("", name)) from None


def check_new_channel(sender: Sender, new: NewChannel) -> None:
    """Check a channel's address and secret as for every send.

    Raises
    ------
    BadField
        Of the address or the secret.
    """
    try:
        sender.check(new.as_channel())
    except BadSecret as error:
        raise BadField("bad_channel", str(error), "/secret") from None
    except ValueError as error:
        raise BadField("bad_channel", str(error), "/url") from None
