"""Events a second into the live service, scored and alerted, beside bare inserts into the same kind of database.

Run as ``python -m benchmarks.ingest``; ``--minutes 10`` for the long run, ``--database`` for PostgreSQL.

1. batches: requests of many events, with rescoring, beside bulk inserts of such events without scoring;
2. singles: one event a request from 64 connections, beside FastAPI with one commit an event and no scoring, over
   the same kind of connections, and beside such commits in a loop without HTTP;
3. overload: three times the connections, far beyond the queue: 429 and 503 alone, nothing acknowledged lost.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from sqlalchemy import exists, func, select

from benchmarks.ingest_peers import measure_bulk, measure_one_by_one
from benchmarks.ingest_service import TERMS, Receiver, send_leads, serve_home, set_up_people
from benchmarks.ingest_traffic import Traffic, publish_scorer
from benchmarks.load import Load, measure_load
from benchmarks.scoring import start_server
from serving.store.database import Database, sqlite_url
from serving.store.migrating import migrate
from serving.store.tables import alerts, events, scores

_PEER_SECONDS = 5.0
_MANY, _SINGLE = 16, 64


def main() -> None:
    """Measure, and print figures and ratios."""
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
            print(f"{database.engine.dialect.name}, {options.leads:,} leads, {os.cpu_count()} cores", flush=True)
            _measure_batches(port, database, receiver, options)
            _measure_singles(port, database, options)
            _measure_overload(port, database, options)
        database.close()


def _measure_batches(port: int, database: Database, receiver: Receiver, options: argparse.Namespace) -> None:
    traffic, sent = Traffic(options.leads, options.size, seed=11), _Sent()
    load = measure_load(
        port, sent.note(traffic.stream()), options.minutes * 60, connections=_MANY, on_answer=sent.answer
    )
    ours = load.per_second * options.size
    _say(f"batches of {options.size}, {_MANY} connections, {options.minutes:g} min", load, ours)
    time.sleep(2)
    _say_alerts(database, receiver, sent)
    bulk = [
        measure_bulk(peer, Traffic(options.leads, 1, seed=100 + turn).list_events(20_000))
        for turn in range(3)
        for peer in [database]
    ]
    peer = statistics.median(bulk)
    print(
        f"  bulk insert without scoring, same database: {peer:,.0f} events/s; ratio {ours / peer:.3f}", flush=True
    )


def _measure_singles(port: int, database: Database, options: argparse.Namespace) -> None:
    loops = []
    with _serve_peer(str(database.engine.url.render_as_string(hide_password=False))) as peer:
        loads: dict[int, list[Load]] = {port: [], peer: []}
        for turn in range(3):
            for at in loads:
                traffic = Traffic(options.leads, 1, seed=at * 10 + turn)
                loads[at].append(measure_load(at, traffic.stream(), options.seconds, connections=_SINGLE))
            told = Traffic(options.leads, 1, seed=200 + turn).list_events(1_000)
            loops.append(measure_one_by_one(database, told))
    ours, theirs = (sorted(loads[at], key=lambda load: load.per_second)[1] for at in (port, peer))
    _say(f"single events, {_SINGLE} connections, {options.seconds:g} s", ours, ours.per_second)
    _say("  FastAPI + pydantic, one commit an event, no scoring", theirs, theirs.per_second)
    loop = statistics.median(loops)
    print(f"  one commit an event in a loop, no HTTP, no scoring: {loop:,.0f} events/s")
    print(f"  ratios {ours.per_second / theirs.per_second:.2f} and {ours.per_second / loop:.2f}", flush=True)


@contextmanager
def _serve_peer(url: str) -> Iterator[int]:
    uvicorn = ["uvicorn", "--http", "h11", "--no-access-log", "--log-level", "warning", "--host", "127.0.0.1"]
    arguments = ["-m", *uvicorn, "benchmarks.ingest_peer_app:app"]
    with start_server(arguments, "/ready", {"HOTLEAD_PEER_DATABASE": url}) as port:
        yield port


def _measure_overload(port: int, database: Database, options: argparse.Namespace) -> None:
    sent = _Sent()
    before = _count(database)
    traffic = Traffic(options.leads, options.size, seed=31)
    load = measure_load(
        port,
        sent.note(traffic.stream()),
        options.seconds * 3,
        connections=_MANY * options.overload,
        allowed=(200, 429, 503),
        on_answer=sent.answer,
    )
    stored = _count(database) - before
    acknowledged = sent.n_acknowledged * options.size
    _say(f"overload, {_MANY * options.overload} connections", load, load.per_second * options.size)
    print(f"  statuses {dict(load.statuses)}; acknowledged {acknowledged:,}, stored {stored:,}")
    if stored < acknowledged:
        raise SystemExit("acknowledged events were lost")


class _Sent:
    """What was sent and acknowledged, and when each lead was last spoken of."""

    def __init__(self) -> None:
        self.at: dict[str, list[float]] = {}
        self.n_acknowledged = 0

    def note(self, requests: Iterator[bytes]) -> Iterator[bytes]:
        for request in requests:
            now = time.time()
            body = msgspec.json.decode(request.partition(b"\r\n\r\n")[2])
            for event in body if isinstance(body, list) else [body]:
                self.at.setdefault(event["lead_id"], []).append(now)
            yield request

    def answer(self, _: bytes, status: int) -> None:
        self.n_acknowledged += status == 200


def _say(what: str, load: Load, events_per_second: float) -> None:
    print(
        f"{what}: {events_per_second:,.0f} events/s, answers p50 {load.p50_milliseconds:.1f} ms, "
        f"p99 {load.p99_milliseconds:.1f} ms, generator busy {load.generator_share:.0%}",
        flush=True,
    )


def _say_alerts(database: Database, receiver: Receiver, sent: _Sent) -> None:
    """Say how long it took from the event that turned a lead hot to its webhook.

    A lead that a colleague or time alone turned hot had no event of its own in that batch: its wait begins with the
    transaction, and is told apart.
    """
    own_event = exists().where(events.c.lead_id == alerts.c.lead_id, events.c.seq == scores.c.seq)
    is_its_score = (scores.c.lead_id == alerts.c.lead_id) & (scores.c.number == alerts.c.score_number)
    found = select(alerts.c.lead_id, alerts.c.created_at, own_event.label("has_event")).join(scores, is_its_score)
    with database.reading() as connection:
        raised = connection.execute(found.order_by(alerts.c.created_at)).all()
    firsts = {row.lead_id: row for row in reversed(raised)}
    waits: dict[bool, list[float]] = {True: [], False: []}
    for row in firsts.values():
        before = [at for at in sent.at.get(row.lead_id, ()) if at <= row.created_at / 1e6]
        if row.lead_id in receiver.came:
            since = before[-1] if row.has_event and before else row.created_at / 1e6
            waits[bool(row.has_event)].append(receiver.came[row.lead_id] - since)
    print(f"  {len(raised):,} alerts of {len(firsts):,} leads, {len(receiver.came):,} leads came")
    for has_event, name in ((True, "event to alert"), (False, "colleague or time to alert")):
        ordered = sorted(waits[has_event])
        if ordered:
            p50, p99 = ordered[len(ordered) // 2] * 1e3, ordered[int(len(ordered) * 0.99)] * 1e3
            print(f"  {name} ({len(ordered):,}): p50 {p50:.0f} ms, p99 {p99:.0f} ms", flush=True)


def _count(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(events)).scalar_one())


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=20_000, help="how many leads there are")
    parser.add_argument("--size", type=int, default=100, help="events a request")
    parser.add_argument("--minutes", type=float, default=0.5, help="how long batches are sent")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long single events are sent, each turn")
    parser.add_argument("--overload", type=int, default=30, help="how many times the connections in an overload")
    parser.add_argument("--database", help="PostgreSQL address; a SQLite file in a temporary home otherwise")
    return parser.parse_args()


if __name__ == "__main__":
    main()
