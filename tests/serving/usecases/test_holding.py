"""Holding: an act is applied exactly once or undone, never both, whatever happens meanwhile."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.times import SECOND
from serving.store.agenda import read_agenda
from serving.store.alerts import list_due_escalations, list_unanswered
from serving.store.database import Database
from serving.store.holds import put_off_held
from serving.store.tables import alerts
from serving.store.web_tables import held_acts
from serving.usecases import holding
from serving.usecases.holding import HOLD_FOR, NotYours, TooLate, release_due
from tests.serving.usecases.desk import BO, BOSS, Desk
from tests.serving.usecases.tellers import Teller, clear, put_in_force


def open_desk(database: Database) -> Desk:
    """Open a desk that knows one lead, of Anna's."""
    teller = Teller(database, None)
    teller.tell_lead("L-1", owner_id="anna", stage="sql")
    return Desk(teller=teller)


def test_an_act_waits_ten_seconds_and_counts_from_when_it_was_done(database: Database) -> None:
    """What is applied later happened when it was done, and was recorded when it was applied."""
    desk = open_desk(database)
    made_at = desk.teller.now
    desk.hold("reached")
    desk.teller.now += HOLD_FOR - 1
    assert desk.release() == 0
    desk.teller.now += 1
    assert [desk.release(), desk.release()] == [1, 0]
    assert desk.read("SELECT occurred_at, recorded_at FROM contacts") == [(made_at, made_at + HOLD_FOR)]


def test_every_kind_of_act_is_kept_whole(database: Database) -> None:
    """Whatever is told comes out of the hold as it went in."""
    desk = open_desk(database)
    names = [desk.hold(kind) for kind in ("note", "reached", "accept", "snooze", "acknowledge", "reject")]
    with database.reading() as connection:
        held = holding.gather_held(connection, ["L-1", "L-2"])
    assert [act.id for act in held["L-1"]] == names
    desk.teller.now += HOLD_FOR
    assert desk.release() == len(names)
    assert desk.read("SELECT stage, is_open FROM leads WHERE id = 'L-1'") == [("lost", False)]
    assert desk.read("SELECT count(*) FROM notes") == desk.read("SELECT count(*) FROM contacts") == [(1,)]


def test_the_same_act_is_held_once(database: Database) -> None:
    """An act of the same id changes nothing, and is in the log once."""
    desk = open_desk(database)
    desk.hold()
    desk.n_acts = 0
    desk.hold()
    assert desk.read("SELECT count(*) FROM held_acts") == [(1,)]
    assert desk.read("SELECT who, what, target FROM audit") == [("anna", "lead.note", "L-1")]


def test_acts_are_undone_by_whoever_did_them(database: Database) -> None:
    """A colleague cannot, an admin can, and nobody twice."""
    desk = open_desk(database)
    first, second = desk.hold(), desk.hold()
    with pytest.raises(NotYours):
        desk.undo(first, BO)
    desk.undo(first)
    desk.undo(second, BOSS)
    with pytest.raises(TooLate):
        desk.undo(first)
    desk.teller.now += HOLD_FOR
    assert desk.release() == 0
    assert desk.read("SELECT count(*) FROM notes") == [(0,)]


def test_a_transaction_that_fails_leaves_the_act_held(database: Database) -> None:
    """A worker that dies in the middle has neither applied an act nor lost it."""
    desk = open_desk(database)
    desk.hold()
    desk.teller.now += HOLD_FOR

    def die(connection: Any, standing: Any) -> int:
        release_due(connection, standing, None)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.do_in_turn(die)
    assert desk.read("SELECT count(*) FROM notes") == [(0,)]
    assert desk.release() == 1
    assert desk.read("SELECT count(*) FROM notes") == [(1,)]


def test_an_act_that_cannot_be_applied_holds_up_no_other(database: Database) -> None:
    """An act that cannot be read any more is tried again later, and the others are applied."""
    desk = open_desk(database)
    broken, _ = desk.hold(), desk.hold()
    with database.writing() as connection:
        connection.execute(held_acts.update().where(held_acts.c.id == broken).values(item='{"odd": 1}'))
    desk.teller.now += HOLD_FOR
    assert desk.release() == 2
    assert desk.read("SELECT text FROM notes") == [("act-2",)]
    assert desk.read("SELECT id FROM held_acts") == [(broken,)]
    assert desk.release() == 0
    with database.writing() as connection:
        put_off_held(connection, broken, desk.teller.now)
    assert desk.release() == 1


def test_nobody_is_told_that_nothing_was_done_while_an_answer_is_held(database: Database, tmp_path: Path) -> None:
    """An alert whose lead was called a moment ago is not escalated within the ten seconds."""
    desk = Desk(teller=Teller(database, put_in_force(tmp_path)))
    desk.teller.tell_lead("L-1", owner_id="anna")
    desk.teller.tell_downloads("L-1", 6)
    now = desk.teller.now
    with database.writing() as connection:
        connection.execute(alerts.update().values(state="told", escalate_at=now))
        assert list_unanswered(connection, ["L-1"]).keys() == {"L-1"}
        assert len(list_due_escalations(connection, now, most=9)) == 1
    desk.hold("note")
    with database.reading() as connection:
        assert read_agenda(connection, now=now, basis_id=None, moved_since=0, chased_since=0).escalates
    desk.hold("reached")
    with database.writing() as connection:
        assert list_due_escalations(connection, now, most=9) == []
        agenda = read_agenda(connection, now=now + HOLD_FOR, basis_id=None, moved_since=0, chased_since=0)
        assert (agenda.escalates, agenda.releases) == (False, True)


_MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("hold"), st.sampled_from(["note", "reached", "accept", "snooze"])),
        st.tuples(st.just("undo"), st.integers(0, 5)),
        st.tuples(st.just("wait"), st.sampled_from([1, 4, 11])),
        st.tuples(st.just("release"), st.booleans()),
    ),
    max_size=14,
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves=_MOVES)
def test_each_act_is_applied_once_or_undone(database: Database, moves: list[tuple[str, Any]]) -> None:
    """In any order of acts, undos, waits, workers and workers that die, each act is applied once, or undone."""
    clear(database)
    desk, undone, kinds = open_desk(database), set(), {}
    for move, what in moves:
        if move == "hold":
            kinds[desk.hold(what)] = what
        elif move == "wait":
            desk.teller.now += what * SECOND
        elif move == "release":
            _release(desk, dies=what)
        elif f"act-{what}" in kinds:
            undone |= _try_to_undo(desk, f"act-{what}")
    desk.teller.now += HOLD_FOR
    desk.release()
    applied = {f"act-{int.from_bytes(key, 'big')}" for key in _list_keys(desk)}
    told = {name for name, kind in kinds.items() if kind != "snooze"}
    assert applied == told - undone
    assert desk.read("SELECT * FROM held_acts") == []
    snoozes = {name for name, kind in kinds.items() if kind == "snooze"} - undone
    assert desk.read("SELECT count(*) FROM journal WHERE what = 'snoozed'")[0][0] <= len(snoozes)


def _release(desk: Desk, *, dies: bool) -> None:
    def work(connection: Any, standing: Any) -> int:
        release_due(connection, standing, None)
        raise KeyboardInterrupt

    if not dies:
        desk.release()
        return
    with pytest.raises(KeyboardInterrupt):
        desk.do_in_turn(work)


def _try_to_undo(desk: Desk, name: str) -> set[str]:
    try:
        desk.undo(name)
    except TooLate:
        return set()
    return {name}


def _list_keys(desk: Desk) -> list[bytes]:
    tables = ("notes", "contacts")
    keys = [bytes(key) for table in tables for (key,) in desk.read(f"SELECT key FROM {table}")]
    accepted = desk.read("SELECT key FROM stage_changes WHERE act = 'accepted'")
    found = keys + [bytes(key) for (key,) in accepted]
    assert len(found) == len(set(found))
    return found
