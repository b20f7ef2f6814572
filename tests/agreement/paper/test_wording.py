"""The agreement in plain sentences."""

from datetime import date

from hypothesis import given, settings

from agreement.commitments import Feedback, Response, Supply
from agreement.criteria import HandOver
from agreement.goal import Goal
from agreement.paper.wording import list_sentences
from agreement.terms import DEFAULT_TERMS, Terms
from tests.agreement.agreed import all_terms

HOUR = 3_600_000_000


def test_an_agreement_is_said_in_sentences() -> None:
    """Every promise is one that a person can read."""
    terms = Terms(
        goal=Goal(revenue=1_200_000.0, begins=date(2027, 1, 1), ends=date(2028, 1, 1), marketing_share=0.7),
        handover=HandOver(signals=("demo",), min_employees=50.0, places=("FI", "SE"), required=("email|phone",)),
        supply=(Supply(quality="mql", count=30, channel="webinar"),),
        response=(Response(bucket="hot", first_contact_micros=4 * HOUR, attempts=5),),
        feedback=Feedback(within_micros=16 * HOUR),
    )
    assert list_sentences(terms)[:7] == (
        "The goal: 1,200,000 € from 2027-01-01 to before 2028-01-01, 70% of it from marketing's leads.",
        "A lead is ready for sales when it is hot, or did demo within 30 days.",
        "Besides, at least 50 employees; its place is FI or SE; its email or phone is known.",
        "Hotlead hands over by itself.",
        "Marketing delivers 30 mql leads a week from webinar.",
        "Sales contacts a hot lead within 4 h, and tries 5 times within 40 h, in working time.",
        "Sales accepts a lead, or rejects it with a reason, within 16 h of working time.",
    )


def test_what_nobody_agreed_on_is_said_too() -> None:
    """An empty agreement does not read like a kept promise."""
    told = " ".join(list_sentences(DEFAULT_TERMS))
    assert told.count("Nobody agreed on") == 5
    assert "hands over nothing" in told


@settings(max_examples=40, deadline=None)
@given(all_terms)
def test_all_terms_can_be_said(terms: Terms) -> None:
    """Whatever was agreed, each sentence ends as one."""
    assert all(sentence.endswith(".") for sentence in list_sentences(terms))


def test_working_time_is_told_with_the_days_that_it_leaves_out():
    """Dates are counted, and countries are named."""
    days = frozenset([date(2027, 12, 24), date(2027, 12, 31)])
    terms = Terms(working_hours="Mon-Fri 09:00-17:00", holidays=days, holidays_of=("FI", "DE-BY"))
    said = "Working time is Mon-Fri 09:00-17:00 in UTC, save 2 holidays and the public holidays of FI, DE-BY"
    assert any(sentence.startswith(said) for sentence in list_sentences(terms))
