"""Set-up's first page: its places, those that the visitor may enter."""

from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.responses import Response
from starlette.routing import Route

from serving.usecases.rights import Right
from serving.web.site import Site
from serving.web.visit import Visit


def build_index_routes(site: Site) -> Sequence[Route]:
    """Build the route of the list of places."""
    return [site.show("/setup", _show, right=Right.STAFF)]


def _show(visit: Visit, _: Connection) -> Response:
    return visit.render("setup/index.html")
