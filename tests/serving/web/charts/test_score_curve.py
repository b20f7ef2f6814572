"""The score's curve: steps that hold until the next, thinned to what a screen shows and to nothing less."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.usecases.tracing import ScorePoint
from serving.web.charts.scales import LinearScale
from serving.web.charts.score_curve import lay_upright, list_bands, list_thresholds, thin_steps, trace_steps

_ACROSS = LinearScale(low=0, high=1_000)


def make_point(at: int, chance: float | None, hot: float | None = 0.2) -> ScorePoint:
    """Make a point of the curve."""
    warm = None if hot is None else hot / 2
    return ScorePoint(at=at, probability=chance, score=50, bucket="warm", warm=warm, hot=hot)


def read(point: ScorePoint) -> float | None:
    """Read a point's chance."""
    return point.probability


def test_a_score_is_true_until_the_next() -> None:
    """The path goes across first and then up or down, and ends at the moment asked for."""
    points = [make_point(100, 0.1), make_point(500, 0.3)]
    upright = LinearScale(low=0, high=1, start=100, end=0)
    assert trace_steps(points, read, _ACROSS, upright, until=900) == "M10.0 90.0H50.0V70.0H90.0"


def test_what_is_withheld_is_left_out() -> None:
    """Points without a chance are no steps; without any there is no path."""
    upright = LinearScale(low=0, high=1, start=100, end=0)
    assert trace_steps([make_point(1, None, None)], read, _ACROSS, upright, until=900) == ""
    assert trace_steps([], read, _ACROSS, upright, until=900) == ""


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 1)), max_size=3_000))
@settings(max_examples=60, deadline=None)
def test_thinning_keeps_the_extremes(told: list[tuple[float, float]]) -> None:
    """Whatever the steps are, few are left, the first, last, lowest and highest among them, and in their order."""
    steps = sorted(told)
    thin = thin_steps(steps)
    assert len(thin) <= 4 * 401
    assert thin == sorted(thin, key=lambda step: step[0])
    if steps:
        heights, kept = [y for _, y in steps], [y for _, y in thin]
        assert (thin[0][0], thin[-1][0]) == (steps[0][0], steps[-1][0])
        assert (min(kept), max(kept)) == (min(heights), max(heights))


def test_thresholds_hold_until_others_do() -> None:
    """Each pair of thresholds has its span, the last one until now; bands lie between them."""
    points = [make_point(100, 0.1), make_point(300, 0.1), make_point(500, 0.1, 0.4), make_point(600, None, None)]
    assert list(list_thresholds(points, 900)) == [(100, 500, 0.1, 0.2), (500, 900, 0.2, 0.4)]
    assert list(list_thresholds([], 900)) == []
    bands = list(list_bands(points, _ACROSS, lay_upright(points), 900))
    assert [(band.look, band.x, band.width) for band in bands] == [
        ("warm", 10.0, 40.0),
        ("hot", 10.0, 40.0),
        ("warm", 50.0, 40.0),
        ("hot", 50.0, 40.0),
    ]


@pytest.mark.parametrize(("chance", "hot"), [(0.001, 0.02), (0.5, 0.3), (0.99, 0.9), (0.1, 1.5)])
def test_the_axis_holds_the_curve_and_its_thresholds(chance: float, hot: float) -> None:
    """From zero to a round number above both, and never beyond one; a threshold nobody reaches is left out."""
    upright = lay_upright([make_point(1, chance, hot)])
    assert upright.low == 0
    assert max(chance, hot if hot <= 1 else 0) <= upright.high <= 1
    assert re.fullmatch(r"[0-9.]{1,6}", str(upright.high))
