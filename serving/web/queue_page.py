"""The queue: a rep's first page."""

from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.responses import Response
from starlette.routing import Route

from serving.web.site import Site
from serving.web.visit import Visit


def build_queue_routes(site: Site) -> Sequence[Route]:
    """Build the routes of the queue."""
    return [site.show("/", _show)]


def _show(visit: Visit, connection: Connection) -> Response:
    return visit.render("queue.html")
