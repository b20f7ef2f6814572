"""Who is told when nobody answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.calendar.hours import WorkingHours
from agreement.escalating import Escalation, EscalationRules, ImpossibleEscalationRules, next_escalation
from agreement.people import TEAM, Person

HOUR = 3_600_000_000
DAY = 24 * HOUR
OFFICE = WorkingHours.from_text("UTC", "Mon-Fri 09:00-17:00")
THURSDAY = 0

ids = st.sampled_from(["anna", "ben", "cleo"])
teams = st.lists(
    st.builds(Person, id=ids, manager_id=st.none() | ids, is_active=st.booleans()), min_size=1, max_size=3
).map(lambda people: {person.id: person for person in people})


def escalate(level, told_at, person, *others):
    """Return the next escalation by the usual rules."""
    people = {one.id: one for one in (person, *others)}
    return next_escalation(level=level, told_at=told_at, person=person, people=people, rules=EscalationRules())


def test_an_alert_climbs_from_the_owner_to_the_manager_to_the_team():
    """After four hours the manager is told, after eight the team, and then nobody."""
    anna, ben = Person(id="anna", manager_id="ben"), Person(id="ben")
    assert escalate(0, 5, anna, ben) == Escalation(level=1, at=5 + 4 * HOUR, recipient_id="ben")
    assert escalate(1, 5, anna, ben) == Escalation(level=2, at=5 + 8 * HOUR, recipient_id="team")
    assert escalate(2, 5, anna, ben) is None


def test_time_is_counted_in_the_owners_working_hours():
    """An alert of Thursday at three reaches the manager on Friday at eleven, the team on Friday at the end."""
    anna = Person(id="anna", manager_id="ben", working_hours=OFFICE)
    told_at = THURSDAY + 15 * HOUR
    assert escalate(0, told_at, anna, Person(id="ben")).at == DAY + 11 * HOUR
    assert escalate(1, told_at, anna, Person(id="ben")).at == DAY + 15 * HOUR


@pytest.mark.parametrize(
    "others",
    [(), (Person(id="ben", is_active=False),), (Person(id="ben", is_active=False, manager_id="anna"),)],
)
def test_where_there_is_no_manager_the_team_is_next(others):
    """A manager who is unknown or away, or whose manager is the owner, is skipped."""
    anna = Person(id="anna", manager_id="ben")
    assert escalate(0, 0, anna, *others) == Escalation(level=2, at=8 * HOUR, recipient_id="team")


def test_a_manager_who_is_away_is_answered_for():
    """The manager's manager is told instead."""
    others = Person(id="ben", is_active=False, manager_id="cleo"), Person(id="cleo")
    assert escalate(0, 0, Person(id="anna", manager_id="ben"), *others).recipient_id == "cleo"


def test_the_team_is_not_told_twice():
    """What the team already has goes nowhere."""
    assert escalate(0, 0, TEAM) is None


@given(teams, ids, st.integers(0, 10 * DAY))
def test_every_alert_ends_with_the_team(people, owner_id, told_at):
    """Levels and instants only rise, nobody inactive nor the owner is told, and the last is the team."""
    owner = people.get(owner_id, Person(id=owner_id))
    level, at, seen = 0, told_at, []
    while step := next_escalation(
        level=level, told_at=told_at, person=owner, people=people, rules=EscalationRules()
    ):
        assert step.level > level
        assert step.at >= at
        level, at = step.level, step.at
        seen.append(step.recipient_id)
    assert seen.pop() == "team"
    assert all(people[told].is_active and told != owner_id for told in seen)


@pytest.mark.parametrize(("manager", "team"), [(-1, 5), (5, 4)])
def test_rules_out_of_order_are_refused(manager, team):
    """Nobody is told before the alert, and the team not before the manager."""
    with pytest.raises(ImpossibleEscalationRules, match="tell the manager first"):
        EscalationRules(to_manager_micros=manager, to_team_micros=team)
