"""The sheet: everything that was promised stands on it, in words."""

from datetime import date

from agreement.commitments import Feedback, Response, Supply
from agreement.criteria import HandOver
from agreement.episodes import HOUR_MICROS
from agreement.goal import Goal
from agreement.paper.sheet import SIDES, write_sheet
from agreement.people import Person
from agreement.recycling import Reason
from agreement.routing import Route
from agreement.terms import Terms

TERMS = Terms(
    name="Nordic 2027",
    zone="Europe/Helsinki",
    working_hours="Mon-Fri 09:00-17:00",
    holidays_of=("FI",),
    goal=Goal(revenue=2_400_000, begins=date(2027, 1, 1), ends=date(2028, 1, 1), marketing_share=0.6),
    handover=HandOver(
        signals=("demo_requested",),
        min_employees=20,
        max_employees=900,
        places=("Finland",),
        required=("email|phone",),
    ),
    supply=(Supply(quality="mql", count=40), Supply(quality="hot", count=1, per="month", channel="fair")),
    response=(
        Response(bucket="hot", first_contact_micros=4 * HOUR_MICROS, attempts=5),
        Response(bucket="warm", first_contact_micros=16 * HOUR_MICROS),
    ),
    feedback=Feedback(within_micros=HOUR_MICROS),
    reasons=(Reason(code="no_budget", means="No budget", becomes="lost"), Reason(code="later", means="Later")),
    routes=(Route(name="Finland", places=("Finland",), owners=("anna",)),),
    people=(Person(id="anna", name="Anna Lee", capacity_per_week=4.0), Person(id="boss", takes_leads=False)),
)


def test_each_side_reads_what_it_promised():
    """Every commitment is a sentence under the side that keeps it."""
    sheet = write_sheet(TERMS)
    assert sheet.marketing == ("Brings 40 MQLs a week.", "Brings 1 hot lead a month from fair.")
    assert sheet.sales == (
        "Contacts a hot lead within 4 hours of working time, and tries 5 times within 40 hours before giving "
        "it up.",
        "Contacts a warm lead within 16 hours of working time.",
        "Accepts a lead, or says why not, within 1 hour of working time.",
    )
    assert [(each.says, each.term) for each in sheet.figures] == [
        ("2.4 M€", "revenue, 2027"),
        ("60%", "of it from marketing"),
        ("4", "hot leads a week, by 1 person"),
    ]


def test_criteria_routes_and_ends_are_said():
    """Who is handed over, who gets it, and what becomes of the others."""
    sheet = write_sheet(TERMS)
    assert sheet.handover == (
        "It is hot, or within 30 days this happened: demo requested.",
        "20 to 900 employees.",
        "Place: Finland.",
        "We know its email or phone.",
    )
    assert sheet.routing[0] == "Finland: Anna Lee."
    assert sheet.recycling[1:] == ("Wakes again: later.", "Lost: no budget.")
    assert "Mon-Fri 09:00-17:00 (Europe/Helsinki), save the public holidays of FI" in sheet.counting[0]
    assert {side for _, _, side in sheet.stages} == {"marketing", "sales"}


def test_a_draft_has_room_for_both_signatures_and_a_signed_one_names_them():
    """Two empty lines, or who signed for which days."""
    assert write_sheet(TERMS).signers == tuple((side, "") for side in SIDES)
    assert write_sheet(TERMS).days == ""
    signed = write_sheet(
        TERMS, begins=date(2027, 1, 1), ends=date(2027, 7, 1), signed_by=("Anna Lee, marketing", "Ben Ray, sales")
    )
    assert signed.days == "In force from 1 January 2027 until before 1 July 2027"
    assert [name for _, name in signed.signers] == ["Anna Lee, marketing", "Ben Ray, sales"]


def test_an_agreement_about_nothing_is_a_page_too():
    """The usual terms promise nothing, and say so."""
    sheet = write_sheet(Terms())
    assert sheet.marketing == sheet.sales == ("Nothing is promised yet.",)
    assert sheet.handover == ("Nobody agreed on when a lead is handed over.",)
    assert sheet.figures == ()
    assert sheet.counting[0] == "Time runs day and night."


def test_a_long_list_is_cut_and_counted():
    """A page has room for a few words of a kind; how many more there are is said."""
    criteria = HandOver(places=tuple(f"Land {number}" for number in range(30)))
    (place,) = [line for line in write_sheet(Terms(handover=criteria)).handover if line.startswith("Place")]
    assert place == f"Place: {', '.join(f'Land {number}' for number in range(7))} and 23 more."
