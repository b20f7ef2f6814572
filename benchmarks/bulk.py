"""How long live events take while an import runs, beside the same events without one.

Run as ``python -m benchmarks.bulk``. Live events come at a steady pace over a few connections, whoever else is
served; the import is sent as fast as it is taken. Rounds with and without it alternate.
"""

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path

import msgspec

from benchmarks.ingest_service import TERMS, Receiver, send_leads, serve_home, set_up_people
from benchmarks.ingest_traffic import Traffic, publish_scorer
from serving.store.database import Database, sqlite_url
from serving.store.migrating import migrate

_ENCODER = msgspec.json.Encoder()
_HEADERS = {"content-type": "application/json"}
_LIVE_CONNECTIONS, _IMPORT_CONNECTIONS = 4, 2
_ROUNDS = 3


def main() -> None:
    """Measure, and print the medians of the rounds and their ratio."""
    options = _read_options()
    receiver = Receiver()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        publish_scorer(home)
        (home / "agreement.toml").write_text(TERMS)
        url = options.database or sqlite_url(home)
        database = Database(url)
        migrate(database)
        set_up_people(database, receiver.port)
        with serve_home(home, url, receiver.port) as port:
            send_leads(port, options.leads)
            _compare(port, options)
        database.close()


def _compare(port: int, options: argparse.Namespace) -> None:
    alone, beside, imported = [], [], 0
    for turn in range(_ROUNDS):
        alone.append(_measure_live(port, options, seed=turn))
        with _Import(port, options, seed=100 + turn) as bulk:
            beside.append(_measure_live(port, options, seed=50 + turn))
        imported += bulk.n_events
    for name, rounds in (("alone", alone), ("beside the import", beside)):
        p50, p95, p99 = (
            statistics.median(_find_quantile(waits, share) for waits in rounds) for share in (0.5, 0.95, 0.99)
        )
        print(f"{options.pace:g} live events/s {name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms")
    ratio = statistics.median(
        _find_quantile(b, 0.95) / _find_quantile(a, 0.95) for a, b in zip(alone, beside, strict=True)
    )
    pace = imported / (_ROUNDS * options.seconds)
    print(f"the import: {pace:,.0f} events/s in arrays of {options.size}; ratio of the p95s {ratio:.2f}")


def _measure_live(port: int, options: argparse.Namespace, *, seed: int) -> list[float]:
    """Send live events at their pace, and return the milliseconds of each answer."""
    waits: list[list[float]] = [[] for _ in range(_LIVE_CONNECTIONS)]
    every = _LIVE_CONNECTIONS / options.pace

    def send(number: int) -> None:
        traffic = Traffic(options.leads, 1, seed=seed * 1_000 + number)
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        begun = time.perf_counter() + number * every / _LIVE_CONNECTIONS
        for turn in range(int(options.seconds / every)):
            time.sleep(max(0.0, begun + turn * every - time.perf_counter()))
            # From the moment at which it was due: who waits for the answer before does not wait less.
            _push(connection, "/v1/events", traffic.list_events(1)[0])
            waits[number].append((time.perf_counter() - begun - turn * every) * 1e3)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(_LIVE_CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(wait for own in waits for wait in own)


class _Import:
    """An import that runs as long as the block."""

    def __init__(self, port: int, options: argparse.Namespace, *, seed: int) -> None:
        self._port, self._options, self._seed = port, options, seed
        self._ends, self._threads = threading.Event(), list[threading.Thread]()
        self.n_events = 0

    def __enter__(self) -> "_Import":
        self._threads = [threading.Thread(target=self._send, args=(n,)) for n in range(_IMPORT_CONNECTIONS)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def _send(self, number: int) -> None:
        traffic = Traffic(self._options.leads, 1, seed=self._seed * 1_000 + number)
        connection = HTTPConnection("127.0.0.1", self._port, timeout=120)
        while not self._ends.is_set():
            taken = _push(connection, "/v1/events?import=benchmark", traffic.list_events(self._options.size))
            self.n_events += self._options.size if taken else 0


def _push(connection: HTTPConnection, path: str, body: object) -> bool:
    connection.request("POST", path, _ENCODER.encode(body), _HEADERS)
    answer = connection.getresponse()
    answer.read()
    if answer.status not in (200, 503):
        raise RuntimeError(f"{path} answered {answer.status}")
    return answer.status == 200


def _find_quantile(waits: Sequence[float], share: float) -> float:
    return waits[int(len(waits) * share)]


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=3_000, help="how many leads there are")
    parser.add_argument("--pace", type=float, default=40.0, help="live events a second")
    parser.add_argument("--size", type=int, default=200, help="events a request of the import")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each round takes")
    parser.add_argument("--database", help="PostgreSQL address; a SQLite file in a temporary home otherwise")
    return parser.parse_args()


if __name__ == "__main__":
    main()
