"""The routes of the agreement board."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection
from starlette.responses import Response
from starlette.routing import Route

from serving.usecases.views.keeping_figures import KeptFigures
from serving.web.board.board_page import show_board
from serving.web.board.leads_page import show_leads
from serving.web.board.view_page import send_sheet, show_view
from serving.web.site import Show, Site
from serving.web.visit import Visit

_Shows = Callable[[Visit, Connection, KeptFigures], Response]


def build_board_routes(site: Site) -> Sequence[Route]:
    """Build the routes of the board; they share what was computed lately."""
    kept = KeptFigures()

    def share(show: _Shows) -> Show:
        return lambda visit, connection: show(visit, connection, kept)

    return [
        site.show("/agreement", share(show_board)),
        site.show("/agreement/leads", share(show_leads)),
        site.show("/agreement/{view}.csv", share(send_sheet)),
        site.show("/agreement/{view}", share(show_view)),
    ]
