"""A company under attack: the service in a process of its own, one connection to it, and a look into its store."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from sqlalchemy import text

from serving.errors import TITLES
from serving.store.database import Database, sqlite_url
from tests.serving.conftest import Server, serve

CANARY = "canary-7Hq"
"""Stands in what hostile callers send; no answer to a mistake and no line of the log may hold it."""
FACTS = (
    *("leads", "lead_versions", "accounts", "account_versions", "events", "waiting_leads", "stage_changes"),
    *("contacts", "people", "channels", "alerts", "deliveries", "agreements"),
)
_COUNTS = ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in FACTS)
_LONG_ENOUGH_TO_TELL = 4
# Less than the patience that the server of these tests has with a silent connection.
_IDLE_SECONDS = 1.0

NEWS = (
    ("PUT", "/v1/leads/L-news"),
    ("PUT", "/v1/accounts/A-news"),
    ("POST", "/v1/events"),
    ("POST", "/v1/stages"),
    ("POST", "/v1/contacts"),
    ("POST", "/v1/leads/L-news/stage"),
    ("POST", "/v1/leads/L-news/contacts"),
    ("POST", "/v1/leads/L-news/snooze"),
    ("POST", "/v1/alerts/none/acknowledge"),
)
"""Every door by which facts come in."""
WRITES = (
    *NEWS,
    ("POST", "/v1/score"),
    ("PUT", "/v1/owners/O-news"),
    ("PUT", "/v1/spending/C-news/2026-02"),
    ("POST", "/v1/agreement"),
    ("POST", "/v1/channels"),
    ("POST", "/v1/rejections/replay"),
    ("POST", "/v1/deliveries/replay"),
)
"""Every door that reads a body."""
KINDS = (NEWS[0], NEWS[2], *WRITES[len(NEWS) : len(NEWS) + 2], WRITES[-2])
"""One door of each kind: a fact, an array of facts, a score, an owner, a desk's errand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        """The body as data."""
        return json.loads(self.body)


class Company:
    """A server, a connection that is kept, and the store behind."""

    def __init__(self, server: Server, database: Database) -> None:
        self.server, self.database = server, database
        self.connection: HTTPConnection = server.connect()
        self._asked_at = time.monotonic()
        self._n_names = 0

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """Ask on the connection that is kept; a body of bytes is sent as it is."""
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.renew_connection()
        self.connection.request(method, path, content, {"content-type": "application/json", **named})
        answer = self.connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(status=answer.status, headers=told, body=answer.read())

    def renew_connection(self) -> None:
        """Open another connection where this one was idle so long that the server may be closing it."""
        if time.monotonic() - self._asked_at > _IDLE_SECONDS:
            self.connection.close()
        self._asked_at = time.monotonic()

    def count(self) -> dict[str, int]:
        """Count the rows of every table of facts."""
        return dict(self.read(f"SELECT {_COUNTS}")[0]._mapping)

    def read(self, query: str, **values: Any) -> list[Any]:
        """Read rows of the store."""
        with self.database.reading() as connection:
            return list(connection.execute(text(query), values))

    def name(self, kind: str = "L") -> str:
        """Return an id that nobody has."""
        self._n_names += 1
        return f"{kind}-{self._n_names}"

    def check_refused(
        self, method: str, path: str, body: Any, expected: tuple[int, str, str | None], *, told: Any = None
    ) -> None:
        """Check that a request is refused as the contract says.

        Parameters
        ----------
        expected
            Status, code and path; a path of None is not looked at.
        told
            The value that the answer must not show.
        """
        before = self.count()
        self.check_served()
        sock = self.connection.sock
        reply = self.ask(method, path, body)
        check_problem(reply, expected)
        assert CANARY.encode() not in reply.body
        shown = told if isinstance(told, str) else json.dumps(told)
        assert len(shown) < _LONG_ENOUGH_TO_TELL or told is None or shown.encode() not in reply.body
        assert self.count() == before
        self.check_served(sock)

    def check_served(self, sock: Any = None) -> None:
        """Check that a valid lead is served on the same connection."""
        assert self.ask("POST", "/v1/score", {"id": "good", "employees": 12}).status == 200
        assert sock is None or self.connection.sock is sock

    def check_kept(self, kind: str, code: str, path: str) -> None:
        """Check that a refused item is kept with its code and the field in the way."""
        query = "SELECT count(*) FROM rejections WHERE kind = :kind AND code = :code AND path = :path"
        assert self.read(query, kind=kind, code=code, path=path)[0][0] >= 1

    def check_log(self) -> None:
        """Check that the log names no stranger's words, and that each of its lines is one of ours."""
        said = self.server.log.read_text()
        assert CANARY not in said
        # The first line is for whoever started the service by hand.
        entries = said.splitlines()[1:]
        assert all(line.isprintable() for line in entries)
        assert all({"at", "level", "message"} <= json.loads(line).keys() for line in entries)


def check_problem(reply: Reply, expected: tuple[int, str, str | None]) -> None:
    """Check that a reply is a problem with this status, code and path."""
    status, code, path = expected
    assert (reply.status, reply.told["code"]) == (status, code), reply.body
    assert reply.headers["content-type"] == "application/problem+json"
    assert (reply.told["status"], reply.told["title"]) == (status, TITLES[code])
    assert reply.told["detail"]
    assert path is None or reply.told["path"] == path


@contextmanager
def open_company(home: Path) -> Iterator[Company]:
    """Serve a home that has a champion; at the end the log is looked through."""
    with serve(home) as server:
        database = Database(sqlite_url(home))
        company = Company(server, database)
        yield company
        company.connection.close()
        database.close()
        company.check_log()


def tell_time(**ago: float) -> str:
    """Return the moment some time ago as RFC 3339 has it."""
    return (datetime.now(UTC) - timedelta(**ago)).isoformat().replace("+00:00", "Z")


def make_event(lead_id: str, **more: Any) -> dict[str, Any]:
    """Make an event of a minute ago."""
    return {"lead_id": lead_id, "type": "download", "occurred_at": tell_time(minutes=1), **more}
