"""Contention: many writers push the same leads over the threshold at once; each lead is told of once.

Run as ``python -m tests.campaigns.contention``.
"""

from dataclasses import dataclass
from random import Random

import typer
from sqlalchemy import func, select

from features.times import SECOND
from serving.championing import ScorerInForce
from serving.store.database import Database
from serving.store.tables import alerts, deliveries, journal, leads, messages
from serving.usecases.told import Command, ToldEvent, ToldLead
from tests.campaigns.command import NOW, prove
from tests.campaigns.grounds import KEEN
from tests.campaigns.writers import running_writers, submit_all

_DOWNLOADS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """How many leads there are, and how many writers push each of them."""

    n_leads: int
    n_writers: int
    seed: int = 1


def contend(url: str, in_force: ScorerInForce, crowd: Crowd, now: int) -> dict[str, int]:
    """Push every lead from every writer, and count what there is of each thing that must be there once a lead."""
    random = Random(crowd.seed)
    names = [f"lead-{number:04d}" for number in range(crowd.n_leads)]
    with running_writers(url, crowd.n_writers, in_force, now) as gatherings:
        submit_all(gatherings[:1], [[Command(items=tuple(ToldLead(id=name, attributes=KEEN) for name in names))]])
        submit_all(gatherings, [_push(names, writer, random, now) for writer in range(crowd.n_writers)])
    return _count(url)


def _push(names: list[str], writer: int, random: Random, now: int) -> list[Command]:
    """Return commands that alone would turn every lead hot, in an order of their own and cut anyhow."""
    rest = random.sample(names, len(names))
    commands = []
    while rest:
        size = random.randint(1, 20)
        some, rest = rest[:size], rest[size:]
        commands.append(Command(items=tuple(event for name in some for event in _download(name, writer, now))))
    return commands


def _download(name: str, writer: int, now: int) -> list[ToldEvent]:
    return [
        ToldEvent(
            lead_id=name,
            key=writer.to_bytes(8, "big") + number.to_bytes(8, "big"),
            type="download",
            occurred_at=now - (number + 1) * 60 * SECOND,
            properties='{"pages":20}',
        )
        for number in range(_DOWNLOADS)
    ]


def _count(url: str) -> dict[str, int]:
    database = Database(url)
    counted = {
        "alerts": select(func.count()).select_from(alerts),
        "leads with an alert": select(func.count(alerts.c.lead_id.distinct())),
        "leads in their first episode": select(func.count()).where(leads.c.episode == 1, leads.c.episode_is_open),
        "entries into an episode": select(func.count()).where(journal.c.what == "entered"),
        "messages": select(func.count()).select_from(messages),
        "deliveries": select(func.count()).select_from(deliveries),
    }
    with database.reading() as connection:
        counts = {what: int(connection.execute(query).scalar() or 0) for what, query in counted.items()}
    database.close()
    return counts


def main(n_leads: int = 200, n_writers: int = 8, seed: int = 1) -> None:
    """Push leads over the threshold from many writers at once; exit with 1 if any is told of twice or never."""
    crowd = Crowd(n_leads=n_leads, n_writers=n_writers, seed=seed)
    wanted = dict.fromkeys(("alerts", "leads with an alert", "leads in their first episode", "messages"), n_leads)
    prove(lambda url, in_force: contend(url, in_force, crowd, NOW), wanted)


if __name__ == "__main__":
    typer.run(main)
