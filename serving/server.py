"""The server: uvicorn with limits on everything a caller could draw out."""

import socket
from collections.abc import Sequence

import uvicorn

from serving.app import create_app
from serving.connections import HEADER_BYTES, build_protocol
from serving.logs import build_log_config
from serving.promoting import Foreman
from serving.settings import Settings

_GOODBYE_SECONDS = 10


def run_server(settings: Settings, sockets: Sequence[socket.socket], *, foreman: Foreman | None = None) -> None:
    """Serve on bound sockets until told to stop; requests in flight are answered first.

    Parameters
    ----------
    foreman
        Who puts models in force where a page asks for it.
    """
    config = uvicorn.Config(
        create_app(settings, foreman=foreman),
        http=build_protocol(settings.request_seconds),
        ws="none",
        lifespan="on",
        log_config=build_log_config(),
        access_log=False,
        server_header=False,
        # Whoever speaks through a proxy is told by nobody we trust.
        proxy_headers=False,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=_GOODBYE_SECONDS,
        h11_max_incomplete_event_size=HEADER_BYTES,
    )
    uvicorn.Server(config).run(sockets=list(sockets))
