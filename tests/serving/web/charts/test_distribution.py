"""Distributions: a quantile lies within its class, as far along as its value; what cannot be placed is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.web.charts.axes import LEFT, RIGHT
from serving.web.charts.bars import Column
from serving.web.charts.distribution import Class, Quantile, draw_distribution, find_place

_EDGES = (1.0, 4.0, 8.0, 16.0, 40.0)


@given(st.floats(0, 40), st.floats(0, 40))
def test_places_rise_with_values(one: float, other: float) -> None:
    """A longer wait lies further right, within the columns of classes that have an end."""
    first, second = sorted((one, other))
    low, high = (find_place(value, _EDGES, 7) for value in (first, second))
    assert LEFT <= low <= high <= LEFT + 5 / 7 * (RIGHT - LEFT) + 1e-9


def test_an_edge_lies_between_its_columns() -> None:
    """Four hours lie where the second column ends."""
    assert find_place(4, _EDGES, 7) == pytest.approx(LEFT + 2 / 7 * (RIGHT - LEFT))


def test_marks_stand_on_lines_of_their_own_from_the_left() -> None:
    """Each mark has its own line of text, the leftmost on top; one beyond all classes is not drawn."""
    classes = [Class(column=Column(name="", value=1, says=""), up_to=edge) for edge in (*_EDGES, None)]
    marked = [Quantile(value=value, text=str(value)) for value in (16, 4, 90)]
    chart = draw_distribution(classes, marked, say=str)
    assert [(flag.text, flag.level) for flag in chart.flags] == [("4", 0), ("16", 1)]


def test_a_distribution_without_classes_is_empty() -> None:
    """Without a class there is nothing to mark."""
    assert draw_distribution([], [Quantile(value=1, text="")], say=str).flags == []
