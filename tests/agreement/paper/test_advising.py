"""Advice: what an agreement allows and probably does not mean."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from agreement.commitments import Feedback, Response, Supply
from agreement.criteria import HandOver
from agreement.escalating import EscalationRules
from agreement.goal import Assumptions, Goal
from agreement.paper.advising import list_advice
from agreement.people import Person
from agreement.recycling import Reason, RecyclingRules
from agreement.routing import Route
from agreement.terms import DEFAULT_TERMS, Terms
from tests.agreement.agreed import all_terms
from tests.agreement.wall_clock import DAY, HOUR

GOOD = Terms(
    name="Nordic",
    zone="Europe/Helsinki",
    working_hours="Mon-Fri 09:00-17:00",
    holidays_of=("FI",),
    goal=Goal(revenue=2e6, begins=date(2027, 1, 1), ends=date(2028, 1, 1), marketing_share=0.6),
    assumed=Assumptions(average_won_value=20_000),
    handover=HandOver(bucket="warm", required=("email|phone",)),
    supply=(Supply(quality="hot", count=10), Supply(quality="hot", count=4, channel="webinar")),
    response=(
        Response(bucket="hot", first_contact_micros=4 * HOUR, attempts=5, attempts_within_micros=40 * HOUR),
        Response(bucket="warm", first_contact_micros=16 * HOUR),
    ),
    feedback=Feedback(within_micros=20 * HOUR),
    routes=(Route(name="All", owners=("anna", "team")),),
    people=(
        Person(id="anna", capacity_per_week=6, manager_id="eero"),
        Person(id="ben", capacity_per_week=4),
        Person(id="eero", takes_leads=False),
    ),
)
HOT, WARM = GOOD.response
ANNA, BEN, EERO = GOOD.people


def test_an_agreement_that_says_what_it_means_needs_no_advice():
    """Nothing is said of what is as it should be, not even at the edge."""
    assert list_advice(GOOD) == ()


@pytest.mark.parametrize(
    ("change", "begins", "says"),
    [
        ({"goal": None}, "goal: ", "there is none"),
        ({"supply": ()}, "supply: ", "no promise of leads"),
        ({"assumed": Assumptions(least_measured=40)}, "assumed: ", "until 40 deals are measured"),
        (
            {"goal": Goal(revenue=1, begins=date(2027, 1, 1), ends=date(2028, 1, 1), own_sources=("fair",))},
            "goal: ",
            "lower marketing_share",
        ),
        ({"handover": None}, "handover: ", "nothing is handed over by itself"),
        ({"handover": HandOver(bucket="warm")}, "handover: ", 'required = ["email|phone"]'),
        ({"response": (HOT,)}, "response: ", "warm leads are handed over"),
        (
            {"handover": HandOver(bucket="hot", required=("email",), signals=("demo_request",))},
            "response: ",
            "cold leads are handed over",
        ),
        (
            {"response": (HOT, replace(WARM, first_contact_micros=17 * HOUR))},
            "response warm: ",
            "may take 17 h, which is more than 2 working days of 8 hours",
        ),
        (
            {"recycling": RecyclingRules(after_attempts=4)},
            "response hot: ",
            "5 attempts are promised, and recycling may give a lead up after 4",
        ),
        (
            {"response": (replace(HOT, first_contact_micros=9 * HOUR), replace(WARM, first_contact_micros=HOUR))},
            "response: ",
            "hot leads wait longer for their first contact than warm ones",
        ),
        ({"feedback": None}, "feedback: ", "does not promise to say why"),
        ({"reasons": (Reason(code="x"),)}, "reasons: ", "none has the code no_answer"),
        ({"working_hours": "", "holidays_of": ()}, "working_hours: ", "clocks run at night"),
        (
            {"feedback": Feedback(within_micros=2 * DAY)},
            "feedback within: ",
            "2 d are 48 hours of working time, that is 6 working days",
        ),
        (
            {"response": (replace(HOT, attempts_within_micros=10 * DAY), WARM)},
            "response hot attempts_within: ",
            "10 d are 240 hours of working time, that is 30 working days",
        ),
        (
            {"escalation": EscalationRules(to_team_micros=DAY)},
            "escalation to_team: ",
            "1 d are 24 hours of working time, that is 3 working days",
        ),
        ({"people": (EERO,), "routes": ()}, "people: ", "nobody takes leads"),
        ({"people": (), "routes": ()}, "people: ", "unless the CRM tells of its owners"),
        ({"routes": (Route(name="North", owners=("bo",)),)}, "routes North: ", "bo is nobody here"),
        ({"routes": (Route(name="North", owners=("eero",)),)}, "routes North: ", "eero is passed over"),
        (
            {"people": (replace(ANNA, manager_id="max"), BEN, EERO)},
            "people anna: ",
            "max above them is nobody here",
        ),
        (
            {"people": (ANNA, replace(BEN, capacity_per_week=None), EERO)},
            "people: ",
            "name capacity_per_week of ben",
        ),
        (
            {"supply": (Supply(quality="hot", count=11),)},
            "supply: ",
            "promises 11 hot leads a week, and sales can answer 10",
        ),
        (
            {
                "supply": (
                    Supply(quality="hot", count=5),
                    Supply(quality="hot", count=44, per="month", channel="web"),
                )
            },
            "supply: ",
            "promises 10.1 hot leads a week",
        ),
    ],
)
def test_what_was_probably_not_meant_is_said_in_one_sentence(change, begins, says):
    """Each gives one advice that begins with the table and says what to write; the rest stays silent."""
    advice = list_advice(replace(GOOD, **change))
    assert len(advice) == 1, advice
    assert advice[0].startswith(begins)
    assert says in advice[0]


@pytest.mark.parametrize(
    "change",
    [
        {"supply": (Supply(quality="hot", count=43, per="month"), Supply(quality="mql", count=500))},
        {"supply": (Supply(quality="hot", count=6, channel="web"), Supply(quality="hot", count=4, channel="fair"))},
        {"routes": (Route(name="All"),)},
        {"handover": HandOver(bucket="hot", required=("email",)), "response": (HOT,)},
        {"working_hours": "Mon-Thu 09:00-17:00, Fri 09:00-14:00"},
        {"working_hours": "always", "feedback": Feedback(within_micros=2 * DAY)},
        {"recycling": RecyclingRules(after_attempts=5)},
        {"response": (HOT, replace(WARM, attempts_within_micros=10 * DAY))},
    ],
)
def test_what_may_well_be_meant_is_left_alone(change):
    """A month has more than four weeks, days around the clock are days, and single attempts need no time."""
    assert list_advice(replace(GOOD, **change)) == ()


def test_holidays_without_working_hours_do_nothing():
    """They are named together with the hours that are missing."""
    advice = list_advice(replace(GOOD, working_hours=""))
    assert [sentence.partition(":")[0] for sentence in advice] == ["working_hours", "holidays"]


def test_the_usual_terms_lack_what_only_a_company_can_say():
    """An empty file promises nothing, and the advice says what comes first."""
    subjects = [sentence.partition(":")[0] for sentence in list_advice(DEFAULT_TERMS)]
    assert subjects == ["goal", "handover", "people"]


@settings(max_examples=60, deadline=None)
@given(all_terms)
def test_advice_is_given_on_any_terms(terms):
    """Whatever is agreed, advising ends, in sentences that are told once."""
    advice = list_advice(terms)
    assert len(set(advice)) == len(advice)
    assert all(": " in sentence for sentence in advice)
