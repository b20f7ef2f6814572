"""Routing: the routes in force as people read them, and who would get a lead that somebody describes."""

from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.responses import Response
from starlette.routing import Route

from serving.usecases.rights import Right
from serving.usecases.routing import ROUTED_BY, count_load, try_routing
from serving.usecases.standing import gather_people
from serving.web.site import Site
from serving.web.visit import Visit


def build_routing_routes(site: Site) -> Sequence[Route]:
    """Build the route of the routes."""
    return [site.show("/setup/routing", _show, right=Right.STAFF)]


def _show(visit: Visit, connection: Connection) -> Response:
    asked = {name: visit.get(name).strip()[:200] for name in ROUTED_BY}
    found = try_routing(connection, asked, visit.terms) if "ask" in visit.request.query_params else None
    return visit.render(
        "setup/routing.html",
        routes=visit.terms.routes,
        people=gather_people(connection, visit.terms),
        load=count_load(connection),
        asked=asked,
        found=found,
    )
