"""Prevailing: what people tell holds, and acts of Hotlead where they were possible."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.lives import Act, Step
from agreement.prevailing import AUTOMATIC, list_prevailing
from agreement.stages import Stage

_STAGES = {
    Act.WOKEN: Stage.LEAD,
    Act.QUALIFIED: Stage.MQL,
    Act.HANDED_OVER: Stage.SQL,
    Act.ACCEPTED: Stage.SQL,
    Act.RETURNED: Stage.MQL,
    Act.REJECTED: Stage.RECYCLED,
}


def act(kind: Act, at: int) -> Step:
    """Make a step that is an act."""
    return Step(stage=_STAGES[kind], at=at, act=kind)


def told(stage: Stage, at: int) -> Step:
    """Make a step that a CRM told."""
    return Step(stage=stage, at=at)


_steps = st.one_of(
    st.builds(act, st.sampled_from(Act), st.integers(0, 9)),
    st.builds(told, st.sampled_from(Stage), st.integers(0, 9)),
)


@given(st.lists(_steps, max_size=8), st.randoms(use_true_random=False))
def test_the_order_in_which_steps_become_known_changes_nothing(steps, shuffled):
    """However steps arrive, the same ones hold."""
    other = list(steps)
    shuffled.shuffle(other)
    assert list_prevailing(other) == list_prevailing(steps)


@given(st.lists(_steps, max_size=8))
def test_what_people_tell_holds_and_what_holds_holds_again(steps):
    """No told step is lost, acceptances aside, and what prevails once prevails twice."""
    holding = list_prevailing(steps)
    told = list_prevailing([step for step in steps if step.act is None])
    assert [step for step in holding if step.act is None] == list(told)
    assert list_prevailing(holding) == holding
    assert {step.act for step in steps if step.act in (Act.REJECTED, Act.RETURNED)} <= {s.act for s in holding}


@pytest.mark.parametrize("stage", [Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER, Stage.LOST, Stage.RECYCLED])
def test_a_hand_over_of_a_lead_that_was_further_on_or_out_never_was_one(stage):
    """A stage that happened before our hand-over, and was told after it, buries it."""
    assert list_prevailing([act(Act.HANDED_OVER, 5), told(stage, 4)]) == [told(stage, 4)]


def test_a_lead_that_woke_can_be_handed_over_at_the_same_instant():
    """At one instant a lead wakes, qualifies and is handed over, in this order; then people say what they say."""
    steps = [act(kind, 5) for kind in (Act.REJECTED, Act.HANDED_OVER, Act.QUALIFIED, Act.WOKEN)]
    steps.append(told(Stage.RECYCLED, 1))
    assert [step.act for step in list_prevailing(steps)] == [
        None,
        Act.WOKEN,
        Act.QUALIFIED,
        Act.HANDED_OVER,
        Act.REJECTED,
    ]


def test_to_accept_a_lead_that_is_further_on_takes_it_back_nowhere():
    """An acceptance that comes after the opportunity is passed over; before it, it counts."""
    assert [s.stage for s in list_prevailing([told(Stage.OPPORTUNITY, 1), act(Act.ACCEPTED, 2)])] == ["opportunity"]
    assert [s.stage for s in list_prevailing([act(Act.ACCEPTED, 1), told(Stage.OPPORTUNITY, 2)])] == [
        "sql",
        "opportunity",
    ]


def test_each_automatic_act_leads_out_of_where_it_cannot_be_already():
    """No act of Hotlead can be taken twice in a row."""
    assert all(_STAGES[kind] not in stages for kind, stages in AUTOMATIC.items())
