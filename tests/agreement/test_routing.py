"""Who becomes the owner of a lead that has none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.people import Person
from agreement.routing import Assignment, Route, assign_owner

FACTS = {"industry": "machinery", "product": None, "country": "finland", "city": "oulu"}

words = st.sampled_from(["machinery", "Food ", "finland", "oulu", "cranes"])
some = st.lists(words, max_size=2).map(tuple)
ids = st.sampled_from(["anna", "ben", "cleo", "dan", "team"])
capacities = st.none() | st.floats(0, 50)
teams = st.lists(
    st.builds(
        Person,
        id=ids.filter(lambda name: name != "team"),
        industries=some,
        products=some,
        places=some,
        capacity_per_week=capacities,
        is_active=st.booleans(),
        takes_leads=st.booleans(),
    ),
    max_size=4,
).map(lambda people: {person.id: person for person in people})
routes = st.lists(
    st.builds(
        Route, name=words, industries=some, products=some, places=some, owners=st.lists(ids, max_size=3).map(tuple)
    ),
    max_size=4,
)
facts = st.dictionaries(
    st.sampled_from(["industry", "product", "country", "city"]), st.none() | words.map(str.strip)
)
loads = st.dictionaries(ids, st.integers(0, 30))


def assign(people, *, routes=(), load=None, facts=FACTS):
    """Return the assignment of a lead among some people."""
    return assign_owner(facts, routes=routes, people={person.id: person for person in people}, load=load or {})


@given(facts, routes, teams, loads)
def test_whatever_the_rules_the_owner_takes_leads(facts, routes, people, load):
    """Every lead has an owner who is active and takes leads, or the team, and a sentence that says why."""
    owner = assign_owner(facts, routes=routes, people=people, load=load)
    takers = [one.id for one in people.values() if one.is_active and one.takes_leads]
    assert owner.owner_id in takers or owner.owner_id == "team"
    assert owner.sentence
    assert "\n" not in owner.sentence
    if takers and not routes:
        assert owner.owner_id != "team"


@given(teams, loads)
def test_where_capacity_is_unknown_the_fewest_leads_decide(people, load):
    """Without any rule, nobody else who takes leads has fewer open ones, and the first id wins a tie."""
    plain = [Person(id=one.id, is_active=one.is_active, takes_leads=one.takes_leads) for one in people.values()]
    takers = [(load.get(one.id, 0), one.id) for one in plain if one.is_active and one.takes_leads]
    assert assign(plain, load=load).owner_id == min(takers, default=(0, "team"))[1]


def test_the_sentence_says_route_reason_and_load():
    """People can read why a lead is theirs."""
    nordics = Route(name="Nordics", industries=(" Machinery",), places=("FINLAND",), owners=("anna", "ben"))
    found = assign([Person(id="anna"), Person(id="ben")], routes=[nordics], load={"anna": 3, "ben": 4})
    sentence = "Route 'Nordics': industry machinery, place finland; 3 open hot leads, the least of 2"
    assert found == Assignment(owner_id="anna", sentence=sentence)


def test_the_first_route_with_somebody_decides():
    """A route that does not fit, or whose owners are away or unknown, is passed over."""
    away = Person(id="cleo", is_active=False)
    found = assign(
        [Person(id="anna"), Person(id="ben"), away],
        routes=[
            Route(name="Food", industries=("food",), owners=("anna",)),
            Route(name="Away", owners=("cleo", "nobody")),
            Route(name="Oulu", places=("Oulu",), owners=("ben",)),
            Route(name="Rest", owners=("anna",)),
        ],
        load={"ben": 1},
    )
    assert found == Assignment(owner_id="ben", sentence="Route 'Oulu': place oulu; 1 open hot lead")


def test_a_route_without_owners_asks_whose_field_fits():
    """Everybody whose own words fit, or who has none, is a candidate; others are not."""
    people = [Person(id="anna", places=("Sweden",)), Person(id="ben", places=("Finland",)), Person(id="cleo")]
    found = assign(people, routes=[Route(name="All")], load={"ben": 2, "cleo": 3})
    assert found == Assignment(owner_id="ben", sentence="Route 'All': any lead; 2 open hot leads, the least of 2")


def test_a_route_may_name_the_team():
    """Leads that nobody should own stay with the team, unless somebody else named is here."""
    students = Route(name="Students", owners=("team", "ben"))
    assert assign([Person(id="anna")], routes=[students]).owner_id == "team"
    assert assign([Person(id="anna"), Person(id="ben")], routes=[students]).owner_id == "ben"


def test_without_a_route_the_field_decides_before_the_load():
    """Somebody whose own field fits comes before somebody with fewer leads and no field."""
    people = [Person(id="anna"), Person(id="ben", industries=("MACHINERY",))]
    assert assign(people, load={"ben": 30}).owner_id == "ben"
    assert assign(people, load={"ben": 30}, facts={"industry": None}).owner_id == "anna"


@pytest.mark.parametrize(
    ("anna", "ben", "owner"),
    [
        ((6, 10.0), (5, 4.0), "anna"),
        ((6, 10.0), (5, 20.0), "ben"),
        ((0, 0.0), (9, 1.0), "ben"),
        ((6, None), (7, 20.0), "anna"),
        ((6, None), (5, None), "ben"),
        ((6, 3.0), (2, 1.0), "anna"),
    ],
)
def test_load_is_measured_by_capacity(anna, ben, owner):
    """Six leads are less to somebody who can answer ten than five to somebody who can answer four."""
    people = [Person(id="anna", capacity_per_week=anna[1]), Person(id="ben", capacity_per_week=ben[1])]
    assert assign(people, load={"anna": anna[0], "ben": ben[0]}).owner_id == owner


def test_where_nobody_takes_leads_the_team_does():
    """The team is the owner of last resort."""
    people = [Person(id="anna", is_active=False), Person(id="ben", takes_leads=False)]
    assert assign(people) == Assignment(owner_id="team", sentence="Nobody takes leads: it stays with the team")
