"""The leads behind a figure: by the same row of the same view that the API answers, page by page."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection
from starlette.responses import Response

from serving.usecases.browsing import browse_named
from serving.usecases.standing import gather_people
from serving.usecases.views.figures import Figures
from serving.usecases.views.keeping_figures import KeptFigures
from serving.web.board.columns import name_row
from serving.web.board.looking import Looker, get_view
from serving.web.board.spans import name_period
from serving.web.board.view_page import read_options
from serving.web.visit import Visit

_A_PAGE = 50


def show_leads(visit: Visit, connection: Connection, kept: KeptFigures) -> Response:
    """Show the leads behind a row."""
    view = visit.get("view", "attainment")
    looker = Looker(visit=visit, connection=connection, kept=kept)
    options = read_options(view, visit)
    figures = looker.look(view, looker.read_period(view), options)
    table = figures.get_table(visit.get("table") or None)
    row = table.get_row(visit.get("row"))
    first = _read_first(visit.get("first"), len(row.lead_ids))
    shown = row.lead_ids[first : first + _A_PAGE]
    return visit.render(
        "board/leads.html",
        figures=figures,
        view=get_view(view),
        table=table,
        row=row,
        row_name=name_row(view, table.name, row.key, visit.words),
        leads=_list_leads(shown, figures, visit, connection),
        gone=len(shown),
        first=first,
        last=min(first + _A_PAGE, len(row.lead_ids)),
        before=max(0, first - _A_PAGE) if first else None,
        after=first + _A_PAGE if first + _A_PAGE < len(row.lead_ids) else None,
        back=visit.link(f"/agreement/{view}", period=figures.period.to_text(), **options),
        said_period=name_period(figures.period, visit.words),
    )


def _list_leads(
    lead_ids: Sequence[str], figures: Figures, visit: Visit, connection: Connection
) -> Sequence[Mapping[str, Any]]:
    people = gather_people(connection, figures.terms)

    def name_owner(owner_id: str | None) -> str | None:
        person = people.get(owner_id or "")
        return person.name if person is not None and person.name else owner_id

    return [
        {**item, "owner": name_owner(item["owner_id"]), "address": f"/leads/{quote(item['id'], safe='')}"}
        for item in browse_named(connection, lead_ids)
    ]


def _read_first(text: str, n_leads: int) -> int:
    """Read with which lead a page begins; what is no number, or beyond the last, begins with the first."""
    first = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return first if first < n_leads else 0
