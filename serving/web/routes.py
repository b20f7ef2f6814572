"""The routes of all pages: a page is one file, named here."""

from collections.abc import Sequence

from starlette.routing import Route

from serving.service import Service
from serving.web.account_page import build_account_routes
from serving.web.acting import build_act_routes
from serving.web.assets import build_asset_routes
from serving.web.board.routes import build_board_routes
from serving.web.lead.page import build_lead_routes
from serving.web.live import build_live_routes
from serving.web.model.routes import build_model_routes
from serving.web.queue_page import build_queue_routes
from serving.web.setup.routes import build_setup_routes
from serving.web.sign_in_page import build_sign_in_routes
from serving.web.site import Site


def build_page_routes(service: Service) -> Sequence[Route]:
    """Build the routes of all pages."""
    site = Site(service)
    return [
        *build_asset_routes(),
        *build_sign_in_routes(site),
        *build_account_routes(site),
        *build_act_routes(site),
        *build_live_routes(site),
        *build_queue_routes(site),
        *build_lead_routes(site),
        *build_board_routes(site),
        *build_setup_routes(site),
        *build_model_routes(site),
    ]
