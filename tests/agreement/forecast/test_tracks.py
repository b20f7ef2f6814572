"""Tracks: who stood where at any instant, and that nothing later is known."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.forecast.tracks import STAGES
from agreement.insight.closings import find_closing
from agreement.lives import Life, Step
from agreement.stages import IS_OPEN, Stage
from tests.agreement.markets import NOW, WEEK, ago, follow, make_life

STEPS = st.lists(
    st.tuples(st.sampled_from(list(Stage)), st.integers(-400, 100), st.none() | st.floats(0, 1e6)), max_size=7
)


def build(number: int, created: int, steps: list[tuple[Stage, int, float | None]]) -> Life:
    """Build a life whose days count from now."""
    ordered = sorted(steps, key=lambda step: step[1])
    told = tuple(Step(stage=stage, at=ago(-day), value=value) for stage, day, value in ordered)
    return Life(lead_id=f"L{number}", created_at=ago(-created), steps=told)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-400, 0), STEPS), min_size=1, max_size=6), st.integers(-420, 0))
def test_they_agree_with_the_lives(drawn, day):
    """At any instant those stand open, and in that stage, of whom their lives say so, until they are first won."""
    lives = [build(number, created, steps) for number, (created, steps) in enumerate(drawn)]
    tracks, at = follow(lives), ago(-day)
    standing = tracks.find_standing(at)
    found = {
        tracks.lives[row].lead_id: STAGES[stage] for row, stage in zip(standing.row, standing.stage, strict=True)
    }
    expected = {}
    for life in lives:
        won = next((step.at for step in life.steps if step.stage == Stage.CUSTOMER), NOW + 1)
        stage = life.find_step(at).stage
        if life.created_at <= at and stage in IS_OPEN and won > at:
            expected[life.lead_id] = stage
    assert found == expected


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-400, 50), STEPS), min_size=1, max_size=6))
def test_later_facts_change_nothing(drawn):
    """Leads that come later and steps that are made later leave every array as it is."""
    lives = [build(number, created, steps) for number, (created, steps) in enumerate(drawn)]
    earlier = [
        Life(lead_id=life.lead_id, created_at=life.created_at, steps=tuple(s for s in life.steps if s.at <= NOW))
        for life in lives
        if life.created_at <= NOW
    ]
    whole, known = follow(lives), follow(earlier)
    for name in ("created_at", "won_at", "won_value", "estimate", "told_row", "told_at", "told_value", "fact"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(known, name))
    for name in ("row", "stage", "begins_at", "ends_at"):
        np.testing.assert_array_equal(getattr(whole.stays, name), getattr(known.stays, name))
    assert whole.closed_at == known.closed_at


def test_values_are_those_told_by_then_and_the_leads_own_only_now():
    """An estimate is what was told before the win; a won value is that of the closing; a fact has no past."""
    won = make_life("won", 100, ("opportunity", 50, 9.0), ("customer", 10, 7.0))
    fact = make_life("fact", 100, ("mql", 60), facts={"value": 5.0})
    tracks = follow([won, fact])
    assert tracks.won_value[0] == find_closing(won, NOW).value == 7
    assert tracks.estimate[0] == 9
    np.testing.assert_array_equal(tracks.find_values(ago(51)), [np.nan, np.nan])
    np.testing.assert_array_equal(tracks.find_values(ago(20)), [9, np.nan])
    np.testing.assert_array_equal(tracks.find_values(NOW), [7, 5])


def test_wins_are_listed_within_their_instants_and_the_first_end_is_known():
    """The first instant is no part of the stretch, the last is."""
    tracks = follow([make_life("a", 90, ("lost", 70)), make_life("b", 90, ("customer", 7))])
    assert tracks.closed_at == ago(70)
    assert tracks.list_won(NOW - WEEK, NOW).tolist() == []
    assert tracks.list_won(NOW - WEEK - 1, NOW - WEEK).tolist() == [1]
    assert follow([]).find_standing(NOW).row.tolist() == []
