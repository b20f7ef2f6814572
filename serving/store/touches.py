"""Touches: what leads did, as channels and contents see it."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from agreement.lives import Touch
from features.text import normal_form
from serving.store.tables import events

# SQLite takes about 32,000 parameters a statement.
_IDS_AT_ONCE = 10_000


class _Told(msgspec.Struct, gc=False):
    """What a website may call the channel of a visit, then the content of a download; the first told counts."""

    channel: Any = None
    utm_source: Any = None
    source: Any = None
    content: Any = None
    title: Any = None
    asset: Any = None
    page: Any = None
    url: Any = None


_PROPERTIES = msgspec.json.Decoder(_Told)


def read_touches(connection: Connection, ids: Collection[str] | None = None) -> dict[str, list[Touch]]:
    """Read what leads did, for each in the order of time; channels are in normal form.

    Parameters
    ----------
    ids
        Whose; None for everybody's.
    """
    read: dict[str, list[Touch]] = {}
    for rows in _list_pages(connection, ids):
        for lead_id, kind, at, properties in rows:
            read.setdefault(lead_id, []).append(_read_touch(kind, at, properties))
    return read


def _list_pages(connection: Connection, ids: Collection[str] | None) -> Iterator[Sequence[Sequence[Any]]]:
    columns = (events.c.lead_id, events.c.type, events.c.occurred_at, events.c.properties)
    found = select(*columns).order_by(events.c.lead_id, events.c.occurred_at, events.c.key)
    if ids is None:
        yield connection.execute(found).all()
        return
    ordered = sorted(ids)
    for start in range(0, len(ordered), _IDS_AT_ONCE):
        among = events.c.lead_id.in_(ordered[start : start + _IDS_AT_ONCE])
        yield connection.execute(found.where(among)).all()


def _read_touch(kind: str, at: int, properties: str | None) -> Touch:
    if properties is None:
        return Touch(at=at, type=kind)
    told = _PROPERTIES.decode(properties)
    channel = _find_text(told.channel, told.utm_source, told.source)
    return Touch(
        at=at,
        type=kind,
        channel=None if channel is None else normal_form(channel) or None,
        content=_find_text(told.content, told.title, told.asset, told.page, told.url),
    )


def _find_text(*told: Any) -> str | None:
    for text in told:
        if type(text) is str and text.strip():
            return text
    return None
