"""Drafts: the text of a first agreement, which reads back as what was answered."""

import tomllib
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.calendar.hours import WorkingHours
from agreement.commitments import Feedback, Response, Supply
from agreement.criteria import HandOver
from agreement.goal import Assumptions, Goal
from agreement.paper.advising import list_advice
from agreement.paper.drafting import Answers, draft_agreement
from agreement.people import Person
from agreement.recycling import RecyclingRules
from agreement.terms import Terms, parse_terms
from tests.agreement.agreed import codes, texts, words, zones

amounts = st.floats(0.01, 1e12) | st.integers(1, 10**12)
spans = st.integers(1, 10**11)
lists = st.lists(texts, max_size=3).map(tuple)
all_answers = st.builds(
    lambda days, wait, **others: Answers(
        ends=others["begins"] + timedelta(days=days),
        attempts_within_micros=others["hot_within_micros"] + wait,
        **others,
    ),
    name=words,
    revenue=amounts,
    begins=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    days=st.integers(1, 900),
    marketing_share=st.floats(0, 1),
    average_value=st.none() | amounts,
    zone=zones,
    working_hours=st.sampled_from(["", "always", "Mon-Fri 09:00-17:00"]),
    holidays_of=codes,
    bucket=st.sampled_from(["cold", "warm", "hot"]),
    industries=lists,
    places=lists,
    min_employees=st.none() | st.floats(0, 1e6),
    required=st.lists(st.sampled_from(["email|phone", "company"]), max_size=2).map(tuple),
    leads_per_week=amounts,
    hot_within_micros=spans,
    warm_within_micros=spans,
    attempts=st.integers(1, 20),
    wait=spans,
    feedback_within_micros=spans,
    people=st.lists(texts, max_size=3, unique=True).map(tuple),
    capacity_per_week=st.none() | amounts,
)


def agree(answers):
    """Return the terms of answers, without any text between."""
    hours = None
    if answers.working_hours:
        hours = WorkingHours.from_text(answers.zone, answers.working_hours, holidays_of=answers.holidays_of)
    people = (
        Person(id=person, zone=answers.zone, working_hours=hours, capacity_per_week=answers.capacity_per_week)
        for person in answers.people
    )
    return Terms(
        name=answers.name,
        zone=answers.zone,
        working_hours=answers.working_hours,
        holidays_of=answers.holidays_of,
        goal=Goal(
            revenue=answers.revenue,
            begins=answers.begins,
            ends=answers.ends,
            marketing_share=answers.marketing_share,
        ),
        assumed=Assumptions(average_won_value=answers.average_value),
        handover=HandOver(
            bucket=answers.bucket,
            industries=answers.industries,
            places=answers.places,
            min_employees=answers.min_employees,
            required=answers.required,
        ),
        supply=(Supply(quality="hot", count=answers.leads_per_week),),
        response=(
            Response(
                bucket="hot",
                first_contact_micros=answers.hot_within_micros,
                attempts=answers.attempts,
                attempts_within_micros=answers.attempts_within_micros,
            ),
            Response(bucket="warm", first_contact_micros=answers.warm_within_micros),
        ),
        feedback=Feedback(within_micros=answers.feedback_within_micros),
        recycling=RecyclingRules(after_attempts=answers.attempts),
        people=tuple(people),
    )


@settings(max_examples=150, deadline=None)
@given(all_answers)
def test_a_draft_says_what_was_answered(answers):
    """Read back, the text is the terms of the answers, whatever signs are in the names."""
    assert parse_terms(draft_agreement(answers)) == agree(answers)


def test_a_draft_explains_itself():
    """There is a word before or in each table; a draft of few answers needs advice on what only they can say."""
    few = Answers(name="North", revenue=1e6, begins=date(2027, 1, 1), ends=date(2028, 1, 1))
    text = draft_agreement(few)
    comments = [line for line in text.split("\n") if line.startswith("#")]
    assert len(comments) > len(tomllib.loads(text))
    assert max(map(len, text.split("\n"))) <= 116
    subjects = [sentence.partition(":")[0] for sentence in list_advice(parse_terms(text))]
    assert subjects == ["assumed", "people"]


def test_what_is_commented_out_can_be_put_in():
    """The examples in the comments are keys of their tables."""
    few = Answers(name="North", revenue=1e6, begins=date(2027, 1, 1), ends=date(2028, 1, 1))
    text = draft_agreement(few)
    for example in ("average_won_value = ", "min_employees = ", "[[people]]", "id = ", "capacity_per_week = "):
        assert f"\n# {example}" in text
        text = text.replace(f"\n# {example}", f"\n{example}")
    terms = parse_terms(text)
    assert (terms.assumed.average_won_value, terms.people[0].capacity_per_week) == (20_000, 10)
    assert terms.handover is not None
    assert terms.handover.min_employees == 50
