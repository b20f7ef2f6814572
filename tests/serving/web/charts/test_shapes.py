"""Shapes: marks that would touch are gathered, and nothing is drawn too narrow to be seen."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from serving.web.charts.scales import LinearScale
from serving.web.charts.shapes import crowd_together, lay_box

_ACROSS = LinearScale(low=0, high=1_000)


@given(st.lists(st.tuples(st.integers(0, 1_000), st.text(max_size=3)), max_size=60))
def test_every_mark_is_in_one_crowd(marks: list[tuple[int, str]]) -> None:
    """Nothing is lost, crowds stand in the order of time, and two of them leave each other room."""
    crowds = list(crowd_together(marks, _ACROSS))
    assert [mark for crowd in crowds for mark in crowd] == sorted(marks)
    begins = [_ACROSS.place(crowd[0][0]) for crowd in crowds]
    assert all(after - before >= 4 for before, after in itertools.pairwise(begins))


def test_a_box_can_be_seen() -> None:
    """However short its time, and wherever it ends."""
    assert lay_box(_ACROSS, 500, 500, y=1, height=2).width > 0
    assert lay_box(_ACROSS, 100, 600, y=1, height=2).width == 50.0
    assert lay_box(_ACROSS, -500, 9_000, y=1, height=2).width == 100.0
