"""Releasing: a worker applies what can no longer be undone; what cannot be applied holds up nothing else."""

from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection

from serving.observing import log_failure
from serving.usecases import holding
from serving.usecases.histories import Histories
from serving.usecases.standing import Standing

InTurn = Callable[[Callable[[Connection, Standing], int]], int]
"""Does some work in a transaction of its own, and returns how much there was."""


def release_held(in_turn: InTurn, histories: Histories | None) -> int:
    """Apply all held acts that are due together; where that fails, each by itself. Return how many there were."""
    try:
        return in_turn(partial(holding.release_due, histories=histories))
    except Exception as error:
        log_failure(error)
    return _release_singly(in_turn, histories)


def _release_singly(in_turn: InTurn, histories: Histories | None) -> int:
    ids: list[str] = []
    in_turn(lambda connection, standing: len(_note(ids, holding.list_due_ids(connection, standing.now))))
    return sum(_release_one(in_turn, histories, held_id) for held_id in ids)


def _note(ids: list[str], found: list[str]) -> list[str]:
    ids[:] = found
    return found


def _release_one(in_turn: InTurn, histories: Histories | None, held_id: str) -> int:
    try:
        return in_turn(lambda c, s: holding.release_due(c, s, histories, ids={held_id}))
    except Exception as error:
        log_failure(error)

    def put_off(connection: Connection, standing: Standing) -> int:
        holding.put_off(connection, held_id, standing.now)
        return 1

    return in_turn(put_off)
