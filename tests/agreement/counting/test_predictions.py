"""Predictions beside what came of them: only what is over, each lead once a month, nobody after the win."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.counting.predictions import Prediction, compare_predictions
from agreement.lives import Life, Step
from agreement.stages import Stage

DAY = 86_400_000_000
# 2026-01-01 in UTC.
START = 1_767_225_600_000_000


def at(days):
    """Return the instant so many days after the start of 2026."""
    return START + round(days * DAY)


def live(lead_id, won_after=None):
    """Return the life of a lead that came at the start, and perhaps was won."""
    steps = () if won_after is None else (Step(stage=Stage.CUSTOMER, at=at(won_after)),)
    return Life(lead_id=lead_id, created_at=START, steps=steps)


YEAR_END = at(365)


def compare(told, lives, now=YEAR_END, zone="UTC"):
    """Compare with a horizon of thirty days."""
    said = [Prediction(lead_id=lead_id, at=at(days), probability=p) for lead_id, days, p in told]
    known = {life.lead_id: life for life in lives}
    return compare_predictions(said, known, horizon=30 * DAY, now=now, zone=zone)


def test_months_hold_the_mean_and_the_wins():
    """Of two leads of January one is won in time; in February the other is alone, and won in time too."""
    told = [("a", 1, 0.4), ("b", 2, 0.2), ("b", 40, 0.1)]
    january, february = compare(told, [live("a", won_after=20), live("b", won_after=45)])
    assert (january.month, january.seen.count, january.seen.of) == (date(2026, 1, 1), 1, 2)
    assert round(january.predicted, 9) == 0.3
    assert (february.month, february.predicted, february.seen.count) == (date(2026, 2, 1), 0.1, 1)


def test_a_score_after_the_win_counts_nowhere():
    """Whoever has been won can no longer be predicted."""
    (january,) = compare([("b", 2, 0.2), ("b", 40, 0.1)], [live("b", won_after=35)])
    assert (january.seen.count, january.seen.of) == (0, 1)


def test_a_lead_counts_once_a_month_by_its_first_score():
    """Later scores of the same month say nothing more."""
    (january,) = compare([("a", 1, 0.1), ("a", 5, 0.9), ("a", 6, 0.9)], [live("a")])
    assert (january.predicted, january.seen.of) == (0.1, 1)


def test_what_is_not_over_is_not_counted():
    """A horizon that ends after now leaves the score out, won or not."""
    lives = [live("a", won_after=3), live("b")]
    assert compare([("a", 1, 0.5), ("b", 1, 0.5)], lives, now=at(31) - 1) == []
    assert len(compare([("a", 1, 0.5), ("b", 1, 0.5)], lives, now=at(31))) == 1


def test_the_horizon_ends_before_its_last_instant():
    """A win at the very end of the horizon comes too late; the instant before is in time."""
    edge = [
        live("a", won_after=31),
        Life(lead_id="b", created_at=START, steps=(Step(stage=Stage.CUSTOMER, at=at(31) - 1),)),
    ]
    (january,) = compare([("a", 1, 0.5), ("b", 1, 0.5)], edge)
    assert january.seen.count == 1


def test_months_are_those_of_the_zone():
    """In Auckland the new month has begun half a day before."""
    months = [found.month for found in compare([("a", 30.6, 0.5)], [live("a")], zone="Pacific/Auckland")]
    assert months == [date(2026, 2, 1)]


def test_unknown_leads_are_left_out():
    """A score of a lead whose life is gone counts nowhere."""
    assert compare([("gone", 1, 0.5)], []) == []


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 300), st.floats(0, 1)), max_size=30))
def test_months_rise_and_shares_stay_shares(told):
    """Months come in order, each with at least one lead and a mean within [0, 1]."""
    told = sorted(told, key=lambda each: each[:2])
    months = compare(told, [live("a", won_after=100), live("b"), live("c", won_after=1)])
    assert [found.month for found in months] == sorted({found.month for found in months})
    assert all(found.seen.of >= 1 and 0 <= found.predicted <= 1 for found in months)
    assert all(found.seen.of <= 3 for found in months)
