"""Health: is the process alive, can it score and store, what did it count."""

import asyncio

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, request_response

from serving.admission import Admission
from serving.meters import Meters
from serving.service import Service
from serving.usecases.monitoring import Readiness, check_readiness, measure_outbox


def build_health_routes(service: Service, meters: Meters, admission: Admission) -> list[Route]:
    """Build the routes that operators and their machines ask; all are async, so that no queue hides the truth."""

    async def healthz(_: Request) -> Response:
        return Response(b'{"status":"alive"}', media_type="application/json")

    async def readyz(_: Request) -> Response:
        readiness = await asyncio.to_thread(_look_around, service)
        body = {
            "status": "ready" if readiness.is_ready else "not ready",
            "model_version": readiness.model_version,
            "reason": readiness.reason,
            "troubles": list(readiness.troubles),
        }
        status = 200 if readiness.is_ready else 503
        return Response(msgspec.json.encode(body), status_code=status, media_type="application/json")

    async def metrics(_: Request) -> Response:
        counts, age = await asyncio.to_thread(measure_outbox, service.database, service.clock())
        meters.record_state(service.gathering.depth, counts, age)
        return Response(meters.render(), headers={"content-type": CONTENT_TYPE_LATEST})

    guarded = admission.guard("read", request_response(metrics))
    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", guarded, methods=["GET"])]


def _look_around(service: Service) -> Readiness:
    trouble = service.agreeing.trouble
    return check_readiness(
        service.championing,
        service.database,
        now=service.clock(),
        trouble_of_writer=service.gathering.trouble,
        trouble_of_terms=trouble,
        warnings=[warning.sentence for warning in service.agreeing.list_warnings() if warning.sentence != trouble],
    )
