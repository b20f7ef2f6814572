"""Landmarks and win curves: counted by hand, and equal to the law by which a market was invented."""

import numpy as np
import pytest

from agreement.forecast.landmarks import N_BANDS, count_landmarks
from agreement.forecast.tracks import STAGES
from agreement.forecast.win_curves import measure_curves
from agreement.stages import Stage
from tests.agreement.markets import NOW, follow, invent_market, make_life

LEAD = STAGES.index(Stage.LEAD) * N_BANDS


def test_landmarks_are_counted_by_hand():
    """One lead of two is won in the second week after the first of three landmarks."""
    marks = count_landmarks(follow([make_life("a", 22, ("customer", 9, 1.0)), make_life("b", 22, ("lost", 15))]))
    assert (marks.n_weeks, marks.find_instant(2)) == (2, NOW)
    assert marks.open_counts[0, LEAD + 1] == 1
    assert marks.wins[0].sum() == marks.wins[0, LEAD + 1, 0] == 1
    assert marks.open_counts[1].sum() == marks.open_counts[2].sum() == 0
    assert marks.arrivals.tolist() == [0, 0]


def test_without_an_end_nothing_is_counted():
    """As long as nobody wrote an end down, weeks without wins mean nothing."""
    marks = count_landmarks(follow([make_life("a", 300)]))
    curves = measure_curves(marks)(0, 10, 30.0)
    assert marks.n_weeks == 0
    assert curves.find_share(9.5).sum() == curves.count_arrival_wins(10) == curves.measured_weeks == 0


def test_curves_find_the_law_of_a_market():
    """Of leads won at a quarter of one constant hazard, the shares after so many weeks are those of that law."""
    hazard = 0.004
    marks = count_landmarks(follow(invent_market(5, n_leads=12_000, hazard=hazard)))
    curves = measure_curves(marks)(marks.n_weeks, 26, 30.0)
    for stage in (Stage.LEAD, Stage.OPPORTUNITY):
        groups = slice(STAGES.index(stage) * N_BANDS, (STAGES.index(stage) + 1) * N_BANDS)
        seen = marks.open_counts[: marks.n_weeks, groups].sum(axis=0) > 2_000
        for weeks in (4, 8.5, 26):
            law = 0.25 * (1 - np.exp(-4 * hazard * 7 * weeks))
            assert curves.find_share(weeks)[groups][seen] == pytest.approx(law, abs=0.025)


def test_leads_to_come_are_counted_at_the_pace_of_late():
    """Two hundred leads a week, of whom a quarter is won at once, will bring fifty wins a week."""
    lives = [
        make_life(f"{week}-{n}", week * 7 - 1, *([("customer", week * 7 - 2, 1.0)] if n % 4 == 0 else []))
        for week in range(1, 31)
        for n in range(200)
    ]
    marks = count_landmarks(follow(lives))
    curves = measure_curves(marks)(marks.n_weeks, 6, 30.0)
    assert curves.arrivals == 200
    assert curves.count_arrival_wins(4) == pytest.approx(200)
    assert curves.count_arrival_wins(0.5) == pytest.approx(25)


def test_what_nobody_saw_goes_on_as_the_last_that_was_seen():
    """A history of ten weeks says something of the twentieth too, and how far it saw."""
    lives = invent_market(3, n_leads=4_000, weeks=12, hazard=0.004)
    marks = count_landmarks(follow(lives))
    curves = measure_curves(marks)(marks.n_weeks, 20, 30.0)
    assert curves.measured_weeks == marks.n_weeks <= 12
    grown = np.diff(curves.shares[LEAD])
    assert np.all(grown > 0)
    assert curves.shares[LEAD, 20] < 1
