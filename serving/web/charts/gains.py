"""Gains and lift: how many of the wins one meets by calling the best-rated leads first."""

from collections.abc import Callable, Sequence

from serving.web.charts.axes import Mark, round_place
from serving.web.charts.lines import Line, LineChart, draw_lines, lay_across

Curve = tuple[str, str, Sequence[float]]
"""A model's name, a class of the style sheet, and the share of wins among the best 0, 1, … 100 % of leads."""

_MARKED = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def draw_gains(curves: Sequence[Curve], *, by_chance: str, say: Callable[[float], str]) -> LineChart:
    """Draw the share of wins reached over the share of leads called; `say` writes a share."""
    lines = [Line(name=by_chance, points=[(0.0, 0.0), (1.0, 1.0)], look="target")]
    lines += [
        Line(name=name, look=look, points=[(place / 100, share) for place, share in enumerate(captured)])
        for name, look, captured in curves
    ]
    return _draw(lines, say, say)


def draw_lift(
    curves: Sequence[Curve], *, by_chance: str, say: Callable[[float], str], say_lift: Callable[[float], str]
) -> LineChart:
    """Draw how many times the average win rate the best-rated leads have, over their share, from 1 % on."""
    lines = [Line(name=by_chance, points=[(0.01, 1.0), (1.0, 1.0)], look="target")]
    lines += [
        Line(
            name=name,
            look=look,
            points=[(place / 100, 100 * share / place) for place, share in enumerate(captured) if place],
        )
        for name, look, captured in curves
    ]
    return _draw(lines, say, say_lift)


def _draw(lines: Sequence[Line], say: Callable[[float], str], say_upright: Callable[[float], str]) -> LineChart:
    across = lay_across(0.0, 1.0)
    marks = [Mark(place=round_place(across.place(share)), text=say(share)) for share in _MARKED]
    return draw_lines(lines, across=across, marks=marks, say=say_upright)
