"""Lines: curves go through their points, fans enclose them, labels keep apart, sparklines break at gaps."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from serving.web.charts.lines import SPARK_HEIGHT, SPARK_WIDTH, Fan, Line, draw_lines, draw_sparkline, lay_across

_VALUES = st.lists(st.floats(0, 1e9), min_size=1, max_size=30)


def read_path(path: str) -> list[tuple[float, float]]:
    """Return the places of a path."""
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.e+-]+) (-?[\d.e+-]+)", path)]


@given(_VALUES)
def test_a_curve_stays_within_its_drawing(values: list[float]) -> None:
    """Each point lies between the edges, and a larger value lies higher."""
    line = Line(name="won", points=list(enumerate(values)), says="now")
    chart = draw_lines([line], across=lay_across(0, len(values)), marks=[], say=str, height=200)
    places = read_path(chart.drawn[0].path)[: len(values)]
    assert all(0 <= x <= 100 and 0 <= y <= 200 for x, y in places)
    for (_, y), value in zip(places, values, strict=True):
        for (_, other_y), other in zip(places, values, strict=True):
            assert value <= other or y <= other_y
    assert (chart.ends[0].x, chart.ends[0].y) == places[-1]


def test_a_step_holds_until_the_next_value() -> None:
    """A step curve goes across first, and up where the next value begins."""
    chart = draw_lines(
        [Line(name="score", points=[(0, 0), (1, 10)], is_step=True)], across=lay_across(0, 1), marks=[], say=str
    )
    first, corner, last = read_path(chart.drawn[0].path)
    assert corner == (last[0], first[1])


def test_a_fan_is_an_area_from_its_low_to_its_high() -> None:
    """The area goes out along the low ends and back along the high ones."""
    fan = Fan(name="interval", low=[(0, 1), (1, 2)], high=[(0, 1), (1, 6)])
    chart = draw_lines([], across=lay_across(0, 1), marks=[], say=str, fans=[fan])
    (drawn,) = chart.drawn
    assert drawn.is_area
    assert drawn.path.endswith("Z")
    places = read_path(drawn.path)
    assert len(places) == 4
    assert places[1][0] == places[2][0]
    assert places[1][1] > places[2][1]


@given(st.lists(st.floats(0, 100), min_size=2, max_size=5))
def test_what_is_written_at_ends_keeps_apart(values: list[float]) -> None:
    """However close the ends of lines are, a line of text fits between what is written there."""
    lines = [Line(name=str(value), points=[(0, 0), (1, value)], says="x") for value in values]
    chart = draw_lines(lines, across=lay_across(0, 1), marks=[], say=str)
    heights = sorted(end.text_y for end in chart.ends)
    assert all(after - before >= 12.99 for before, after in pairwise(heights))


@given(st.lists(st.none() | st.floats(0, 100), min_size=1, max_size=12))
def test_a_sparkline_breaks_where_a_value_is_missing(values: list[float | None]) -> None:
    """There is one path a run of known values within the drawing, and a last point where it is known."""
    spark = draw_sparkline(values, target=1.0)
    runs = "".join("x" if value is not None else " " for value in values).split()
    assert len(spark.paths) == len(runs)
    assert (spark.last is None) == (values[-1] is None)
    for x, y in (place for path in spark.paths for place in read_path(path)):
        assert 0 <= x <= SPARK_WIDTH
        assert 0 <= y <= SPARK_HEIGHT
