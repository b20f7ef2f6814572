"""Densities: how probabilities are spread, over an axis of log-odds, with thresholds where they lie."""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from serving.web.charts.axes import Mark, round_place
from serving.web.charts.bars import Flag
from serving.web.charts.lines import Line, LineChart, Points, draw_lines, lay_across
from serving.web.charts.reliability import Whisker

_MARKED = (0.001, 0.003, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 0.9)
_EDGE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class DensityChart:
    """Steps over the axis, and upright lines at thresholds."""

    lines: LineChart
    flags: Sequence[Flag]
    whiskers: Sequence[Whisker] = ()


def count_in_bins(probabilities: Sequence[float], edges: Sequence[float]) -> list[int]:
    """Count probabilities between rising edges; what lies outside counts in the outermost bins.

    Parameters
    ----------
    edges
        One more than there are bins, at least two.
    """
    counts = [0] * (len(edges) - 1)
    for probability in probabilities:
        counts[min(max(bisect_right(edges, probability) - 1, 0), len(counts) - 1)] += 1
    return counts


def draw_densities(
    edges: Sequence[float],
    crowds: Sequence[tuple[str, str, Sequence[int]]],
    thresholds: Sequence[tuple[str, str, float]],
    *,
    say: Callable[[float], str],
) -> DensityChart:
    """Draw the share of each crowd in each bin.

    Parameters
    ----------
    edges
        Of the bins, rising probabilities.
    crowds
        Of each its name, a class of the style sheet and its counts by bin; a crowd of nobody is left out.
    thresholds
        Of each what is written to it, a class of the style sheet and the probability.
    say
        Writes a share.
    """
    first, last = _find_span(crowds, len(edges) - 1)
    across = lay_across(_to_log_odds(edges[first]), _to_log_odds(edges[last]))
    lines = [
        Line(
            name=name,
            look=look,
            points=_step(edges[first : last + 1], counts[first:last], sum(counts)),
            is_step=True,
        )
        for name, look, counts in crowds
        if sum(counts)
    ]
    marks = [
        Mark(place=round_place(across.place(_to_log_odds(share))), text=say(share))
        for share in _MARKED
        if edges[first] <= share <= edges[last]
    ]
    flags = [
        Flag(place=round_place(across.place(_to_log_odds(at))), text=text, look=look, level=level)
        for level, (text, look, at) in enumerate(thresholds)
    ]
    return DensityChart(lines=draw_lines(lines, across=across, marks=marks, say=say), flags=flags)


def _find_span(crowds: Sequence[tuple[str, str, Sequence[int]]], n_bins: int) -> tuple[int, int]:
    """Find the edges between which everybody lies, with a bin to spare."""
    filled = [place for place in range(n_bins) if any(counts[place] for _, _, counts in crowds)]
    return (max(0, filled[0] - 1), min(n_bins, filled[-1] + 2)) if filled else (0, n_bins)


def _step(edges: Sequence[float], counts: Sequence[int], total: int) -> Points:
    begins = [(_to_log_odds(edge), count / total) for edge, count in zip(edges, counts, strict=False)]
    return [*begins, (_to_log_odds(edges[-1]), 0.0)]


def _to_log_odds(probability: float) -> float:
    inside = min(max(probability, _EDGE), 1 - _EDGE)
    return math.log(inside / (1 - inside))
