"""Wins and losses by reason, owner and kind."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.counting.rates import Rate
from agreement.episodes import DAY_MICROS
from agreement.insight.closings import Closing
from agreement.insight.win_loss import compute_ends, compute_owners, compute_reasons, compute_segments, name_size
from agreement.lives import Life
from agreement.stages import Stage

facts = st.fixed_dictionaries(
    {},
    optional={
        "industry": st.sampled_from(["machinery", "software"]),
        "employees": st.floats(0, 1e6),
        "product": st.just(7.0),
    },
)
closings = st.builds(
    Closing,
    life=st.builds(
        Life,
        lead_id=st.uuids().map(str),
        created_at=st.just(0),
        owner_id=st.none() | st.sampled_from(["anna", "bea"]),
        facts=facts,
    ),
    is_won=st.booleans(),
    at=st.integers(-5, 10**14),
    value=st.none() | st.floats(0, 1e9),
    reason=st.none() | st.sampled_from(["competitor", "no_need"]),
    stage_before=st.sampled_from([Stage.LEAD, Stage.SQL, Stage.OPPORTUNITY]),
)


def close(lead_id, *, is_won=False, day=10, value=None, reason=None, before="sql", **told):
    """An end on a day; `told` are facts of the lead."""
    owner = told.pop("owner", "anna")
    return Closing(
        life=Life(lead_id=lead_id, created_at=0, owner_id=owner, facts=told),
        is_won=is_won,
        at=day * DAY_MICROS,
        value=value,
        reason=reason,
        stage_before=Stage(before),
    )


def test_ends_are_counted_with_their_euros_and_days():
    """The rate is of wins among the closed; medians are of days from when a lead came to be."""
    ends = compute_ends(
        [close("a", is_won=True, value=5.0, day=4), close("b", is_won=True, day=8), close("c", day=3)]
    )
    assert (ends.wins, ends.euros, ends.lead_ids) == (Rate(count=2, of=3), 5.0, ["a", "b", "c"])
    assert (ends.days_to_win, ends.days_to_loss) == (6.0, 3.0)
    assert compute_ends([]).days_to_win is None


def test_reasons_are_counted_by_the_stage_they_were_lost_from():
    """The most frequent reason comes first; who told none is counted as such, and no win is."""
    first, second = compute_reasons(
        [
            close("a", reason="competitor", before="opportunity"),
            close("b", reason="competitor"),
            close("c"),
            close("d", is_won=True),
        ]
    )
    assert (first.code, first.losses) == ("competitor", Rate(count=2, of=3))
    assert first.lost_from == {Stage.OPPORTUNITY: 1, Stage.SQL: 1}
    assert (second.code, second.lead_ids) == ("unknown", ["c"])


@pytest.mark.parametrize(
    ("employees", "name"),
    [
        (0, "fewer than 10"),
        (9.5, "fewer than 10"),
        (10, "10 to 49"),
        (250, "250 to 999"),
        (1_000, "1,000 and more"),
    ],
)
def test_companies_are_classed_by_size(employees, name):
    """The limits belong to the larger class."""
    assert name_size(employees) == name


def test_kinds_are_those_that_somebody_told_of():
    """An attribute of nobody is left out; who has none of one that others have is unknown."""
    told = [close("a", is_won=True, value=9.0, employees=20.0, product=7.0), close("b", industry="software")]
    segments = compute_segments(told)
    assert list(segments) == ["industry", "employees", "product"]
    assert list(segments["employees"]) == ["10 to 49", "unknown"]
    assert set(segments["product"]) == {"7", "unknown"}


@given(st.lists(closings, max_size=12))
def test_every_table_tells_of_all_ends(listed):
    """Owners, reasons and each attribute divide the same ends: nobody is lost, and nobody is counted twice."""
    ends = compute_ends(listed)
    for table in (compute_owners(listed), *compute_segments(listed).values()):
        assert sum(each.wins.of for each in table.values()) == ends.wins.of
        assert sum(each.wins.count for each in table.values()) == ends.wins.count
        assert math.fsum(each.euros for each in table.values()) == pytest.approx(ends.euros)
        assert sorted(lead_id for each in table.values() for lead_id in each.lead_ids) == sorted(ends.lead_ids)
    reasons = compute_reasons(listed)
    assert sum(each.losses.count for each in reasons) == ends.wins.of - ends.wins.count
    assert all(sum(each.lost_from.values()) == each.losses.count for each in reasons)
