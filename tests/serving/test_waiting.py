"""Waiting: what is live goes first, an import is never starved, and neither fills the room for the other."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.store.leads import LeadRecord
from serving.usecases.committing import CONTINUES, Request
from serving.usecases.told import Answer, Command, ToldAccount
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
    """However much of an import waits, what is live goes first and alone."""
    room = fill(WaitingRoom(1_000), *(wait(10, is_bulk=True) for _ in range(50)), wait(), wait())
    batch = room.take(100, LATER)
    assert [portion.waiting.is_bulk for portion in batch] == [False, False]
    assert room.weight == 500


def test_an_import_has_all_the_room_while_nothing_is_live() -> None:
    """Where nobody else waits it is committed as fast as anything, and whole."""
    room = fill(WaitingRoom(1_000), *(wait(10, is_bulk=True) for _ in range(20)))
    assert [portion.weight for portion in room.take(100, LATER)] == [10] * 10


def test_an_import_goes_in_small_portions_while_anything_live_comes() -> None:
    """What came within the last second will come again, and should not wait for the end of a long request."""
    long = wait(200, is_bulk=True)
    room = fill(WaitingRoom(1_000), wait(), long)
    assert [portion.weight for portion in room.take(500, 0.1)] == [1]
    assert [portion.weight for portion in room.take(500, 0.9)] == [20]
    assert room.weight == 0
    room.put_back(long)
    assert room.weight == 180
    assert [portion.weight for portion in room.take(500, 1.1)] == [180]


def test_an_import_is_not_starved() -> None:
    """Where something live always waits, a portion of the import goes in every fifth batch."""
    room = fill(WaitingRoom(10_000), wait(1_000, is_bulk=True))
    taken = []
    for _ in range(10):
        batch = fill(room, wait()).take(100, LATER)
        taken.append(sum(portion.waiting.is_bulk for portion in batch))
        for portion in batch:
            if portion.waiting.is_bulk:
                room.put_back(portion.waiting)
    assert taken == [0, 0, 0, 0, 1, 0, 0, 0, 0, 1]


@given(st.integers(1, 60), st.lists(st.integers(1, 20), min_size=60, max_size=60), st.integers(0, 2))
def test_portions_are_answered_as_the_whole_would_be(n_items: int, sizes: list[int], again: int) -> None:
    """However a request is cut, and whichever transaction is tried again, each item is answered once, in order."""
    items = tuple(ToldAccount(id=f"{number}", attributes="{}", told_at=None) for number in range(n_items))
    written: list[tuple[list[str | None], list[str]]] = []

    def write(answers: Sequence[Answer], leads: Mapping[str, LeadRecord]) -> tuple[int, bytes]:
        written.append(([answer.lead_id for answer in answers], list(leads)))
        return 200, b"done"

    nobody: Any = None
    request = Request(command=Command(items=items), write=write, is_bulk=True)
    waiting = Waiting(request, n_items, nobody, nobody, 0.0)
    for size in sizes:
        portion = waiting.take(size)
        told: Any = portion.request.command.items
        answers = [Answer(status="accepted", lead_id=item.id) for item in told]
        leads: Any = {item.id: item.id for item in told}
        said = [portion.request.write(answers, leads) for _ in range(1 + again)]
        assert said[0] == ((CONTINUES, b"") if waiting.left else (200, b"done"))
        if not waiting.left:
            break
    expected = [item.id for item in items]
    assert written == [(expected, expected)] * (1 + again)


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
    assert [portion.weight for portion in room.take(5, LATER)] == [50]


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
        taken += [portion.waiting for portion in batch]
    assert Counter(map(id, taken)) == Counter(map(id, waiting))
    for is_bulk in (False, True):
        in_turn = [each for each in taken if each.is_bulk is is_bulk]
        assert in_turn == [each for each in waiting if each.is_bulk is is_bulk]
    assert room.weight == 0
