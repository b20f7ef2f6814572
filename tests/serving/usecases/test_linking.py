"""Linking: a link opens its own alert until its day, and no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.times import DAY
from serving.usecases.linking import LASTS, UnknownLink, read_token, write_token

SECRET, NOW = b"s" * 32, 20_500 * DAY
ALERT = "alt_0123456789abcdef01234567"
TOKEN = write_token(SECRET, ALERT, NOW)


def test_a_link_opens_its_alert_for_a_month() -> None:
    """It opens on its last day, and nothing on the day after."""
    assert read_token(SECRET, TOKEN, NOW) == ALERT
    assert read_token(SECRET, TOKEN, NOW + LASTS + DAY - 1) == ALERT
    with pytest.raises(UnknownLink):
        read_token(SECRET, TOKEN, NOW + LASTS + DAY)


@given(st.integers(0, len(TOKEN) - 1), st.characters(max_codepoint=127))
def test_an_altered_link_opens_nothing(place: int, character: str) -> None:
    """Whatever single character is changed, the link is nobody's."""
    altered = TOKEN[:place] + character + TOKEN[place + 1 :]
    if altered != TOKEN:
        with pytest.raises(UnknownLink):
            read_token(SECRET, altered, NOW)


@given(st.text())
def test_no_text_is_a_link_by_chance(text: str) -> None:
    """Guesses, of whatever characters, open nothing and break nothing."""
    with pytest.raises(UnknownLink):
        read_token(SECRET, text, NOW)


@pytest.mark.parametrize("token", [TOKEN + "=", TOKEN[:-1], TOKEN + "A", ""])
def test_a_link_has_one_spelling(token: str) -> None:
    """Padding, cut and longer ones are refused, and so is a link of another store."""
    with pytest.raises(UnknownLink):
        read_token(SECRET, token, NOW)
    with pytest.raises(UnknownLink):
        read_token(b"t" * 32, TOKEN, NOW)
