"""Sparks: a score's last week as a line as small as a word."""

from collections.abc import Sequence

WIDTH, HEIGHT = 56, 16
_EDGE = 2
_HIGHEST = 100


def draw_spark(scores: Sequence[int | None]) -> str:
    """Draw scores from 0 to 100 at equal steps of time as an SVG path, "" where there is nothing to connect.

    The same height means the same score in every row. What is missing lies before the first score: a lead has one
    from then on.
    """
    step = (WIDTH - 2 * _EDGE) / max(1, len(scores) - 1)
    known = [
        f"{round(_EDGE + place * step)},{round(HEIGHT - _EDGE - score * (HEIGHT - 2 * _EDGE) / _HIGHEST)}"
        for place, score in enumerate(scores)
        if score is not None
    ]
    return f"M{' '.join(known)}" if len(known) > 1 else ""
