"""A door: an admission before a tiny application, asked without a server, while time moves by hand."""

import asyncio
import json
import logging
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry
from starlette.types import Message, Receive, Scope, Send

from serving.admission import Admission
from serving.errors import TITLES
from serving.store.database import Database
from serving.usecases.admitting import NewKey, add_key, revoke_key

NOW = 1_800_000_000_000_000
HERE = (b"host", b"127.0.0.1:8000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def code(self) -> str:
        """The problem's code."""
        return str(json.loads(self.body)["code"])


class Door:
    """An admission with its store; behind it, an application that tells whom it met and what it was sent."""

    def __init__(self, database: Database, *, body_limit: int = 1_000) -> None:
        self.database, self.now, self.seconds, self.reads = database, NOW, 0.0, 0
        self.refusals: list[str] = []
        self.registry = CollectorRegistry()
        self.randomness = random.Random(7)
        self.admission = Admission(
            database,
            clock=lambda: self.now,
            body_limit=body_limit,
            registry=self.registry,
            on_refusal=self.refusals.append,
            timer=lambda: self.seconds,
        )

    def add(self, *scopes: str, signs: bool = False, name: str = "CRM") -> NewKey:
        """Add a key, and let the door learn of it."""
        with self.database.writing() as connection:
            new = add_key(connection, name=name, scopes=scopes, at=NOW, randomness=self.randomness, signs=signs)
        self.seconds += 2
        return new

    def revoke(self, new: NewKey) -> None:
        """Revoke a key; the door is not told."""
        with self.database.writing() as connection:
            revoke_key(connection, new.stored.id, at=NOW)

    def ask(
        self,
        *headers: tuple[bytes, bytes],
        method: str = "GET",
        query: bytes = b"",
        peer: str | None = "127.0.0.1",
        parts: Sequence[bytes] = (b"",),
        wanted: str = "ingest",
    ) -> Answer:
        """Ask once; without a Host among the headers, this machine's is sent."""
        named = headers if any(name == b"host" for name, _ in headers) else (HERE, *headers)
        scope = _build_scope(named, method=method, query=query, peer=peer)
        return asyncio.run(self._ask(scope, parts, wanted))

    def ask_together(self, count: int) -> list[Answer]:
        """Ask many times at once, without a key."""

        async def ask() -> list[Answer]:
            return await asyncio.gather(*(self._ask(_build_scope([HERE]), [b""], "read") for _ in range(count)))

        return asyncio.run(ask())

    def count_limited(self) -> float:
        """Count the wrong keys above a limit."""
        return self.registry.get_sample_value("hotlead_refused_keys_total") or 0.0

    async def _ask(self, scope: Scope, parts: Sequence[bytes], wanted: str) -> Answer:
        left, sent = list(parts), []

        async def receive() -> Message:
            self.reads += 1
            if not left:
                return {"type": "http.disconnect"}
            part = left.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(left)}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.admission.guard(wanted, tell)(scope, receive, send)
        return _gather(sent)


def open_door(url: str) -> Iterator[Door]:
    """Open a door to a store, until it is no longer used."""
    database = Database(url)
    door = Door(database)
    yield door
    door.admission.close()
    database.close()


def check_problem(answer: Answer, status: int, code: str) -> None:
    """Check that an answer is a problem with this status and code, and a challenge where it is 401."""
    assert (answer.status, answer.code) == (status, code)
    assert answer.headers[b"content-type"] == b"application/problem+json"
    assert (answer.headers.get(b"www-authenticate") == b"Bearer") == (status == 401)
    assert code in TITLES


async def tell(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the caller's name, and the body as it arrived."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    met: dict[str, Any] = {"name": scope["state"]["key"].name, "body": body.decode("latin-1")}
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(met).encode()})


def show(text: str | bytes, scheme: str = "Bearer") -> tuple[bytes, bytes]:
    """Return the header that shows a key."""
    return b"authorization", scheme.encode() + b" " + (text if isinstance(text, bytes) else text.encode())


def said(records: Iterable[logging.LogRecord]) -> list[str]:
    """Return what was logged of keys."""
    return [record.getMessage() for record in records if record.name == "hotlead.keys"]


def _build_scope(
    headers: Sequence[tuple[bytes, bytes]],
    *,
    method: str = "GET",
    query: bytes = b"",
    peer: str | None = "127.0.0.1",
) -> Scope:
    return {
        "type": "http",
        "method": method,
        "path": "/",
        "query_string": query,
        "headers": list(headers),
        "client": (peer, 50_000) if peer is not None else None,
    }


def _gather(sent: Sequence[Message]) -> Answer:
    if not sent:
        return Answer(status=0, headers={}, body=b"")
    start, *rest = sent
    return Answer(
        status=start["status"],
        headers=dict(start["headers"]),
        body=b"".join(message.get("body", b"") for message in rest),
    )
