"""Moments: dates, moments and spans as people type them."""

import pytest

from hotlead.moments import BadMoment, read_since

_NOW = 1_800_000_000_000_000


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-02", 86_400_000_000),
        ("1970-01-01T01:00:00Z", 3_600_000_000),
        ("1970-01-01T01:00:00+01:00", 0),
        ("7d", _NOW - 7 * 86_400_000_000),
        (" 90m ", _NOW - 90 * 60_000_000),
        ("12h", _NOW - 12 * 3_600_000_000),
    ],
)
def test_moments_are_read_in_utc(text: str, moment: int) -> None:
    """Without a zone a moment is one of UTC; a span ends now."""
    assert read_since(text, _NOW) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "0d", "-3d", "2026-13-01", "7 days"])
def test_anything_else_is_refused(text: str) -> None:
    """With a line that shows how."""
    with pytest.raises(BadMoment, match="7d"):
        read_since(text, _NOW)
