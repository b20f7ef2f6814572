"""The terms of the agreement, in a file and out of it."""

import json
from dataclasses import FrozenInstanceError, fields, replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.alerting import AlertRules
from agreement.calendar.hours import WorkingHours
from agreement.commitments import Feedback, Response, Supply
from agreement.criteria import HandOver
from agreement.episodes import EpisodeRules
from agreement.escalating import EscalationRules
from agreement.goal import Assumptions, Goal
from agreement.paper.attribution_terms import Attribution
from agreement.people import Person
from agreement.recycling import Reason, RecyclingRules
from agreement.routing import Route
from agreement.stages import Definition
from agreement.terms import DEFAULT_TERMS, BadTerms, Terms, parse_terms, read_terms
from tests.agreement.agreed import all_terms, every_term, texts

HOUR = 3_600_000_000
AGREEMENT = """
name = "nordic"
action = "Call today"
zone = "Europe/Helsinki"
working_hours = "Mon-Fri 09:00-17:00"
quiet_hours = "22:00-07:00"
holidays = [2027-12-06]
holidays_of = ["FI", "DE-BY"]

[episodes]
margin = 0.2
hold = "12 h"

[alerts]
cap_per_day = 5

[escalation]
to_team = "9 h"

[[people]]
id = "anna"
capacity_per_week = 7

[[people]]
id = "joe"
holidays_of = ["US"]
zone = "America/New_York"
working_hours = "Mon-Fri 08:00-16:00"
quiet_hours = ""
manager_id = "anna"

[[routes]]
name = "All"
industries = ["machinery"]
owners = ["anna", "joe"]
"""


def read(tmp_path, text):
    """Read terms from a file of this text."""
    path = tmp_path / "agreement.toml"
    path.write_text(text, encoding="utf-8")
    return read_terms(path)


@settings(max_examples=100, deadline=None)
@given(all_terms)
def test_terms_survive_their_json(told):
    """Whatever was agreed is read back exactly, with its version, and one way of writing it."""
    again = Terms.from_json(told.to_json())
    assert again == told
    assert again.version == told.version
    assert again.to_json() == told.to_json()


def test_a_file_says_what_differs_from_the_usual_terms(tmp_path):
    """What a file leaves out is as usual, and people without hours have those of the company in their zone."""
    told = read(tmp_path, AGREEMENT)
    anna, joe = told.people
    christmas = frozenset([date(2027, 12, 6)])
    assert told.episodes == EpisodeRules(margin=0.2, hold_micros=12 * HOUR)
    assert told.alerts == AlertRules(cap_per_day=5)
    assert told.escalation == EscalationRules(to_team_micros=9 * HOUR)
    assert told.routes == (Route(name="All", industries=("machinery",), owners=("anna", "joe")),)
    assert anna.zone == "Europe/Helsinki"
    assert anna.working_hours is not None
    assert anna.working_hours.holidays_of == told.holidays_of == ("FI", "DE-BY")
    assert anna.working_hours == told.find_working_hours("Europe/Helsinki")
    assert anna.quiet_hours == told.find_quiet_hours("Europe/Helsinki")
    assert joe.working_hours == WorkingHours.from_text(
        "America/New_York", "Mon-Fri 08:00-16:00", christmas, ("US",)
    )
    assert (joe.quiet_hours, joe.manager_id) == (None, "anna")


def test_an_empty_file_is_the_usual_terms(tmp_path):
    """Nothing has to be written; the usual terms let nobody's hours matter."""
    assert read(tmp_path, "") == DEFAULT_TERMS == Terms()
    assert DEFAULT_TERMS.find_working_hours("UTC") is DEFAULT_TERMS.find_quiet_hours("UTC") is None


def test_every_term_is_part_of_the_version():
    """Any other term, and only another, is another version; it begins with the name."""
    others = {
        "name": "other",
        "action": "Write",
        "zone": "Europe/Rome",
        "working_hours": "always",
        "quiet_hours": "22:00-07:00",
        "holidays": frozenset([date(2027, 1, 1)]),
        "holidays_of": ("FI",),
        "episodes": EpisodeRules(margin=0.1),
        "alerts": AlertRules(cap_per_day=1),
        "escalation": EscalationRules(to_manager_micros=1),
        "goal": Goal(revenue=1, begins=date(2027, 1, 1), ends=date(2028, 1, 1)),
        "assumed": Assumptions(lead_to_mql=0.5),
        "stages": (Definition(stage="mql", means="Wants to buy"),),
        "handover": HandOver(),
        "supply": (Supply(quality="hot", count=5),),
        "response": (Response(bucket="hot", first_contact_micros=HOUR),),
        "feedback": Feedback(within_micros=HOUR),
        "recycling": RecyclingRules(after_attempts=3),
        "reasons": (Reason(code="too_early"),),
        "attribution": Attribution(half_life_micros=HOUR),
        "routes": (Route(name="All"),),
        "people": (Person(id="anna"),),
    }
    assert set(others) == set(every_term) == {field.name for field in fields(Terms) if field.init}
    versions = {replace(DEFAULT_TERMS, **{name: value}).version for name, value in others.items()}
    assert len(versions | {DEFAULT_TERMS.version}) == len(others) + 1
    name, _, digest = DEFAULT_TERMS.version.rpartition("-")
    assert (name, len(digest)) == ("default", 12)
    assert replace(DEFAULT_TERMS, name="default").version == DEFAULT_TERMS.version


def test_the_version_is_not_to_be_set():
    """Terms are frozen, and their version follows from them."""
    with pytest.raises(FrozenInstanceError):
        DEFAULT_TERMS.version = "mine"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('"12 h"', '"12 x"', "episodes hold: "),
        ('"12 h"', "12", "episodes hold: write a text"),
        ("margin = 0.2", "margin = 2", "episodes margin: use a part"),
        ("margin = 0.2", "margin = true", "episodes margin: write a number"),
        ("margin = 0.2", "margin = nan", "episodes margin: use a part"),
        ("cap_per_day = 5", "cap_per_day = 5.0", "alerts cap_per_day: write a whole number, not 5.0"),
        ("cap_per_day = 5", "cap_per_day = false", "alerts cap_per_day: write a whole number"),
        ('to_team = "9 h"', 'to_team = "3 h"', "escalation: to_manager and to_team"),
        ("America/New_York", "Mars/Base", "people 2 zone: no time zone"),
        ('zone = "America/New_York"', "zone = [3]", "people 2 zone: write a text"),
        ("capacity_per_week = 7", 'capacity_per_week = "7"', "people 1 capacity_per_week: write a number"),
        ("capacity_per_week = 7", "capacity_per_week = inf", "people 1: capacity_per_week counts"),
        ("capacity_per_week = 7", "is_active = 1", "people 1 is_active: write true or false"),
        ('id = "anna"', "", "people 1: the key id is missing"),
        ('id = "joe"', 'id = "anna"', 'people 2: "anna" is there twice'),
        ("owners =", "owner =", 'routes 1: there is no key "owner": use industries, name, owners'),
        ('["machinery"]', '"machinery"', "routes 1 industries: write a list"),
        ('["machinery"]', '["machinery", 3]', "routes 1 industries 2: write a text"),
        ("[[routes]]", "[[route]]", 'there is no key "route": use action, '),
        ("[[routes]]", "[routes]", "routes: write a list"),
        ("[episodes]", "[[episodes]]", "episodes: write a table"),
        ('"nordic"', '" "', "name: say what people call these terms"),
        ('"22:00-07:00"', '"22-7"', "quiet_hours: '22' is no time of the day"),
        ("Mon-Fri 09", "Fry 09", "working_hours: no day is named 'fry'"),
        ("[2027-12-06]", '["6.12.2027"]', 'holidays 1: "6.12.2027" is no date: write it as 2027-12-24'),
        ("[2027-12-06]", "2027-12-06", "holidays: write a list"),
        ('["FI", "DE-BY"]', '["FI", "DE-XX"]', "holidays_of: nobody knows the public holidays of 'DE-XX'"),
        ('["US"]', '["USA"]', "people 2 holidays_of: nobody knows"),
        ('["US"]', '"US"', "people 2 holidays_of: write a list"),
        ("[alerts]", "[alerts", "TOML: Expected"),
    ],
)
def test_a_wrong_key_is_named_with_its_line_and_its_table(tmp_path, old, new, place):
    """The error is one plain line with the file, the line, the table and the key."""
    line = AGREEMENT[: AGREEMENT.index(old)].count("\n") + (1 if new else 0)
    with pytest.raises(BadTerms) as refusal:
        read(tmp_path, AGREEMENT.replace(old, new, 1))
    assert str(refusal.value).startswith(f"agreement.toml line {line}: {place}")
    assert "\n" not in str(refusal.value)
    assert len(refusal.value.mistakes) == 1


@pytest.mark.parametrize("text", ["people = 3", "people = [3]", "[people]"])
def test_people_are_tables(tmp_path, text):
    """Anything else under people is refused, and the error shows how to write them."""
    with pytest.raises(BadTerms, match=r"write each as a table under \[\[people\]\]"):
        read(tmp_path, text)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    """Bytes that are no UTF-8 are no terms; a file that is not there is an error of its own."""
    path = tmp_path / "agreement.toml"
    path.write_bytes(b"name = '\xff'")
    with pytest.raises(BadTerms, match=r"agreement\.toml"):
        read_terms(path)
    with pytest.raises(FileNotFoundError):
        read_terms(tmp_path / "none.toml")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from([*json.loads(DEFAULT_TERMS.to_json()), "other"])


@given(st.dictionaries(keys, json_values, max_size=4))
def test_any_json_is_terms_or_refused(table):
    """Whatever stands under the keys, it is read or refused as `BadTerms`, and nothing else happens."""
    try:
        version = Terms.from_json(json.dumps(table)).version
    except BadTerms as error:
        version = str(error)
    assert "\n" not in version


def test_a_value_that_nobody_can_write_down_is_refused_all_the_same():
    """A number of thousands of digits, or tables in tables, are no name and no capacity."""
    deep = "{a.a.a.a.a.a.a.a.a = " * 150 + "1" + "}" * 150
    for text in (f"[[people]]\nid = 'a'\ncapacity_per_week = 0x{'f' * 100_000}", f"name = {deep}"):
        with pytest.raises(BadTerms):
            parse_terms(text)


def test_a_mark_before_the_text_is_no_part_of_it():
    """A file from an editor that marks its encoding is read as any other, with the same lines."""
    assert parse_terms("\ufeffname = 'spring'") == parse_terms("name = 'spring'")
    with pytest.raises(BadTerms, match=r"^line 2: zone"):
        parse_terms("\ufeffname = 'spring'\nzone = 'nowhere'")
