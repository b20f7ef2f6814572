"""Traffic for the ingest benchmark: leads, and an endless stream of events, each with an id of its own."""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.load import build_request
from benchmarks.scoring_model import EVENT_TYPES, fit_scorer, invent_leads
from models.artifact import save_scorer
from models.buckets import Thresholds
from models.champion import publish_champion

_ENCODER = msgspec.json.Encoder()
_TOLD = ("employees", "revenue", "industry", "country", "role", "email", "source", "mark_0", "number_0")
# People who look around are not yet people who buy: most of the traffic turns nobody hot.
_HOT, _WARM = 0.6, 0.3


def publish_scorer(home: Path) -> None:
    """Fit a scorer of the size that many companies have and put it in force."""
    scorer, table = fit_scorer()
    scorer.thresholds_ = Thresholds(warm=_WARM, hot=_HOT)
    save_scorer(scorer, home / "artifact-1", examples=table)
    publish_champion(home / "artifact-1", "1", home)


def build_lead_requests(n_leads: int) -> list[tuple[str, bytes]]:
    """Build a path and a body for each of many leads, two to an account."""
    told = invent_leads(min(n_leads, 2_000), seed=3)
    requests = []
    for number in range(n_leads):
        lead = told[number % len(told)]
        body = {name: lead[name] for name in _TOLD}
        body |= {"account_id": f"A-{number // 2}", "created_at": lead["created_at"], "name": f"Person {number}"}
        requests.append((f"/v1/leads/L-{number}", json.dumps(body).encode()))
    return requests


class Traffic:
    """Events of random leads; the same seed gives the same ones, whoever sends them.

    Parameters
    ----------
    n_leads
        How many leads there are.
    size
        Events a request; one is sent as an object, more as an array.
    seed
        Of everything random, the ids among it.
    """

    def __init__(self, n_leads: int, size: int, seed: int) -> None:
        self._n_leads, self._size, self._seed = n_leads, size, seed
        self._random = random.Random(seed)
        self._count = 0
        self._now = datetime.now(UTC)

    def list_events(self, n_events: int) -> list[dict[str, Any]]:
        """List the next events."""
        return [self._invent() for _ in range(n_events)]

    def stream(self) -> Iterator[bytes]:
        """Yield requests without end."""
        while True:
            events: Sequence[dict[str, Any]] = self.list_events(self._size)
            yield build_request(_ENCODER.encode(events if self._size > 1 else events[0]), "/v1/events")

    def _invent(self) -> dict[str, Any]:
        self._count += 1
        draw = self._random
        occurred_at = self._now - timedelta(seconds=draw.random() * 3_600)
        return {
            "id": f"{self._seed}-{self._count}",
            "lead_id": f"L-{draw.randrange(self._n_leads)}",
            "type": draw.choice(EVENT_TYPES),
            "occurred_at": f"{occurred_at:%Y-%m-%dT%H:%M:%S.%f}Z",
            "properties": {"pages": draw.randrange(1, 30)},
        }
