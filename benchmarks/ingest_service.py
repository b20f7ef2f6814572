"""The service that the ingest benchmarks measure: its people, its receiver, its leads, in a process of its own."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.ingest_traffic import build_lead_requests
from benchmarks.scoring import start_server
from serving.store.database import Database
from serving.store.people import insert_channel, save_person

TERMS = 'name = "benchmark"\n[alerts]\ncap_per_day = 1000000\n'
_OWNERS = 20
_SECRET = "whsec_" + "aG90bGVhZCBiZW5jaG1hcmsgc2VjcmV0IQ=="
_TELLERS = 64


class Receiver:
    """Takes webhooks and notes when each lead's came."""

    def __init__(self) -> None:
        self.came: dict[str, float] = {}
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = msgspec.json.decode(self.rfile.read(int(self.headers["content-length"])))
                for lead in body["data"]["leads"]:
                    receiver.came.setdefault(lead["id"], time.time())
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()


def set_up_people(database: Database, port: int) -> None:
    """Store the owners, each with a channel that leads to a receiver."""
    with database.writing() as connection:
        for number in range(_OWNERS):
            owner = f"owner-{number}"
            save_person(connection, owner, json.dumps({"id": owner}), 0)
            insert_channel(connection, _channel(owner, port))


def _channel(owner: str, port: int) -> dict[str, Any]:
    return {
        "id": f"channel-{owner}",
        "person_id": owner,
        "kind": "webhook",
        "url": f"http://127.0.0.1:{port}/",
        "secret": _SECRET,
        "is_active": True,
        "created_at": 0,
        "failures": 0,
        "rests_until": None,
    }


@contextmanager
def serve_home(home: Path, url: str, receiver: int) -> Iterator[int]:
    """Serve a home until the block ends, and give its port."""
    environment = {
        "HOTLEAD_DATABASE_URL": url,
        "HOTLEAD_TRUSTED_TARGETS": f"127.0.0.1:{receiver}",
        "HOTLEAD_PUBLIC_URL": "https://hotlead.example",
    }
    serve = "import typer; from hotlead.verbs.serve import serve; typer.run(serve)"
    with start_server(["-c", serve, "--home", str(home)], "/readyz", environment) as port:
        yield port


def send_leads(port: int, n_leads: int) -> None:
    """Tell of all leads over some connections at once."""
    requests = build_lead_requests(n_leads)

    def send(part: Sequence[tuple[str, bytes]]) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        for path, body in part:
            connection.request("PUT", path, body, {"content-type": "application/json"})
            answer = connection.getresponse()
            told = answer.read()
            if answer.status != 200:
                raise RuntimeError(told.decode())

    started = time.perf_counter()
    threads: list[threading.Thread] = []
    for first in range(_TELLERS):
        threads.append(threading.Thread(target=send, args=(requests[first::_TELLERS],)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    print(f"told of {n_leads:,} leads in {time.perf_counter() - started:.1f} s", flush=True)
