"""Waiting: what is live goes first, an import is never starved, and neither fills the room for the other."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.usecases.committing import Request
from serving.usecases.told import Command
from serving.waiting import Overloaded, Waiting, WaitingRoom

LATER = 60.0


def wait(weight: int = 1, *, is_bulk: bool = False, name: bytes | None = None) -> Waiting:
    """Make a request that waits."""
    request = Request(command=Command(items=()), write=lambda *_: (200, b""), name=name, is_bulk=is_bulk)
    nobody: Any = None
    return Waiting(request, weight, nobody, nobody, 0.0)


def fill(room: WaitingRoom, *waiting: Waiting) -> WaitingRoom:
    """Let requests wait."""
    for each in waiting:
        room.add(each)
    return room


def test_what_is_live_overtakes_an_import() -> None:
    """However much of an import waits, what is live is in the next batch, and the import takes a quarter of it."""
    room = fill(WaitingRoom(1_000), *(wait(10, is_bulk=True) for _ in range(50)), wait(), wait())
    batch = room.take(100, LATER)
    assert [each.is_bulk for each in batch] == [False, False, True, True]
    assert room.weight == 480


def test_an_import_has_all_the_room_while_nothing_is_live() -> None:
    """Where nobody else waits it is committed as fast as anything."""
    room = fill(WaitingRoom(1_000), *(wait(10, is_bulk=True) for _ in range(20)))
    assert sum(each.weight for each in room.take(100, LATER)) == 100


def test_an_import_keeps_its_batches_short_while_anything_live_comes() -> None:
    """What came within the last second will come again, and should not wait for the end of a large batch."""
    room = fill(WaitingRoom(1_000), wait(), *(wait(10, is_bulk=True) for _ in range(20)))
    assert len(room.take(100, 0.1)) == 3
    assert sum(each.weight for each in room.take(100, 0.9)) == 20
    assert sum(each.weight for each in room.take(100, 1.1)) == 100


def test_an_import_of_large_requests_is_not_starved() -> None:
    """A request that never fits its share goes in every fifth batch at the latest."""
    room = fill(WaitingRoom(10_000), *(wait(1_000, is_bulk=True) for _ in range(2)))
    taken = []
    for _ in range(10):
        fill(room, *(wait() for _ in range(3)))
        taken.append(sum(each.is_bulk for each in room.take(100, LATER)))
    assert taken == [0, 0, 0, 0, 1, 0, 0, 0, 0, 1]


def test_an_import_leaves_places_for_what_is_live() -> None:
    """It is refused at three quarters of the room, and live requests still find a place."""
    room = fill(WaitingRoom(100), *(wait(25, is_bulk=True) for _ in range(3)))
    with pytest.raises(Overloaded):
        room.add(wait(is_bulk=True))
    with pytest.raises(Overloaded):
        room.check(is_bulk=True)
    room.check(is_bulk=False)
    fill(room, wait(25))
    with pytest.raises(Overloaded):
        room.add(wait())


def test_what_is_larger_than_the_room_waits_alone() -> None:
    """It is taken when nobody else waits, so that it can be done at all."""
    room = fill(WaitingRoom(10), wait(50, is_bulk=True))
    assert [each.weight for each in room.take(5, LATER)] == [50]


def test_a_repetition_waits_for_the_answer_it_repeats() -> None:
    """Two requests of one name are never in one batch, whichever line they stand in."""
    room = fill(WaitingRoom(100), wait(name=b"a"), wait(name=b"a"), wait(name=b"a", is_bulk=True))
    assert [len(room.take(100, LATER)) for _ in range(3)] == [1, 1, 1]


@given(st.lists(st.tuples(st.integers(1, 40), st.booleans()), max_size=60), st.integers(1, 100))
def test_everybody_is_taken_once_and_in_turn(requests: list[tuple[int, bool]], most: int) -> None:
    """Whoever waited is taken exactly once, each line in its order, and the weights add up to nothing."""
    room = WaitingRoom(100_000)
    waiting = [wait(weight, is_bulk=is_bulk) for weight, is_bulk in requests]
    fill(room, *waiting)
    taken: list[Waiting] = []
    while room:
        batch = room.take(most, LATER)
        assert batch
        taken += batch
    assert Counter(map(id, taken)) == Counter(map(id, waiting))
    for is_bulk in (False, True):
        in_turn = [each for each in taken if each.is_bulk is is_bulk]
        assert in_turn == [each for each in waiting if each.is_bulk is is_bulk]
    assert room.weight == 0
