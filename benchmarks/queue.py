"""How long the first view of the queue takes, and how that grows with the leads in the store.

Run as ``python -m benchmarks.queue``. The page is asked for in this process, from the request to its last byte, by
an owner of leads and by an admin. Beside it the list of the API: the same leads as JSON, without reasons, trends,
deadlines and values.
"""

import argparse
import asyncio
import gzip
import secrets
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from benchmarks.queue_store import Filler
from features.times import SECOND
from serving.app import create_app
from serving.settings import Settings
from serving.store.database import Database, sqlite_url
from serving.store.migrating import migrate
from serving.store.tables import leads
from serving.usecases.admitting import add_key
from serving.usecases.enrolling import add_user, make_link
from serving.usecases.signing_in import sign_in_by_link
from serving.web.cookies import SESSION

_ASKED = 200
_WARM_UP = 10
_GZIP = b"\x1f\x8b"
_JSON = "/v1/leads?sort=-score&limit=50"
_App = Callable[..., Awaitable[None]]
_Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What some requests took, in milliseconds, and the bytes of the last answer: as sent, and unpacked."""

    p50: float
    p99: float
    sent: int
    unpacked: int


def main() -> None:
    """Measure, and print each size and how the figures grow."""
    options = _read_options()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        url = options.database or sqlite_url(home)
        database = Database(url)
        migrate(database)
        filler = Filler(database, home, now=_now())
        rounds: list[dict[str, Measured]] = []
        for size in options.sizes:
            begun = time.perf_counter()
            filler.fill(size)
            _analyze(database)
            print(f"{size:,} leads told in {time.perf_counter() - begun:.0f} s: {_count(database)}", flush=True)
            rounds.append(asyncio.run(_measure(Settings(home=home, database_url=url, works=False), database)))
        database.close()
    for name in rounds[0]:
        growth = rounds[-1][name].p50 / rounds[0][name].p50
        print(f"{name}: p50 grew {growth:.2f}-fold from {options.sizes[0]:,} to {options.sizes[-1]:,} leads")


def _analyze(database: Database) -> None:
    """Let PostgreSQL learn how much there is, as its autovacuum does within a minute of such an inflow."""
    if database.engine.dialect.name == "postgresql":
        with database.writing() as connection:
            connection.execute(text("ANALYZE"))


async def _measure(settings: Settings, database: Database) -> dict[str, Measured]:
    app = create_app(settings)
    measured = {}
    async with app.router.lifespan_context(app):
        asked = {
            "as JSON": (_JSON, (b"authorization", f"Bearer {_make_key(database)}".encode())),
            "page, rep": ("/", _enter(database, "rep", "owner-0")),
            "page, admin": ("/", _enter(database, "admin", None)),
        }
        for name, (path, header) in asked.items():
            measured[name] = await _ask_often(app, path, header)
            each = measured[name]
            told = f"{each.sent:,} bytes sent, {each.unpacked:,} unpacked"
            print(f"  {name}: p50 {each.p50:.1f} ms, p99 {each.p99:.1f} ms, {told}", flush=True)
    return measured


async def _ask_often(app: _App, path: str, header: _Header) -> Measured:
    took, answer = [], b""
    for turn in range(_WARM_UP + _ASKED):
        begun = time.perf_counter()
        answer = await _ask(app, path, header)
        if turn >= _WARM_UP:
            took.append((time.perf_counter() - begun) * 1e3)
    took.sort()
    unpacked = gzip.decompress(answer) if answer.startswith(_GZIP) else answer
    return Measured(
        p50=took[len(took) // 2], p99=took[int(len(took) * 0.99)], sent=len(answer), unpacked=len(unpacked)
    )


async def _ask(app: _App, path: str, header: _Header) -> bytes:
    """Ask for a path as a browser does and return the body.

    Raises
    ------
    RuntimeError
        If it is answered with anything but 200.
    """
    bare, _, query = path.partition("?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": bare,
        "raw_path": bare.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1"), (b"accept-encoding", b"gzip, deflate, br, zstd"), header],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    status, body = 0, b""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        nonlocal status, body
        status = message.get("status", status)
        body += message.get("body", b"")

    await app(scope, receive, send)
    if status != 200:
        raise RuntimeError(f"{path} answered {status}")
    return body


def _make_key(database: Database) -> str:
    with database.writing() as connection:
        key = add_key(connection, name="benchmark", scopes=["read"], at=_now(), randomness=secrets.SystemRandom())
    return key.text


def _enter(database: Database, role: str, person_id: str | None) -> _Header:
    """Add a user and sign them in; return the header by which their browser is known."""
    now = _now()
    with database.writing() as connection:
        user = f"{role}-{now}"
        add_user(connection, user_id=user, name=user, role=role, person_id=person_id, at=now, by="benchmark")
        link = make_link(connection, user, at=now, by="benchmark")
        session = sign_in_by_link(connection, link, at=now)
    return b"cookie", f"{SESSION}={session.token}".encode()


def _count(database: Database) -> str:
    with database.reading() as connection:
        found = connection.execute(
            select(leads.c.bucket, leads.c.is_open, func.count()).group_by(leads.c.bucket, leads.c.is_open)
        )
        counted: Sequence[Any] = sorted(found.all(), key=str)
    return ", ".join(f"{count:,} {'open' if is_open else 'closed'} {bucket}" for bucket, is_open, count in counted)


def _now() -> int:
    return round(time.time() * SECOND)


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 50_000], help="leads in the store")
    parser.add_argument("--database", help="PostgreSQL address; a SQLite file in a temporary home otherwise")
    return parser.parse_args()


if __name__ == "__main__":
    main()
