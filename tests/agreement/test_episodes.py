"""Hot episodes: one turn is one episode, whatever a score does around the line."""

import math
from dataclasses import replace
from itertools import groupby, pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agreement.episodes import (
    DAY_MICROS,
    HOUR_MICROS,
    Change,
    EpisodeRules,
    EpisodeState,
    ImpossibleEpisodeRules,
    advance,
    close,
    next_move_at,
)

RULES = EpisodeRules()
LINE = 0.4
HOT, BAND, COLD = 0.5, 0.37, 0.1

short_rules = st.builds(
    EpisodeRules,
    margin=st.sampled_from([0.0, 0.15, 0.5]),
    hold_micros=st.integers(0, 4),
    cool_down_micros=st.integers(0, 6),
)
probabilities = st.sampled_from([0.0, 0.1, 0.2, 0.34, 0.37, 0.399, 0.4, 0.41, 0.9, 1.0])
looks = st.lists(st.tuples(st.integers(0, 40), probabilities), max_size=40).map(lambda some: sorted(some, key=when))


def when(look):
    """Return the instant of a look, so that looks of one instant keep their order."""
    return look[0]


def look(state, probability, at, rules=RULES):
    """Look at a lead once."""
    return advance(state, probability=probability, threshold=LINE, at=at, rules=rules)


def follow(story, rules=RULES):
    """Return the changes of a story of instants and probabilities, and the state after it."""
    state, changes = EpisodeState(), []
    for at, probability in story:
        state, change = look(state, probability, at, rules)
        changes.append(change)
    return changes, state


def follow_with_a_worker(story, rules):
    """Return the changes of a story in which somebody looks whenever silence alone would change something."""
    state, changes, last = EpisodeState(), [], 0.0
    for at, probability in story:
        due = next_move_at(state, rules)
        if due is not None and due <= at:
            state, change = look(state, last, due, rules)
            changes.append(change)
        state, change = look(state, probability, at, rules)
        changes.append(change)
        last = probability
    return changes


class TickingModel:
    """The same rules told by a clock that ticks: counters instead of instants."""

    def __init__(self, rules):
        """Begin with a lead that was never hot."""
        self.rules, self.episodes, self.is_hot = rules, 0, False
        self.ticks_below, self.ticks_outside = None, None

    def tick(self):
        """Let one microsecond pass."""
        if self.ticks_outside is not None:
            self.ticks_outside += 1
        if self.ticks_below is not None:
            self.ticks_below += 1
            self.leave_when_time_is_over()

    def leave_when_time_is_over(self):
        """Leave once the lead has been below for the hold."""
        if self.ticks_below >= self.rules.hold_micros:
            self.is_hot, self.ticks_below, self.ticks_outside = False, None, 0

    def see(self, probability):
        """Take in one score."""
        if probability >= LINE and not self.is_hot:
            is_soon = self.ticks_outside is not None and self.ticks_outside < self.rules.cool_down_micros
            self.episodes += 0 if is_soon else 1
            self.is_hot, self.ticks_outside = True, None
        elif probability >= LINE * (1 - self.rules.margin):
            self.ticks_below = None
        elif self.is_hot and self.ticks_below is None:
            self.ticks_below = 0
            self.leave_when_time_is_over()


@settings(max_examples=300)
@given(looks, short_rules)
def test_a_model_that_counts_ticks_agrees(story, rules):
    """After every instant of a random walk, number and hotness are those of a model without instants."""
    model, state, now = TickingModel(rules), EpisodeState(), 0
    for at, batch in groupby(story, key=when):
        for _ in range(at - now):
            model.tick()
        now = at
        for _, probability in batch:
            state, _ = look(state, probability, at, rules)
            model.see(probability)
        assert (state.number, state.is_open) == (model.episodes, model.is_hot)


@settings(max_examples=300)
@given(looks, short_rules)
def test_between_two_entries_lies_a_leaving(story, rules):
    """With a worker that looks when silence moves, no episode is entered before the one before it was left."""
    seen = [change for change in follow_with_a_worker(story, rules) if change in (Change.ENTERED, Change.LEFT)]
    assert all(a != b or a is Change.LEFT for a, b in pairwise(seen))
    assert Change.LEFT not in seen[:1]


@settings(max_examples=300)
@given(looks, short_rules)
def test_entries_are_as_far_apart_as_hold_and_cool_down(story, rules):
    """Even where nobody looks in between, two new episodes are never closer than leaving and cooling down take."""
    changes, state = follow(story, rules)
    entries = [at for (at, _), change in zip(story, changes, strict=True) if change is Change.ENTERED]
    assert len(entries) == state.number
    apart = rules.hold_micros + rules.cool_down_micros
    assert all(later - earlier >= apart for earlier, later in pairwise(entries))


@settings(max_examples=300)
@given(looks, short_rules)
def test_the_same_look_again_changes_nothing(story, rules):
    """A number never falls, a repeated look is none, and an older look than the state does nothing."""
    state = EpisodeState()
    for at, probability in story:
        after, change = look(state, probability, at, rules)
        assert after.number == state.number + (change is Change.ENTERED)
        assert look(after, probability, at, rules) == (after, Change.NONE)
        times = [known for known in (after.entered_at, after.below_since, after.left_at) if known is not None]
        if times:
            assert look(after, HOT, max(times) - 1, rules) == (after, Change.NONE)
        state = after


@given(looks, short_rules, st.floats(0, 1), st.integers(0, 3))
def test_a_score_within_the_margin_neither_enters_nor_leaves(story, rules, part, later):
    """Between the leaving line and the hot line everything stays, unless a hold was over before the look."""
    assume(rules.margin > 0)
    _, state = follow(story, rules)
    at = (story[-1][0] if story else 0) + later
    low = LINE * (1 - rules.margin)
    probability = low + part * (math.nextafter(LINE, 0) - low)
    due = next_move_at(state, rules)
    if due is None or at < due:
        assert look(state, probability, at, rules)[0] == replace(state, below_since=None)


@pytest.mark.parametrize(
    ("story", "changes"),
    [
        ([(0, HOT), (1, HOT)], ["entered", "none"]),
        ([(0, BAND), (1, COLD)], ["none", "none"]),
        ([(0, LINE)], ["entered"]),
        ([(0, HOT), (1, BAND), (2, COLD), (3, BAND), (4, COLD)], ["entered", "none", "sank", "rose", "sank"]),
        ([(0, HOT), (1, COLD), (23, COLD), (25, COLD)], ["entered", "sank", "none", "left"]),
        ([(0, HOT), (1, COLD), (24, HOT)], ["entered", "sank", "rose"]),
        ([(0, HOT), (1, COLD), (25, BAND)], ["entered", "sank", "left"]),
        ([(0, HOT), (1, COLD), (25, COLD), (26, HOT)], ["entered", "sank", "left", "reentered"]),
        ([(0, HOT), (1, COLD), (25, COLD), (192, HOT)], ["entered", "sank", "left", "reentered"]),
        ([(0, HOT), (1, COLD), (25, COLD), (193, HOT)], ["entered", "sank", "left", "entered"]),
        ([(0, HOT), (1, COLD), (30, HOT)], ["entered", "sank", "reentered"]),
        ([(0, HOT), (1, COLD), (900, HOT)], ["entered", "sank", "entered"]),
        ([(0, math.nan), (1, HOT), (2, math.nan)], ["none", "entered", "none"]),
    ],
)
def test_a_day_below_ends_an_episode_and_a_week_later_comes_the_next(story, changes):
    """By the usual rules, told in hours."""
    assert follow([(at * HOUR_MICROS, probability) for at, probability in story])[0] == changes


def test_a_lead_that_is_closed_leaves_at_once_and_cools_down():
    """Won or lost, an open episode ends; hot again within the week is the same episode, later a new one."""
    _, hot = follow([(5, HOT)])
    closed, change = close(hot, at=9)
    assert (change, closed.is_open, closed.left_at, closed.number) == (Change.LEFT, False, 9, 1)
    assert close(closed, at=10) == (closed, Change.NONE)
    assert close(EpisodeState(), at=10) == (EpisodeState(), Change.NONE)
    assert look(closed, HOT, 9 + 7 * DAY_MICROS - 1)[1] is Change.REENTERED
    assert look(closed, HOT, 9 + 7 * DAY_MICROS)[1] is Change.ENTERED


def test_a_closing_that_comes_too_early_is_not_before_the_entry():
    """A clock that was set back ends the episode where it began."""
    _, hot = follow([(5, HOT)])
    assert close(hot, at=1)[0].left_at == 5


def test_silence_moves_only_a_lead_that_sinks():
    """The end of the hold is the next move; before and after there is none."""
    _, hot = follow([(5, HOT)])
    sunk, _ = look(hot, COLD, 7)
    left, _ = look(sunk, COLD, 7 + DAY_MICROS)
    assert [next_move_at(state, RULES) for state in (EpisodeState(), hot, sunk, left)] == [
        None,
        None,
        7 + DAY_MICROS,
        None,
    ]
    assert left.left_at == 7 + DAY_MICROS


@pytest.mark.parametrize(
    "wrong",
    [{"margin": 1.0}, {"margin": -0.1}, {"margin": math.nan}, {"hold_micros": -1}, {"cool_down_micros": -1}],
)
def test_rules_that_no_lead_could_follow_are_refused(wrong):
    """A margin is a part of the threshold, and durations are never negative."""
    with pytest.raises(ImpossibleEpisodeRules, match=r"margin|duration"):
        EpisodeRules(**wrong)
