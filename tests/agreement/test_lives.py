"""Lives: where a lead stood when, what it had reached, and when it was handed over."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.lives import Act, Life, Step, list_hand_overs, order_steps
from agreement.stages import PASSED, Stage

steps = st.lists(
    st.builds(
        Step,
        stage=st.sampled_from(Stage),
        at=st.integers(1, 6),
        act=st.none() | st.sampled_from([Act.ACCEPTED, Act.REJECTED, Act.RETURNED, Act.WOKEN]),
        told_by=st.sampled_from(["anna", "crm"]),
    ),
    max_size=6,
    unique_by=lambda step: (step.at, step.act, step.stage),
)


def told(*names, act=None):
    """Return steps, told by name, at 1, 2, 3 and so on; after a name may stand an instant."""
    parts = [name.partition("@") for name in names]
    return [
        Step(stage=Stage(stage), at=int(at) if at else n, act=act)
        for n, (stage, _, at) in enumerate(parts, start=1)
    ]


def live(*names):
    """Return the life of a lead that was created at 0 and took these steps."""
    return Life(lead_id="one", created_at=0, steps=tuple(told(*names)))


@pytest.mark.parametrize(
    ("at", "stage"), [(-5, "lead"), (0, "lead"), (1, "mql"), (2, "sql"), (3, "lost"), (99, "lost")]
)
def test_a_lead_stands_where_its_last_step_led(at, stage):
    """A step counts from its own instant on; before any, it is a lead."""
    assert live("mql", "sql", "lost").find_step(at).stage == stage


def test_a_lead_without_steps_is_a_lead_since_it_came_to_be():
    """Whatever instant is asked for, nothing but its creation is known."""
    step = live().find_step(7)
    assert (step.stage, step.at, step.act) == (Stage.LEAD, 0, None)


def test_whoever_stands_further_on_has_reached_what_lies_before():
    """A CRM that tells of an opportunity only has told of its SQL too; ways out are no stage of the way."""
    life = live("recycled", "mql", "lost", "opportunity", "sql")
    reached = [life.find_reached(stage) for stage in PASSED]
    assert reached == [0, 0, 2, 4, 4, None]


@given(steps)
def test_further_stages_are_never_reached_earlier(told):
    """Along the way to a customer the instants of first reaching are in order, and None stays None."""
    life = Life(lead_id="one", created_at=0, steps=tuple(order_steps(told)))
    reached = [life.find_reached(stage) for stage in PASSED]
    known = [at for at in reached if at is not None]
    assert known == sorted(known)
    assert reached == known + [None] * (len(PASSED) - len(known))


@given(steps.flatmap(lambda told: st.tuples(st.just(told), st.permutations(told))))
def test_steps_have_one_order_whatever_order_they_come_in(pair):
    """Those of one instant too are told apart, and all are in the order of time."""
    ordered, shuffled = map(order_steps, pair)
    assert ordered == shuffled
    assert [step.at for step in ordered] == sorted(step.at for step in pair[0])


def test_stages_told_at_one_midnight_follow_each_other_as_a_lead_goes():
    """A CRM that knows days only hands a lead over once a day, in whatever order it tells."""
    for names in permutations(["mql@5", "sql@5", "opportunity@5", "lost@5"]):
        ordered = order_steps(told(*names))
        assert [step.stage for step in ordered] == ["mql", "sql", "opportunity", "lost"]
        assert len(list_hand_overs(ordered)) == 1


def test_acts_of_one_instant_follow_each_other_and_people_have_the_last_word():
    """A lead that wakes may be handed over and turned down within one microsecond."""
    acts = [(Act.REJECTED, "lost"), (Act.HANDED_OVER, "sql"), (Act.QUALIFIED, "mql"), (Act.WOKEN, "lead")]
    ordered = order_steps(Step(stage=Stage(stage), at=5, act=act) for act, stage in acts)
    assert [step.act for step in ordered] == [Act.WOKEN, Act.QUALIFIED, Act.HANDED_OVER, Act.REJECTED]


@pytest.mark.parametrize(
    ("names", "at"),
    [
        (["mql"], []),
        (["sql"], [1]),
        (["mql", "sql", "sql", "opportunity", "sql", "customer"], [2]),
        (["sql", "mql", "sql"], [1, 3]),
        (["sql", "lost", "sql"], [1, 3]),
        (["sql", "recycled", "lead", "mql", "sql"], [1, 5]),
        (["opportunity", "sql"], []),
    ],
)
def test_each_time_a_lead_becomes_sales_is_a_hand_over(names, at):
    """To be told of the same SQL again is none, nor is going back from an offer; coming back from marketing is."""
    assert [step.at for step in list_hand_overs(told(*names))] == at


def test_hotlead_hands_over_again_what_sales_has_already():
    """An act of handing over starts its clocks, whatever the stage before: somebody else is to answer now."""
    again = Step(stage=Stage.SQL, at=9, act=Act.HANDED_OVER)
    assert [step.at for step in list_hand_overs([*told("sql"), again])] == [1, 9]


def test_who_accepts_a_lead_that_nobody_handed_over_owes_nothing():
    """Accepting makes a lead sales', and starts no clock: it has been answered already."""
    assert list_hand_overs(told("mql", "sql", act=Act.ACCEPTED)) == []
