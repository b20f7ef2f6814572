"""Leads: a row of a file as the lead it tells of, read by the same rules as a lead that a program sends."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from agreement.calendar.zones import get_zone
from features.times import to_datetime
from serving.api.attributes import BadField, read_name
from serving.api.facts import FactReader
from serving.api.strict_json import JsonError, decode
from serving.championing import ScorerInForce
from serving.importing.fields import NUMBERS
from serving.importing.layout import Layout
from serving.importing.rows import Row
from serving.importing.values import MISSING, read_number, read_time
from serving.store.leads import LeadRecord
from serving.usecases.told import Rejected, ToldLead

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder()
# Blanks around them are a slip of whoever typed, and would make another lead or owner of it.
_NAMES = frozenset(("id", "account_id", "owner_id", "stage", "email"))

TROUBLES: Mapping[str, str] = {
    "too_long_row": "A line is longer than 1 MiB",
    "bad_quotes": "The quotes in the row do not close, or a cell is longer than 128 KiB",
    "too_many_cells": "The row has more cells than there are columns",
    "too_few_cells": "The row has fewer cells than there are columns",
    "zero_byte": "The row holds a zero byte, which is no text",
}
"""Why a row itself is refused, by code; all other codes are those of the API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReader:
    """Reads rows of one file.

    Attributes
    ----------
    numbers
        Attributes that are numbers, by the names of the model's schema and of those that all leads may have.
    told_at
        The moment of which the file speaks: what was told later is newer.
    batch
        The name of the import.
    place
        Under which refused rows are kept.
    """

    layout: Layout
    facts: FactReader
    numbers: frozenset[str]
    told_at: int
    batch: str
    place: str

    def read(self, row: Row, known: Mapping[str, LeadRecord], now: int) -> ToldLead | Rejected:
        """Read a row; what the file leaves out of a lead that is known stays as it is."""
        body: dict[str, Any] = {}
        try:
            if row.trouble:
                raise BadField(row.trouble, TROUBLES[row.trouble])
            body = self.compose(row)
            lead_id = find_id(body)
            record = known.get(lead_id)
            whole = body if record is None else {**_describe_known(record), **body}
            item: ToldLead = self.facts.read_lead(lead_id, _pass(whole), now, self.batch).item
        except (BadField, JsonError) as error:
            return self._reject(row, body, error)
        return item

    def compose(self, row: Row) -> dict[str, Any]:
        """Return the body that a program would send of a row; an empty cell is left out."""
        zone, layout = get_zone(self.layout.zone), self.layout
        body: dict[str, Any] = {}
        for name, cell in zip(layout.names, row.cells, strict=True):
            if not name or cell.strip().lower() in MISSING:
                continue
            if name == "created_at":
                body[name] = read_time(cell, layout.days, zone)
            elif name in self.numbers:
                body[name] = read_number(cell, layout.mark)
            else:
                body[name] = cell.strip() if name in _NAMES else cell
        return body and {**body, "updated_at": to_datetime(self.told_at).isoformat()}

    def _reject(self, row: Row, body: Mapping[str, Any], error: BadField | JsonError) -> Rejected:
        """Return what is kept of a refused row: its cells, and by which names whoever it is can be forgotten."""
        code = error.code if isinstance(error, BadField) else "bad_unicode"
        named = {"lead_id": body["id"]} if isinstance(body.get("id"), str) else {}
        kept = {**named, "row": row.number, "cells": list(row.cells)}
        text = _ENCODER.encode(kept).decode()
        return Rejected(kind=f"{self.place}/{row.number}", code=code, path=error.path, detail=str(error), body=text)


def find_id(body: Mapping[str, Any]) -> str:
    """Find what a lead is called: its id, or else its e-mail address in small letters.

    Raises
    ------
    BadField
        If the row has neither.
    """
    told = body.get("id") or str(body.get("email", "")).strip().lower()
    if not told:
        raise BadField("missing", "the row has neither an id nor an e-mail address", "/id")
    try:
        return read_name(told)
    except BadField as error:
        raise BadField(error.code, str(error), "/id") from None


def list_ids(reader: RowReader, rows: Sequence[Row]) -> Iterator[str]:
    """List the ids of the rows that have one."""
    for row in rows:
        if not row.trouble:
            try:
                yield find_id(reader.compose(row))
            except BadField:
                continue


def remember(known: dict[str, LeadRecord], item: ToldLead) -> None:
    """Remember what a row told of a lead, so that a later row of the same file adds to it."""
    known[item.id] = LeadRecord(
        id=item.id,
        version=0,
        attributes=item.attributes,
        account_id=item.account_id,
        created_at=item.created_at,
    )


def _describe_known(record: LeadRecord) -> dict[str, Any]:
    """Describe a lead as it was told, but for its owner and its stage, which stay by themselves."""
    body: dict[str, Any] = _DECODER.decode(record.attributes)
    if record.account_id is not None:
        body["account_id"] = record.account_id
    if record.created_at is not None:
        body["created_at"] = to_datetime(record.created_at).isoformat()
    return body


def _pass(body: Mapping[str, Any]) -> Any:
    """Pass a body through the strict decoder, as if it had come over the network."""
    own = {name: value for name, value in body.items() if name != "id"}
    try:
        return decode(_ENCODER.encode(own))
    except (UnicodeEncodeError, OverflowError):
        raise BadField("bad_unicode", "the row holds what is no character") from None


def build_reader(
    layout: Layout, in_force: ScorerInForce | None, *, told_at: int, batch: str, place: str
) -> RowReader:
    """Build the reader of a file's rows for the model in force."""
    schema = None if in_force is None else in_force.scorer.feature_set.schema
    of_model = () if schema is None else (column.name for column in schema.numbers)
    return RowReader(
        layout=layout,
        facts=FactReader(schema),
        numbers=NUMBERS.union(of_model),
        told_at=told_at,
        batch=batch,
        place=place,
    )
