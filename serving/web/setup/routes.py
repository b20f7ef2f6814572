"""The routes of all pages of set-up: a page is one file, named here."""

from collections.abc import Sequence

from starlette.routing import Route

from serving.web.setup.channels_page import build_channel_routes
from serving.web.setup.index_page import build_index_routes
from serving.web.setup.people_page import build_people_routes
from serving.web.setup.routing_page import build_routing_routes
from serving.web.site import Site


def build_setup_routes(site: Site) -> Sequence[Route]:
    """Build the routes of all pages of set-up."""
    return [
        *build_index_routes(site),
        *build_people_routes(site),
        *build_channel_routes(site),
        *build_routing_routes(site),
    ]
