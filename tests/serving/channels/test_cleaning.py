import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.channels.cleaning import clean_text, clean_words, disarm_words, mend_surrogates

SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
HOSTILE = st.text(
    st.one_of(st.sampled_from("\r\n\t\0\u202e\u2066\u200b\u2028\ufeff\ud800:/<>@аa. "), st.characters())
)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Bob\r\nBcc: all@x.com", "Bob Bcc: all@x.com"),
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("a\u2028b\u2029c\x85d\x1fe", "a b c d e"),
        ("x\0\x1b[31m", "x [31m"),
        ("\ud800!", "\ufffd!"),
        ("e\u0301\u0301\u0301\u0301\u0301\u0301", "e\u0301\u0301\u0301\u0301"),
        ("hi\U000e0068\U000e0069", "hi"),
        (SCOTLAND, SCOTLAND),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("م\u200cن", "م\u200cن"),
        ("R&D <b>", "R&D <b>"),
    ],
)
def test_a_cleaned_text_shows_all_it_holds(text: str, cleaned: str) -> None:
    """Breaks become blanks, and what hides or turns text goes; scripts and emoji keep their joiners."""
    assert clean_text(text, 80) == cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("аpple.com", "аpple.com (xn--pple-43d.com)"),
        ("apple.com", "apple.com"),
        ("bücher.example Ltd", "bücher.example (xn--bcher-kva.example) Ltd"),
        ("Müller AG", "Müller AG"),
        ("pay https://evil", "pay https: //evil"),
        ("x:\\\\evil\\share", "x: \\\\evil\\share"),
    ],
)
def test_words_of_strangers_show_true_names_and_make_no_links(text: str, cleaned: str) -> None:
    """A domain that is not ASCII shows its punycode, and a scheme comes apart from its host."""
    assert clean_words(text, 80) == cleaned


@given(HOSTILE)
def test_no_text_of_a_stranger_breaks_a_line_or_a_codec(text: str) -> None:
    """Whatever comes in, what goes out is one line that UTF-8 can carry, without direction marks or links."""
    cleaned = disarm_words(text, 60)
    assert cleaned.encode().decode() == cleaned
    assert len(cleaned) <= 120
    assert "://" not in cleaned
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in cleaned)
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f<>[]@|`\\")


def test_disarmed_signs_keep_their_looks() -> None:
    """Signs of markup give way to their full-width twins."""
    assert disarm_words("[Pay](x) <at>all</at> @here", 80) == "［Pay］(x) ＜at＞all＜/at＞ ＠here"


def test_halves_of_surrogates_are_mended() -> None:
    """A lone surrogate becomes the replacement character."""
    assert mend_surrogates("a\udfffb👍") == "a\ufffdb👍"
