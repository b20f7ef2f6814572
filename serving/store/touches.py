"""Touches: what leads did, as channels and contents see it."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from agreement.lives import Touch
from features.text import normal_form
from serving.store.tables import events

_PROPERTIES = msgspec.json.Decoder(dict[str, Any])
# What a website may call the channel of a visit, and the content of a download.
_CHANNEL = ("channel", "utm_source", "source")
_CONTENT = ("content", "title", "asset", "page", "url")
# SQLite takes about 32,000 parameters a statement.
_IDS_AT_ONCE = 10_000


def read_touches(connection: Connection, ids: Collection[str] | None = None) -> dict[str, list[Touch]]:
    """Read what leads did, for each in the order of time; channels are in normal form.

    Parameters
    ----------
    ids
        Whose; None for everybody's.
    """
    read: dict[str, list[Touch]] = {}
    for row in _list_rows(connection, ids):
        read.setdefault(row.lead_id, []).append(_read_touch(row))
    return read


def _list_rows(connection: Connection, ids: Collection[str] | None) -> Iterator[Row[Any]]:
    columns = (events.c.lead_id, events.c.type, events.c.occurred_at, events.c.properties)
    found = select(*columns).order_by(events.c.lead_id, events.c.occurred_at, events.c.key)
    if ids is None:
        yield from connection.execute(found)
        return
    ordered = sorted(ids)
    for start in range(0, len(ordered), _IDS_AT_ONCE):
        yield from connection.execute(found.where(events.c.lead_id.in_(ordered[start : start + _IDS_AT_ONCE])))


def _read_touch(row: Row[Any]) -> Touch:
    if row.properties is None:
        return Touch(at=row.occurred_at, type=row.type)
    told = _PROPERTIES.decode(row.properties)
    channel = _find_text(told, _CHANNEL)
    return Touch(
        at=row.occurred_at,
        type=row.type,
        channel=None if channel is None else normal_form(channel) or None,
        content=_find_text(told, _CONTENT),
    )


def _find_text(told: Mapping[str, Any], names: Collection[str]) -> str | None:
    return next((told[name] for name in names if isinstance(told.get(name), str) and told[name].strip()), None)
