"""Figures: GET routes of the agreement's views, as JSON or CSV, or the leads behind one row."""

from collections.abc import Mapping
from io import StringIO
from typing import Any

from sqlalchemy import Connection

from agreement.calendar.periods import BadPeriod, Period
from agreement.terms import Terms
from serving.api.answering import Reply
from serving.api.lookups import Answering, Asked, Reading
from serving.api.parameters import refuse
from serving.spreadsheets import write_csv
from serving.usecases.views.figures import Figures, FigureTable
from serving.usecases.views.viewing import VIEWS, Question, View

FORMATS = ("json", "csv")
PARAMETERS = ("period", "format", "table", "row")
_CSV = b"text/csv; charset=utf-8"
_PERIOD = "give period as 2026-W47, 2026-11 or 2026-01-01/2027-01-01 (to before the second day), from 1900 to 2199"


def read_view(name: str) -> Reading:
    """Return what reads GET /v1/{name}."""
    view = VIEWS[name]

    def read(asked: Asked) -> Answering:
        service = asked.service
        terms = service.agreeing.get()
        period = read_period(asked.query.get("period"), view, asked.now, terms)
        kind = _read_format(asked.query)
        options = {key: value for key, value in asked.query.items() if key in view.options}

        def answer(connection: Connection) -> Any:
            question = Question(
                connection=connection,
                period=period,
                now=asked.now,
                terms=terms,
                in_force=service.championing.in_force,
                options=options,
            )
            return _write(view.look(question), asked.query, kind)

        return answer

    return read


def read_period(text: str | None, view: View, now: int, terms: Terms) -> Period:
    """Read a period, the view's usual one where none is told.

    Raises
    ------
    BadField
        If it cannot be read.
    """
    if text is None:
        return view.choose_period(now, terms)
    try:
        return Period.from_text(text, zone=terms.zone)
    except BadPeriod:
        raise refuse("period", _PERIOD) from None


def _read_format(query: Mapping[str, str]) -> str:
    kind = query.get("format", "json")
    if kind not in FORMATS:
        raise refuse("format", f"give format as one of {', '.join(FORMATS)}")
    if "row" in query and "table" not in query:
        raise refuse("row", "name the row's table too")
    return kind


def _write(figures: Figures, query: Mapping[str, str], kind: str) -> Any:
    if "row" in query:
        row = figures.get_table(query["table"]).get_row(query["row"])
        return {**figures.to_json(), "tables": {}, "row": row.key, "lead_ids": list(row.lead_ids)}
    if kind == "csv":
        return Reply(body=write_table(figures, figures.get_table(query.get("table"))).encode(), kind=_CSV)
    if "table" in query:
        told = figures.to_json()
        name = figures.get_table(query["table"]).name
        return {**told, "tables": {name: told["tables"][name]}}
    return figures.to_json()


def write_table(figures: Figures, table: FigureTable) -> str:
    """Write a table as CSV; each row says under which agreement and for which period it was computed."""
    own = list(table.rows[0].cells) if table.rows else []
    under = (figures.period.to_text(), figures.terms.version)
    written = StringIO(newline="")
    rows = [[row.key, *(row.cells[name] for name in own), len(row.lead_ids), *under] for row in table.rows]
    write_csv(written, ["key", *own, "leads", "period", "agreement"], rows)
    return written.getvalue()
