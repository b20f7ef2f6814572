"""Rereading: items that were refused are read again, by the rules of now, as if they had been sent now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Row

from agreement.terms import Terms
from serving.api import batches, intake
from serving.api.attributes import BadField
from serving.api.facts import FactReader, Read, read_event
from serving.api.intake import Asked
from serving.usecases.told import Item, ToldAccount, ToldLead, ToldStage, unquote_step

BATCH = "replay"
"""The name under which they come in: what they turn hot is told in a digest, never one by one."""
_BY = "replay"
_DECODER = msgspec.json.Decoder()


class NotReadable(ValueError):
    """A refused item that was never sent: nothing can be read again."""


def reread(rejection: Row[Any], reader: FactReader, now: int, terms: Terms) -> Item:
    """Read an item again.

    What says no time of its own is of the moment at which it was sent: it must not undo what came since.

    Raises
    ------
    BadField
        If it is refused again, with the code of now.
    NotReadable
        If it was never sent: a lead that never came.
    """
    method, _, path = rejection.kind.partition(" ")
    parts = [unquote_step(part) for part in path.split("/")[2:]]
    read = _READINGS.get((method, *parts[:1], *parts[2:]))
    if read is None:
        raise NotReadable("this item was never sent")
    body = _DECODER.decode(rejection.body)
    has_time = type(body) is dict and body.get("occurred_at") is not None
    asked = Asked(
        reader=reader,
        ids=parts[1:2],
        body=body,
        query={"import": BATCH},
        now=now if has_time else rejection.at,
        by=_BY,
        place=rejection.kind,
        terms=terms,
    )
    item: Item = read(asked)[0].item
    if isinstance(item, ToldStage):
        return replace(item, batch=BATCH)
    if isinstance(item, ToldLead | ToldAccount) and item.told_at is None:
        return replace(item, told_at=rejection.at)
    return item


def _read_one_event(asked: Asked) -> Sequence[Read]:
    _refuse_array(asked)
    return [read_event(asked.body, asked.now, BATCH)]


def _read_one(read: Callable[[Asked], Sequence[Read]]) -> Callable[[Asked], Sequence[Read]]:
    def read_single(asked: Asked) -> Sequence[Read]:
        _refuse_array(asked)
        return read(asked)

    return read_single


def _refuse_array(asked: Asked) -> None:
    # An array that was refused whole is kept whole, and is no fact.
    if type(asked.body) is list:
        raise BadField("not_an_object", "an array was refused as a whole: send it in smaller parts")


_READINGS: Mapping[tuple[str, ...], Callable[[Asked], Sequence[Read]]] = {
    ("POST", "events"): _read_one_event,
    ("POST", "stages"): _read_one(batches.read_stage_batch),
    ("POST", "contacts"): _read_one(batches.read_contact_batch),
    ("PUT", "accounts"): intake.read_accounts,
    ("PUT", "leads"): intake.read_leads,
    ("POST", "leads", "stage"): intake.read_stages,
    ("POST", "leads", "accept"): intake.read_acceptances,
    ("POST", "leads", "reject"): intake.read_refusals,
    ("POST", "leads", "return"): intake.read_returns,
    ("POST", "leads", "contacts"): intake.read_contacts,
    ("POST", "leads", "notes"): intake.read_notes,
    ("POST", "leads", "snooze"): intake.read_snoozes,
    ("POST", "alerts", "acknowledge"): intake.read_acknowledgements,
}
