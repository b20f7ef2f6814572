"""Bodies over HTTP: media types, encodings and sizes."""

import asyncio
import gzip
import json
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from serving.api.bodies import BodyTooLarge, read_json_body

Post = Callable[..., Any]
Refused = Callable[..., None]


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/json; charset=utf-16",
        "",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "application/jsonx",
    ],
)
def test_other_media_types_are_refused(post: Post, refused: Refused, kind: str) -> None:
    """The body is JSON in UTF-8, and says so."""
    refused(post({"id": "L"}, content_type=kind), 415, "unsupported_media_type")


@pytest.mark.parametrize("kind", ["application/json;charset=utf-8", 'Application/JSON; charset="UTF-8"'])
def test_utf8_may_be_named(post: Post, kind: str) -> None:
    """The character set may be named, in any case."""
    assert post({"id": "L"}, content_type=kind).status_code == 200


def test_gzip_is_read_within_the_limit(post: Post, refused: Refused, leads: list[dict[str, Any]]) -> None:
    """A gzip body is read, in several members too; what inflates beyond the limit is refused early."""
    body = json.dumps(leads[0]).encode()
    packed = gzip.compress(body[:100]) + gzip.compress(body[100:])
    assert post(packed, content_encoding="gzip").json() == post(body).json()
    assert post(body, content_encoding="identity").status_code == 200
    started = time.perf_counter()
    refused(post(gzip.compress(bytes(2**27)), content_encoding="gzip"), 413, "body_too_large")
    assert time.perf_counter() - started < 1.5


@pytest.mark.parametrize(
    "packed", [b"plain", gzip.compress(b'{"id":"L"}', mtime=0)[:-4], gzip.compress(b"{}", mtime=0) + b"rubbish"]
)
def test_damaged_gzip_is_refused(post: Post, refused: Refused, packed: bytes) -> None:
    """What does not inflate to its end is refused."""
    refused(post(packed, content_encoding="gzip"), 400, "damaged_body")


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip", "compress"])
def test_other_encodings_are_refused(post: Post, refused: Refused, encoding: str) -> None:
    """Only gzip is inflated."""
    refused(post(b"x", content_encoding=encoding), 415, "unsupported_encoding")


def test_large_bodies_are_refused(post: Post, refused: Refused) -> None:
    """A body above the limit is refused, told by its length or not."""
    large = b'{"id":"%s"}' % (b"x" * 2**20)
    refused(post(large), 413, "body_too_large")


@pytest.mark.parametrize("members", [1, 40])
def test_a_gzip_bomb_is_never_inflated(members: int) -> None:
    """What 128 MiB would inflate to is given up at the limit, whether it comes in one piece or in many."""
    bomb = gzip.compress(bytes(2**27 // members)) * members

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": bomb}

    headers = [(b"content-type", b"application/json"), (b"content-encoding", b"gzip")]
    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLarge):
            asyncio.run(read_json_body({"headers": headers}, receive, 2**20))
        assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
    finally:
        tracemalloc.stop()
