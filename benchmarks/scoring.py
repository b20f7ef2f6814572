"""Requests a second of POST /v1/score beside FastAPI with pydantic that returns a constant.

Run as ``python -m benchmarks.scoring``.
One worker each, the same bodies (about thirty attributes and twenty events), turn by turn on one machine.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.load import CONNECTIONS, Load, build_requests, measure_load
from benchmarks.scoring_model import invent_leads, publish

_SERVE = "import typer; from hotlead.verbs.serve import serve; typer.run(serve)"
_UVICORN = "uvicorn --http h11 --no-access-log --log-level warning --host 127.0.0.1"
_PATIENCE_SECONDS = 60.0
OURS, SHORT, PEER, BARE = (
    "ours, 3 reasons",
    "ours, no reasons",
    "FastAPI + pydantic, constant",
    "bare ASGI, constant",
)


class DidNotStart(RuntimeError):
    """A server did not answer in time."""


def main() -> None:
    """Measure, turn by turn, and print medians and ratios."""
    options = _read_options()
    bodies = [json.dumps(lead).encode() for lead in invent_leads(options.leads, seed=7)]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        publish(Path(folder))
        ours = stack.enter_context(start_server(["-c", _SERVE, "--home", folder], "/readyz"))
        peer = stack.enter_context(
            start_server(["-m", *_UVICORN.split(), "benchmarks.scoring_peer:app"], "/openapi.json")
        )
        bare = stack.enter_context(start_server(["-m", *_UVICORN.split(), "benchmarks.scoring_peer:bare"], "/"))
        runs = {
            OURS: (ours, build_requests(bodies, "/v1/score")),
            SHORT: (ours, build_requests(bodies, "/v1/score?reasons=0")),
            PEER: (peer, build_requests(bodies, "/v1/score")),
            BARE: (bare, build_requests(bodies, "/v1/score")),
        }
        _report(_take_turns(runs, options.turns, options.seconds), bodies)


def _take_turns(
    runs: Mapping[str, tuple[int, Sequence[bytes]]], turns: int, seconds: float
) -> Mapping[str, Sequence[Load]]:
    for port, requests in runs.values():
        measure_load(port, requests, min(1.0, seconds))
    loads: dict[str, list[Load]] = {name: [] for name in runs}
    for _ in range(turns):
        for name, (port, requests) in runs.items():
            loads[name].append(measure_load(port, requests, seconds))
    return loads


def _report(loads: Mapping[str, Sequence[Load]], bodies: Sequence[bytes]) -> None:
    size = sum(map(len, bodies)) / len(bodies)
    print(
        f"{len(bodies)} different leads of {size:,.0f} bytes, {CONNECTIONS} connections, one worker each; medians"
    )
    median = {name: statistics.median(load.per_second for load in turns) for name, turns in loads.items()}
    for name, turns in loads.items():
        slowest = statistics.median(load.p99_milliseconds for load in turns)
        share = statistics.median(load.generator_share for load in turns)
        print(f"  {name:30} {median[name]:8,.0f} req/s   p99 {slowest:6.1f} ms   generator busy {share:4.0%}")
    with_reasons, without = median[OURS] / median[PEER], median[SHORT] / median[PEER]
    print(f"  ratio to the peer: {with_reasons:.2f} with reasons, {without:.2f} without")


@contextmanager
def start_server(
    arguments: Sequence[str], ready: str, environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Start a server of Python on a free port until the block ends, ready when a page answers 200."""
    port = _find_free_port()
    command = [sys.executable, *arguments, "--port", str(port)]
    surroundings = {**os.environ, **(environment or {})}
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=surroundings) as process:
        try:
            _wait(process, port, ready)
            yield port
        finally:
            process.terminate()


def _wait(process: "subprocess.Popen[bytes]", port: int, ready: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", ready)
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    raise DidNotStart(f"the server on port {port} did not answer 200 at {ready}")


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=5, help="how often each is measured")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each turn takes")
    parser.add_argument("--leads", type=int, default=300, help="how many different leads are sent")
    return parser.parse_args()


if __name__ == "__main__":
    main()
