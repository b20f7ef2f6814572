"""Viewing: the routes of the agreement's figures, one a view."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct

from serving.api.descriptions.operation import WITH_QUERY, WITH_STORE, Answer, Operation, refer, unite
from serving.api.descriptions.parameters import ask, ask_choice, ask_word
from serving.api.figures import FORMATS
from serving.api.schemas import Moment
from serving.usecases.views.viewing import VIEWS, View

TAG = "The agreement"
_TEXT = {"type": "string", "maxLength": 200}


class PeriodBody(Struct, kw_only=True):
    """The days that figures speak of; the end is exclusive."""

    name: str
    begins: date
    ends: date


class AgreementNameBody(Struct, kw_only=True):
    """The agreement under which figures were computed."""

    name: str
    version: str


class FigureTableBody(Struct, kw_only=True):
    """A table: each row has a key, the number of leads behind it, and its figures by column."""

    title: str
    rows: list[dict[str, Any]]


class FiguresBody(Struct, kw_only=True, omit_defaults=True):
    """What a view answers; for a row, the leads behind it."""

    view: str
    period: PeriodBody
    as_of: Moment
    zone: str
    agreement: AgreementNameBody
    level: Annotated[float, Meta(description="how often an interval should hold what it speaks of")]
    totals: dict[str, Any]
    tables: dict[str, FigureTableBody]
    notes: list[str]
    row: str | None = None
    lead_ids: list[str] | None = None


BODIES = (PeriodBody, AgreementNameBody, FigureTableBody, FiguresBody)


def list_operations() -> Sequence[Operation]:
    """List the operations."""
    return [_describe(name, view) for name, view in VIEWS.items()]


def _describe(name: str, view: View) -> Operation:
    return Operation(
        method="GET",
        path=f"/v1/{name}",
        id=f"show_{name}",
        tag=TAG,
        scope="read",
        summary=view.title,
        description=view.says,
        parameters=(
            ask("period", "2026-W47, 2026-11 or 2026-01-01/2027-01-01 (the end is exclusive).", _TEXT),
            ask_choice("format", "JSON, or one table as CSV.", FORMATS),
            ask_word("table", "Only this table."),
            ask_word("row", "The leads behind this row of the table."),
            *(ask(option, said, _TEXT) for option, said in view.options.items()),
        ),
        answers={200: Answer(description="The figures", schema=refer("FiguresBody"), also="text/csv")},
        problems=unite(WITH_QUERY, WITH_STORE, {404: ("unknown_table",)}),
    )
