"""The fuzz campaign: thousands of requests drawn from the OpenAPI document, and hostile ones; nothing may break.

Run as ``python -m tests.campaigns.fuzz --requests 20000``; exit code 1 if an answer was wrong.
"""

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, get_args

import requests
import typer

from tests.campaigns.crash import Choice
from tests.campaigns.fuzzing import Findings, Plan, fuzz
from tests.campaigns.grounds import Kind, lend_store, publish_easy_scorer
from tests.campaigns.hostile import answer, write_requests
from tests.campaigns.listening import Listening, listening

_PATIENCE_SECONDS = 240.0


@dataclass(slots=True)
class Toll:
    """What a campaign found: by drawn requests, by hostile ones, and where the service logged that it broke."""

    drawn: Findings
    hostile: Counter[int] = field(default_factory=Counter)
    broken_by: dict[str, str] = field(default_factory=dict)
    places: Counter[str] = field(default_factory=Counter)

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        n_hostile = sum(count for status, count in self.hostile.items() if status >= 500)
        return {
            "requests": self.drawn.n_requests + self.hostile.total(),
            "answers_500_and_above": self.drawn.n_server_errors + n_hostile,
            "statuses": dict(sorted((self.drawn.statuses + self.hostile).items())),
            "operations": len(self.drawn.asked),
            "wrong": self.drawn.wrong | self.broken_by,
            "broke_in": dict(self.places),
        }

    @property
    def is_clean(self) -> bool:
        """Whether nothing was wrong."""
        return not (self.drawn.wrong or self.broken_by or self.places or self.drawn.n_server_errors)


def main(
    n_requests: Annotated[int, typer.Option("--requests", min=1, help="Requests on each database.")] = 20_000,
    database: Annotated[Choice, typer.Option("--database", help="Where the store is.")] = Choice.BOTH,
    seed: Annotated[int, typer.Option("--seed", help="Draws the requests.")] = 1,
) -> None:
    """Ask for everything in every way, and count what broke."""
    kinds: list[Kind] = [kind for kind in get_args(Kind) if database in (kind, Choice.BOTH)]
    tolls = {kind: _run(kind, n_requests, seed) for kind in kinds}
    typer.echo(json.dumps({kind: toll.to_json() for kind, toll in tolls.items()}, indent=2, ensure_ascii=True))
    raise typer.Exit(0 if all(toll.is_clean for toll in tolls.values()) else 1)


def campaign(
    home: Path,
    store: str,
    n_requests: int,
    seed: int,
    *,
    hostile_every: int = 1,
    on_round: Callable[[Findings], None] = lambda _: None,
) -> Toll:
    """Fuzz a service over a store, with a home of its own that has a model; send each n-th hostile request."""
    with listening(home, store) as served:
        ids = fill(served.address)
        toll = Toll(drawn=Findings())
        document = requests.get(f"{served.address}/openapi.json", timeout=_PATIENCE_SECONDS).json()
        for name, request in islice(write_requests(document, ids), seed % hostile_every, None, hostile_every):
            _send(name, request, served, toll)
        known = {**{name: [its_id] for name, its_id in ids.items()}, "lead_id": [ids["lead_id"], "L%2F1%20%C3%BC"]}
        plan = Plan(n_requests=n_requests, seed=seed, ids=known)
        toll.drawn = fuzz(served.address, plan, on_round)
        toll.places.update(served.broken.places)
    return toll


def fill(address: str) -> dict[str, str]:
    """Tell a service of a person, a channel, and a lead that turns hot; return the ids for paths."""
    _wait_until_ready(address)
    hook = {"owner_id": "anna", "kind": "webhook", "url": "https://crm.example/hook"}
    told = [
        {"lead_id": "L-9", "type": "download", "occurred_at": "2026-01-01T00:00:00Z", "id": f"e{n}"}
        for n in range(9)
    ]
    _tell("PUT", f"{address}/v1/owners/anna", {"name": "Anna"})
    channel = _tell("POST", f"{address}/v1/channels", hook)["channel"]["id"]
    _tell("PUT", f"{address}/v1/accounts/A-9", {"industry": "Software"})
    _tell("POST", f"{address}/v1/events", told)
    for lead_id in ("L-9", "L%2F1%20%C3%BC"):
        lead = {"owner_id": "anna", "account_id": "A-9", "mark_0": "red", "employees": 9_000}
        _tell("PUT", f"{address}/v1/leads/{lead_id}", lead)
    alerts = requests.get(f"{address}/v1/alerts", timeout=_PATIENCE_SECONDS).json()["items"]
    alert = alerts[0]["id"] if alerts else "none"
    _tell("PUT", f"{address}/v1/spending/webinar/2026-02", {"euros": 1_200.0})
    agreed = {"text": 'name = "spring"', "ends": "2100-01-01", "signed_by": ["Anna", "Otto"]}
    version = _tell("POST", f"{address}/v1/agreement", agreed)["version"]
    own = {"lead_id": "L-9", "account_id": "A-9", "owner_id": "anna", "channel": "webinar", "month": "2026-02"}
    return {**own, "channel_id": channel, "alert_id": alert, "version": version}


def _run(kind: Kind, n_requests: int, seed: int) -> Toll:
    with tempfile.TemporaryDirectory(prefix="hotlead-fuzz-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        # PostgreSQL runs as somebody else where we are root, and has to reach its data.
        folder.chmod(0o755)
        home = folder / "home"
        home.mkdir()
        publish_easy_scorer(home)
        with lend_store(kind, folder) as store:
            return campaign(home, store, n_requests, seed, on_round=lambda found: _say(kind, found))


def _say(kind: Kind, found: Findings) -> None:
    typer.echo(f"{kind}: {found.n_requests} requests, {found.n_server_errors} answers of 500 and above", err=True)


def _send(name: str, request: bytes, served: Listening, toll: Toll) -> None:
    status, received = answer(served.port, request)
    toll.hostile[status] += 1
    if status >= 500 or status == 0:
        toll.broken_by.setdefault(f"{name}: hostile: {status}", f"{request[:300]!r}\n{received[-300:]!r}")


def _tell(method: str, url: str, body: Any) -> Any:
    answered = requests.request(method, url, json=body, timeout=_PATIENCE_SECONDS)
    assert answered.ok, (method, url, answered.text)
    return answered.json()


def _wait_until_ready(address: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not requests.get(f"{address}/readyz", timeout=_PATIENCE_SECONDS).ok:
        if time.monotonic() > deadline:
            raise AssertionError("the service did not get ready")
        time.sleep(0.05)


if __name__ == "__main__":
    typer.run(main)
