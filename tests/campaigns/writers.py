"""Writers: several gatherings on databases of their own, as processes have, and clients that ask them at once."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from serving.championing import ScorerInForce
from serving.gathering import Gathering
from serving.store.database import Database
from serving.store.leads import LeadRecord
from serving.usecases.committing import Force, Request, StoreUnavailable
from serving.usecases.histories import Histories
from serving.usecases.told import Answer, Command
from tests.campaigns.grounds import EASY_TERMS

_MOST_TRIES = 20


@contextmanager
def running_writers(url: str, n_writers: int, in_force: ScorerInForce, now: int) -> Iterator[Sequence[Gathering]]:
    """Run writers that share nothing but the store, with a clock that stands still."""
    databases = [Database(url) for _ in range(n_writers)]
    gatherings = [_build_writer(database, in_force, now) for database in databases]
    for gathering in gatherings:
        gathering.start()
    try:
        yield gatherings
    finally:
        for gathering in gatherings:
            gathering.stop()
        for database in databases:
            database.close()


def submit_all(gatherings: Sequence[Gathering], clients: Sequence[Sequence[Command]]) -> list[str]:
    """Let clients, dealt out to the writers, submit their commands one after the other; return all statuses."""
    return asyncio.run(_submit_all(gatherings, clients))


async def _submit_all(gatherings: Sequence[Gathering], clients: Sequence[Sequence[Command]]) -> list[str]:
    told = [_follow(gatherings[number % len(gatherings)], commands) for number, commands in enumerate(clients)]
    return [status for statuses in await asyncio.gather(*told) for status in statuses]


async def _follow(gathering: Gathering, commands: Sequence[Command]) -> list[str]:
    statuses: list[str] = []
    for command in commands:
        statuses += await _submit(gathering, command)
    return statuses


async def _submit(gathering: Gathering, command: Command) -> list[str]:
    """Submit a command, and again where the store was not to be had, as callers do after a 503."""
    for tries in range(1, _MOST_TRIES + 1):
        try:
            done = await gathering.submit(Request(command=command, write=_write))
        except StoreUnavailable:
            if tries == _MOST_TRIES:
                raise
            continue
        listed: list[str] = msgspec.json.decode(done.body)
        return listed
    raise AssertionError("the last try answers or raises")


def _write(answers: Sequence[Answer], _: Mapping[str, LeadRecord]) -> tuple[int, bytes]:
    return 200, msgspec.json.encode([answer.status for answer in answers])


def _build_writer(database: Database, in_force: ScorerInForce, now: int) -> Gathering:
    histories = Histories(in_force.scorer.feature_set)
    force: Any = Force(now=now, in_force=in_force, terms=EASY_TERMS, histories=histories)
    return Gathering(database, lambda: force)
