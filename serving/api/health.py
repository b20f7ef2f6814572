"""Health: is the process alive, can it score, what did it count."""

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving.championing import Championing
from serving.meters import Meters
from serving.usecases.monitoring import check_readiness


def build_health_routes(championing: Championing, meters: Meters) -> list[Route]:
    """Build the routes that operators and their machines ask; all are async, so that no queue hides the truth."""

    async def healthz(_: Request) -> Response:
        return Response(b'{"status":"alive"}', media_type="application/json")

    async def readyz(_: Request) -> Response:
        readiness = check_readiness(championing)
        body = {
            "status": "ready" if readiness.is_ready else "not ready",
            "model_version": readiness.model_version,
            "reason": readiness.reason,
        }
        status = 200 if readiness.is_ready else 503
        return Response(msgspec.json.encode(body), status_code=status, media_type="application/json")

    async def metrics(_: Request) -> Response:
        return Response(meters.render(), headers={"content-type": CONTENT_TYPE_LATEST})

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
