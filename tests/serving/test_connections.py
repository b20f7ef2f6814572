"""Connections: a request has its seconds, and a file the time that its length needs."""

import asyncio
from collections.abc import Sequence

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from serving.connections import UPLOADS, build_protocol, compute_upload_length
from serving.web.setup.import_page import MOST_BYTES

_PATIENCE_SECONDS = 0.3
_LENGTH = 2**20


@pytest.mark.parametrize(
    ("path", "lengths", "counted"),
    [
        ("/setup/import", [b"1000"], 1000),
        ("/setup/import", [b"0"], 0),
        ("/setup/import", [], 0),
        ("/setup/import", [b"-1"], 0),
        ("/setup/import", [b"1000", b"2000"], 0),
        ("/setup/import", [b"9" * 30], 0),
        ("/setup/import", [b"%d" % (100 * 2**20)], 0),
        ("/v1/events", [b"1000"], 0),
    ],
)
def test_only_uploads_of_a_size_we_read_count(path: str, lengths: Sequence[bytes], counted: int) -> None:
    """Whoever says something else about a length has the time of every request."""
    headers = [(b"host", b"x"), *((b"content-length", length) for length in lengths)]
    assert compute_upload_length(path, headers) == counted


def test_every_file_that_is_read_is_an_upload() -> None:
    """The largest form of an import has the time that it needs."""
    assert UPLOADS["/setup/import"] > MOST_BYTES


@pytest.mark.parametrize(("path", "is_read"), [("/setup/import", True), ("/v1/events", False)])
def test_a_slow_upload_is_read_and_any_other_slow_body_is_not(path: str, is_read: bool) -> None:
    """A body that takes longer than a request may is read to its end only where people send files."""
    assert asyncio.run(_send_slowly(path)) is is_read


async def _send_slowly(path: str) -> bool:
    """Send a body in two parts with a pause in between; tell whether it was answered."""
    config = uvicorn.Config(_answer, ws="none", lifespan="off", log_config=None)
    config.load()
    protocol = build_protocol(_PATIENCE_SECONDS)
    server = await asyncio.get_running_loop().create_server(
        lambda: protocol(config=config, server_state=ServerState(), app_state={}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        writer.write(f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {_LENGTH}\r\n\r\n".encode())
        writer.write(b"x" * (_LENGTH // 2))
        await asyncio.sleep(3 * _PATIENCE_SECONDS)
        writer.write(b"x" * (_LENGTH // 2))
        return (await reader.read(12)).startswith(b"HTTP/1.1 200")
    except ConnectionError:
        return False
    finally:
        writer.close()
        server.close()


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    has_more = True
    while has_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        has_more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
