"""A view, whole: its totals, each of its tables, its notes; and one of its tables as a spreadsheet."""

from collections.abc import Mapping

from sqlalchemy import Connection
from starlette.responses import Response

from serving.api.figures import write_table
from serving.usecases.views.figures import Figures
from serving.usecases.views.keeping_figures import KeptFigures
from serving.usecases.views.viewing import VIEWS
from serving.web.board.columns import gather_parts, lay_out, name_column, name_row, write_figure
from serving.web.board.looking import Behind, Looker, get_view
from serving.web.board.spans import find_after, find_before, list_choices, name_period
from serving.web.pages import SITE_HEADERS
from serving.web.visit import Visit

_MOST_ROWS = 60


def show_view(visit: Visit, connection: Connection, kept: KeptFigures) -> Response:
    """Show a view with all of its tables; of a long table the first rows, all where it is asked for by name."""
    name = visit.request.path_params["view"]
    options = read_options(name, visit)
    figures = _look(name, options, visit, connection, kept)
    wanted = visit.get("table")
    tables = [figures.get_table(wanted)] if wanted else figures.tables
    return visit.render(
        "board/view.html",
        view=VIEWS[name],
        views=VIEWS,
        figures=figures,
        period=figures.period,
        totals=list(gather_parts(figures.totals)),
        sheets=[lay_out(table) for table in tables],
        most=None if wanted else _MOST_ROWS,
        write=lambda table, column, cells: write_figure(figures, table, column, cells, visit),
        name_column=lambda name: name_column(name, visit.words),
        name_row=lambda table, key: name_row(figures.view, table, key, visit.words),
        name_period=lambda span: name_period(span, visit.words),
        choices=list_choices(visit.now, visit.terms),
        before=find_before(figures.period),
        after=find_after(figures.period, visit.now),
        behind=Behind(visit=visit).link,
        options=options,
    )


def send_sheet(visit: Visit, connection: Connection, kept: KeptFigures) -> Response:
    """Send a table as CSV, as the API writes it."""
    name = visit.request.path_params["view"]
    figures = _look(name, read_options(name, visit), visit, connection, kept)
    table = figures.get_table(visit.get("table") or None)
    file = f"{name}-{table.name}-{figures.period.to_text().replace('/', '-')}.csv"
    headers = {**SITE_HEADERS, "content-disposition": f'attachment; filename="{file}"'}
    return Response(write_table(figures, table), media_type="text/csv; charset=utf-8", headers=headers)


def read_options(view: str, visit: Visit) -> Mapping[str, str]:
    """Read the parameters of the address that a view knows."""
    known = get_view(view).options
    return {name: value for name, value in visit.request.query_params.items() if name in known and value}


def _look(
    name: str, options: Mapping[str, str], visit: Visit, connection: Connection, kept: KeptFigures
) -> Figures:
    looker = Looker(visit=visit, connection=connection, kept=kept)
    return looker.look(name, looker.read_period(name), options)
