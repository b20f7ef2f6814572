"""People, and who is told where somebody is away."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.calendar.hours import UnknownZone
from agreement.capacity import ImpossibleCapacity
from agreement.people import TEAM, Person, choose_recipient

ids = st.sampled_from(["anna", "ben", "cleo", "dan"])
teams = st.lists(
    st.builds(Person, id=ids, manager_id=st.none() | ids | st.just("nobody"), is_active=st.booleans()), max_size=4
).map(lambda people: {person.id: person for person in people})


@given(st.none() | ids, teams)
def test_whoever_is_told_is_here_or_the_team(owner_id, people):
    """Nobody inactive or unknown is told, whatever managers are above whom."""
    told = choose_recipient(owner_id, people)
    assert told == "team" or people[told].is_active
    if owner_id in people and people[owner_id].is_active:
        assert told == owner_id


def test_the_nearest_active_manager_is_told():
    """An owner who is away is answered for by the manager, then by the manager's manager."""
    people = {
        "anna": Person(id="anna", manager_id="ben", is_active=False),
        "ben": Person(id="ben", manager_id="cleo", is_active=False),
        "cleo": Person(id="cleo"),
    }
    assert choose_recipient("anna", people) == "cleo"


def test_managers_of_each_other_who_are_away_leave_the_team():
    """A circle is walked once."""
    people = {
        "anna": Person(id="anna", manager_id="ben", is_active=False),
        "ben": Person(id="ben", manager_id="anna", is_active=False),
    }
    assert choose_recipient("anna", people) == choose_recipient(None, people) == TEAM.id


@pytest.mark.parametrize("capacity", [-1.0, math.nan, math.inf])
def test_a_capacity_that_nobody_has_is_refused(capacity):
    """Leads a week are neither negative nor endless nor unknown."""
    with pytest.raises(ImpossibleCapacity, match="capacity_per_week"):
        Person(id="anna", capacity_per_week=capacity)


def test_a_person_lives_somewhere():
    """A zone that nobody knows is refused."""
    with pytest.raises(UnknownZone):
        Person(id="anna", zone="Mars/Base")
