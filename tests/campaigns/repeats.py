"""Repeats: every event is sent one to five times by many clients at once; it is stored, and accepted, once.

Run as ``python -m tests.campaigns.repeats``.
"""

from collections import Counter
from dataclasses import dataclass, replace
from random import Random

import typer
from sqlalchemy import func, select

from features.times import SECOND
from serving.championing import ScorerInForce
from serving.store.database import Database
from serving.store.tables import events
from serving.usecases.told import Command, ToldEvent, ToldLead
from tests.campaigns.command import NOW, prove
from tests.campaigns.writers import running_writers, submit_all

_TYPES = ("download", "email opened", "form", "visit")
# Some of them nobody tells us of: their events wait.
_N_LEADS, _N_KNOWN = 300, 250
_N_WRITERS = 4
_MOST_TIMES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """How many events there are, and how many clients send them."""

    n_events: int
    n_clients: int = 16
    seed: int = 1


def flood(url: str, in_force: ScorerInForce, size: Flood, now: int) -> dict[str, int]:
    """Send the events, and count the answers and what is stored."""
    random = Random(size.seed)
    told = [_invent_event(random, number, now) for number in range(size.n_events)]
    sent = [replace(event) for event in told for _ in range(random.randint(1, _MOST_TIMES))]
    random.shuffle(sent)
    clients = [_cut(random, sent[number :: size.n_clients]) for number in range(size.n_clients)]
    known = Command(items=tuple(ToldLead(id=_name(number), attributes="{}") for number in range(_N_KNOWN)))
    with running_writers(url, _N_WRITERS, in_force, now) as gatherings:
        submit_all(gatherings[:1], [[known]])
        statuses = Counter(submit_all(gatherings, clients))
    taken = statuses["accepted"] + statuses["parked"]
    return {"sent": len(sent), "stored": _count(url), "taken": taken, "duplicate": statuses["duplicate"]}


def _invent_event(random: Random, number: int, now: int) -> ToldEvent:
    return ToldEvent(
        lead_id=_name(random.randrange(_N_LEADS)),
        key=number.to_bytes(16, "big"),
        type=random.choice(_TYPES),
        occurred_at=now - random.randrange(10**6) * SECOND,
        properties=f'{{"pages":{random.randint(1, 20)}}}',
    )


def _name(number: int) -> str:
    return f"lead-{number:04d}"


def _cut(random: Random, sent: list[ToldEvent]) -> list[Command]:
    commands = []
    rest = sent
    while rest:
        size = random.randint(1, 60)
        some, rest = rest[:size], rest[size:]
        commands.append(Command(items=tuple(some)))
    return commands


def _count(url: str) -> int:
    database = Database(url)
    with database.reading() as connection:
        stored = int(connection.execute(select(func.count()).select_from(events)).scalar() or 0)
    database.close()
    return stored


def main(n_events: int = 10_000, n_clients: int = 16, seed: int = 1) -> None:
    """Send events one to five times from many clients at once; exit with 1 if any is lost or stored twice."""
    size = Flood(n_events=n_events, n_clients=n_clients, seed=seed)
    wanted = {"stored": n_events, "taken": n_events}
    prove(lambda url, in_force: flood(url, in_force, size, NOW), wanted)


if __name__ == "__main__":
    typer.run(main)
