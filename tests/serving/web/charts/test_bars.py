"""Bars: columns stand on one floor, as high as their values; a cell's bar is never longer than its cell."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.web.charts.bars import Column, draw_columns, share_of


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=12))
def test_columns_are_as_high_as_their_values(values: list[int]) -> None:
    """Columns end at the floor, lie side by side without touching, and double values are twice as high."""
    chart = draw_columns([Column(name="x", value=value, says="") for value in values], say=str)
    for before, after in pairwise(chart.columns):
        assert before.x + before.width < after.x
    most = max(chart.columns, key=lambda each: each.column.value)
    for each in chart.columns:
        assert each.y + each.height == pytest.approx(chart.floor, abs=0.02)
        if most.column.value:
            wanted = most.height * each.column.value / most.column.value
            assert each.height == pytest.approx(wanted, abs=0.02)


def test_no_columns_are_an_empty_chart() -> None:
    """Nothing to draw is drawn as an axis."""
    assert draw_columns([], say=str).columns == []


@pytest.mark.parametrize(
    ("value", "most", "wanted"), [(1, 2, 50), (5, 2, 100), (None, 2, 0), (1, 0, 0), (-1, 2, 0)]
)
def test_a_bar_fills_its_cell_at_most(value: float | None, most: float, wanted: float) -> None:
    """A value beyond the most fills the cell; nothing, and what cannot be compared, is empty."""
    assert share_of(value, most) == wanted
