"""The routes of all pages of set-up: a page is one file, named here."""

from collections.abc import Sequence

from starlette.routing import Route

from serving.web.setup.agreement_page import build_agreement_routes
from serving.web.setup.audit_page import build_audit_routes
from serving.web.setup.channels_page import build_channel_routes
from serving.web.setup.import_page import build_import_routes
from serving.web.setup.index_page import build_index_routes
from serving.web.setup.keys_page import build_key_routes
from serving.web.setup.people_page import build_people_routes
from serving.web.setup.routing_page import build_routing_routes
from serving.web.setup.users_page import build_user_routes
from serving.web.site import Site


def build_setup_routes(site: Site) -> Sequence[Route]:
    """Build the routes of all pages of set-up."""
    return [
        *build_index_routes(site),
        *build_people_routes(site),
        *build_channel_routes(site),
        *build_routing_routes(site),
        *build_agreement_routes(site),
        *build_import_routes(site),
        *build_user_routes(site),
        *build_key_routes(site),
        *build_audit_routes(site),
    ]
