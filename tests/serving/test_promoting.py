"""Promotions: one order at a time, each in the audit log with what came of it, and none that breaks the next."""

import json
import threading

import pytest

from serving.promoting import (
    FailedOrder,
    NoForeman,
    Order,
    OrderUnderWay,
    Outcome,
    Promotions,
    RefusedOrder,
)
from serving.store.audit import list_audit

PROMOTE = Order(deed="promote", version="2", by="Kim", why="it is better")


class SlowForeman:
    """A foreman that waits until the test lets it go on, and then does what the test told it to."""

    def __init__(self, outcome=None, error=None):
        self.orders, self.may_go = [], threading.Event()
        self._outcome, self._error = outcome or Outcome(version="2", said="It was better."), error

    def carry_out(self, order):
        """Note the order, wait, and answer or raise."""
        self.orders.append(order)
        assert self.may_go.wait(10)
        if self._error is not None:
            raise self._error
        return self._outcome


def wait_for_end(promotions):
    """Wait until the latest order has ended."""
    for _ in range(500):
        if promotions.latest.state != "running":
            return promotions.latest
        threading.Event().wait(0.01)
    raise AssertionError("the order did not end")


def read_audit(database):
    """Read the audit log, the earliest first."""
    with database.reading() as connection:
        rows = list_audit(connection, most=50, what="model")
    return [(row.who, row.what, row.target, json.loads(row.details)) for row in reversed(rows)]


def run(database, foreman, order=PROMOTE):
    """Give an order, let it run, and return its end."""
    promotions = Promotions(database, foreman, clock=lambda: 7)
    promotions.give(order, "kim")
    foreman.may_go.set()
    return wait_for_end(promotions)


def test_an_order_is_carried_out_and_kept(database):
    """Who asked, what for and what came of it stand in the log."""
    foreman = SlowForeman()
    ended = run(database, foreman)
    assert (ended.state, ended.version, ended.said, ended.ended_at) == ("done", "2", "It was better.", 7)
    assert foreman.orders == [PROMOTE]
    asked, done = read_audit(database)
    assert asked[:3] == done[:3] == ("kim", "model.promote", "2")
    assert (asked[3]["state"], asked[3]["why"]) == ("asked", "it is better")
    assert (done[3]["state"], done[3]["champion"]) == ("done", "2")


@pytest.mark.parametrize(
    ("error", "state", "said"),
    [
        (RefusedOrder("it is worse"), "refused", "it is worse"),
        (FailedOrder("no registry"), "failed", "no registry"),
        (ZeroDivisionError("secret"), "failed", "it broke (ZeroDivisionError): the log says more"),
    ],
)
def test_what_goes_wrong_is_told_and_kept(database, error, state, said):
    """A refusal, a failure and a surprise end the order, and the next one can be given."""
    ended = run(database, SlowForeman(error=error))
    assert (ended.state, ended.said, ended.version) == (state, said, "")
    assert [details["state"] for _, _, _, details in read_audit(database)] == ["asked", state]


def test_one_order_at_a_time(database):
    """A second one is refused while the first runs, and leaves no trace; afterwards it is taken."""
    foreman = SlowForeman()
    promotions = Promotions(database, foreman, clock=lambda: 7)
    promotions.give(PROMOTE, "kim")
    with pytest.raises(OrderUnderWay):
        promotions.give(Order(deed="roll_back"), "sam")
    assert len(read_audit(database)) == 1
    foreman.may_go.set()
    wait_for_end(promotions)
    promotions.give(Order(deed="roll_back"), "sam")
    assert wait_for_end(promotions).order.deed == "roll_back"


def test_without_a_foreman_nothing_is_taken(database):
    """The line says which command to run."""
    promotions = Promotions(database, None, clock=lambda: 7)
    assert not promotions.is_possible
    with pytest.raises(NoForeman, match="hotlead promote"):
        promotions.give(PROMOTE, "kim")
    assert read_audit(database) == []


def test_what_cannot_be_logged_is_not_done(database):
    """Where the log cannot be written, the foreman is not asked, and later orders are taken."""
    foreman = SlowForeman()
    foreman.may_go.set()
    moments = iter([7])
    promotions = Promotions(database, foreman, clock=lambda: next(moments))
    with pytest.raises(StopIteration):
        promotions.give(PROMOTE, "kim")
    assert foreman.orders == []
    assert promotions.latest is None


def test_thresholds_stand_in_the_log(database):
    """The numbers that were ordered are kept."""
    run(database, SlowForeman(), Order(deed="thresholds", hot=0.3, warm=0.1))
    assert [(details["hot"], details["warm"]) for _, _, _, details in read_audit(database)] == [(0.3, 0.1)] * 2
