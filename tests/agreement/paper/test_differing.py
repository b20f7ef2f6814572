"""What one version of the agreement says otherwise than another."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.commitments import Response, Supply
from agreement.paper.differing import list_differences
from agreement.people import Person
from agreement.terms import DEFAULT_TERMS, Terms
from tests.agreement.agreed import all_terms, every_term

HOUR = 3_600_000_000


def tell(old: Terms, new: Terms) -> list[tuple[str, object, object]]:
    """List differences as tuples."""
    return [(each.path, each.before, each.after) for each in list_differences(old, new)]


@settings(max_examples=60, deadline=None)
@given(all_terms, all_terms)
def test_equal_terms_have_no_difference_and_others_have_one(old: Terms, new: Terms) -> None:
    """There is a difference exactly where the versions differ, each of them is one, and back is the mirror."""
    told = list_differences(old, new)
    assert bool(told) == (old.version != new.version)
    assert all(each.before != each.after for each in told)
    assert list_differences(old, old) == ()
    mirrored = {(each.path, str(each.after), str(each.before)) for each in list_differences(new, old)}
    assert {(each.path, str(each.before), str(each.after)) for each in told} == mirrored
    assert all(len(each.to_text().splitlines()) == 1 for each in told)


@pytest.mark.parametrize("name", sorted(every_term))
def test_every_changed_term_is_named(name: str) -> None:
    """A term that is changed, and no other, is the beginning of every path."""

    @settings(max_examples=15, deadline=None)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        changed = replace(DEFAULT_TERMS, **{name: data.draw(every_term[name])})
        told = list_differences(DEFAULT_TERMS, changed)
        assert bool(told) == (changed != DEFAULT_TERMS)
        assert all(each.path.removesuffix(" (order)").split(".")[0].split("[")[0] == name for each in told)

    check()


def test_people_are_compared_by_their_ids() -> None:
    """Who comes first, who is new and who is gone does not make everybody else different."""
    anna, otto, eero = (Person(id=each, name=each.title()) for each in ("anna", "otto", "eero"))
    old = Terms(people=(anna, otto))
    assert [path for path, *_ in tell(old, Terms(people=(eero, anna, otto)))] == ["people[eero]"]
    assert tell(old, Terms(people=(anna, replace(otto, capacity_per_week=4.0)))) == [
        ("people[otto].capacity_per_week", None, 4.0)
    ]
    assert tell(old, Terms(people=(otto, anna))) == [("people (order)", ["anna", "otto"], ["otto", "anna"])]
    gone = tell(old, Terms(people=(otto,)))
    assert [(path, after) for path, _, after in gone] == [("people[anna]", None)]


def test_a_difference_is_a_line_that_people_read() -> None:
    """Keys are those of the file, durations its words, and nothing is written as nothing."""
    old = Terms(response=(Response(bucket="hot", first_contact_micros=4 * HOUR),), action="Call")
    new = Terms(
        response=(Response(bucket="hot", first_contact_micros=2 * HOUR),), supply=(Supply(quality="mql", count=30),)
    )
    lines = [each.to_text() for each in list_differences(old, new)]
    assert lines == [
        "action: Call → Call today",
        "supply[1]: nothing → (quality mql, count 30, per week)",
        "response[hot].first_contact: 4 h → 2 h",
    ]
