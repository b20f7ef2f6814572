"""Doors: every route of the API in one list: its method, its path, the scope it takes, and what answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.routing import Route, request_response
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.admission import Admission
from serving.api import (
    agreement,
    alerts,
    batches,
    channels,
    deliveries,
    erasures,
    figures,
    intake,
    leads,
    owners,
    rejections,
    spending,
)
from serving.api.cursors import PARAMETERS
from serving.api.errands import Doing, ErrandEndpoint, Errands
from serving.api.intake import FactEndpoint, Intake
from serving.api.lookups import LookupEndpoint, Lookups, Reading
from serving.api.model import build_model_endpoint
from serving.api.score import ScoreEndpoint
from serving.meters import Meters
from serving.service import Service
from serving.usecases.views.viewing import VIEWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One route."""

    method: str
    path: str
    scope: str
    app: ASGIApp


class _Labelled:
    """The applications of a path by method, which tell the path, so that counts never name callers' words."""

    def __init__(self, path: str, apps: Mapping[str, ASGIApp]) -> None:
        self._path, self._apps = path, apps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["hotlead.route"] = self._path
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        await self._apps[method](scope, receive, send)


def list_doors(service: Service, meters: Meters, body_limit: int) -> Sequence[Door]:
    """List the routes that need a scope."""
    facts = Intake(
        service.gathering,
        service.championing,
        clock=service.clock,
        meters=meters,
        body_limit=body_limit,
        take_terms=service.agreeing.get,
    )
    lookups = Lookups(service, meters)
    errands = Errands(service, meters, body_limit=body_limit)
    score = ScoreEndpoint(service.championing, clock=service.clock, meters=meters, body_limit=body_limit)
    return [
        Door(method="POST", path="/v1/score", scope="score", app=score),
        Door(
            method="GET",
            path="/v1/model",
            scope="read",
            app=request_response(build_model_endpoint(service.championing)),
        ),
        *_list_fact_doors(facts),
        *_list_read_doors(lookups),
        *_list_admin_doors(errands, lookups),
    ]


def build_routes(doors: Sequence[Door], admission: Admission) -> list[Route]:
    """Build one route a path, so that a 405 allows all of its methods, each behind the admission."""
    paths: dict[str, dict[str, ASGIApp]] = {}
    for door in doors:
        paths.setdefault(door.path, {})[door.method] = admission.guard(door.scope, door.app)
    return [Route(path, _Labelled(path, apps), methods=list(apps)) for path, apps in paths.items()]


def _list_fact_doors(facts: Intake) -> list[Door]:
    def take(method: str, path: str, read: Callable[..., object], *parameters: str) -> Door:
        endpoint = FactEndpoint(facts, read, takes_parameters=parameters)  # type: ignore[arg-type]
        return Door(method=method, path=path, scope="ingest", app=endpoint)

    return [
        take("POST", "/v1/events", intake.read_events, "import"),
        take("POST", "/v1/stages", batches.read_stage_batch, "import"),
        take("POST", "/v1/contacts", batches.read_contact_batch),
        take("PUT", "/v1/accounts/{account_id}", intake.read_accounts),
        take("PUT", "/v1/leads/{lead_id}", intake.read_leads, "import"),
        take("POST", "/v1/leads/{lead_id}/stage", intake.read_stages),
        take("POST", "/v1/leads/{lead_id}/accept", intake.read_acceptances),
        take("POST", "/v1/leads/{lead_id}/reject", intake.read_refusals),
        take("POST", "/v1/leads/{lead_id}/return", intake.read_returns),
        take("POST", "/v1/leads/{lead_id}/contacts", intake.read_contacts),
        take("POST", "/v1/leads/{lead_id}/notes", intake.read_notes),
        take("POST", "/v1/leads/{lead_id}/snooze", intake.read_snoozes),
        take("POST", "/v1/alerts/{alert_id}/acknowledge", intake.read_acknowledgements),
    ]


def _list_read_doors(lookups: Lookups) -> list[Door]:
    def show(path: str, read: Reading, *parameters: str) -> Door:
        endpoint = LookupEndpoint(lookups, read, takes_parameters=parameters)
        return Door(method="GET", path=path, scope="read", app=endpoint)

    return [
        show("/v1/leads", leads.list_leads, *leads.LIST_PARAMETERS),
        show("/v1/leads/{lead_id}", leads.show_lead),
        show("/v1/leads/{lead_id}/scores", leads.list_scores, *PARAMETERS),
        show("/v1/leads/{lead_id}/events", leads.list_events, *PARAMETERS),
        show("/v1/leads/{lead_id}/why", leads.show_why),
        show("/v1/alerts", alerts.list_alerts, *alerts.LIST_PARAMETERS),
        show("/v1/alerts/{alert_id}", alerts.show_alert),
        *(
            show(f"/v1/{name}", figures.read_view(name), *figures.PARAMETERS, *VIEWS[name].options)
            for name in VIEWS
        ),
    ]


def _list_admin_doors(errands: Errands, lookups: Lookups) -> list[Door]:
    def do(method: str, path: str, doing: Doing, scope: str = "admin") -> Door:
        # A DELETE names what it means in its path; a test of a channel needs no more either.
        has_body = method != "DELETE" and not path.endswith("/test")
        return Door(method=method, path=path, scope=scope, app=ErrandEndpoint(errands, doing, has_body=has_body))

    def show(path: str, read: Reading, *parameters: str) -> Door:
        endpoint = LookupEndpoint(lookups, read, takes_parameters=parameters)
        return Door(method="GET", path=path, scope="read", app=endpoint)

    return [
        do("DELETE", "/v1/leads/{lead_id}", erasures.delete_lead),
        show("/v1/owners", owners.list_owners),
        show("/v1/owners/{owner_id}", owners.get_owner),
        do("PUT", "/v1/owners/{owner_id}", owners.put_owner, "ingest"),
        do("DELETE", "/v1/owners/{owner_id}", owners.delete_owner),
        show("/v1/agreement", agreement.show_agreement),
        do("POST", "/v1/agreement", agreement.post_agreement),
        show("/v1/agreement/versions", agreement.list_versions, *PARAMETERS),
        show("/v1/agreement/versions/{version}", agreement.show_version),
        show("/v1/spending", spending.list_all_spending),
        do("PUT", "/v1/spending/{channel}/{month}", spending.put_spending, "ingest"),
        show("/v1/channels", channels.list_channels),
        do("POST", "/v1/channels", channels.post_channel),
        do("DELETE", "/v1/channels/{channel_id}", channels.delete_channel),
        do("POST", "/v1/channels/{channel_id}/test", channels.test_channel),
        show("/v1/rejections", rejections.list_rejections, "code", *PARAMETERS),
        do("POST", "/v1/rejections/replay", rejections.replay),
        show("/v1/deliveries", deliveries.list_deliveries, "state", "channel", *PARAMETERS),
        do("POST", "/v1/deliveries/replay", deliveries.replay_deliveries),
    ]
