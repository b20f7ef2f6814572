"""The routes of the page of the model."""

from collections.abc import Sequence

from starlette.routing import Route

from serving.usecases.rights import Right
from serving.web.model import orders
from serving.web.model.page import ModelPage
from serving.web.model.setting import ThresholdPage
from serving.web.site import Site


def build_model_routes(site: Site) -> Sequence[Route]:
    """Build the routes of the page of the model, and of what can be ordered there."""
    may, page = Right.PROMOTE, ModelPage()
    thresholds = ThresholdPage(page)
    return [
        site.show("/model", page.show),
        site.show("/model/promote", orders.show_promotion, right=may),
        site.act("/model/promote", orders.promote, right=may),
        site.show("/model/roll-back", orders.show_rollback, right=may),
        site.act("/model/roll-back", orders.roll_back, right=may),
        site.show("/model/thresholds", thresholds.show, right=may),
        site.act("/model/thresholds", thresholds.order, right=may),
        site.show("/model/work", orders.show_work, right=may),
        site.act("/model/look", orders.look, right=may),
    ]
