import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.channels.graphemes import ELLIPSIS, cut_text, split_graphemes

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
PIECES = st.sampled_from(
    [
        "a",
        " ",
        "e\u0301",
        FAMILY,
        "👍🏽",
        "❤\ufe0f",
        "🇫🇮",
        "🇸🇪",
        "1\ufe0f\u20e3",
        "각",
        "각",
        "क्षि",
        "กำ",
        "🏴\U000e0067\U000e007f",
    ]
)


@pytest.mark.parametrize(
    ("text", "graphemes"),
    [
        ("", []),
        ("ab", ["a", "b"]),
        ("e\u0301x", ["e\u0301", "x"]),
        (f"x{FAMILY}y", ["x", FAMILY, "y"]),
        ("👍🏽👍", ["👍🏽", "👍"]),
        ("🇫🇮🇸🇪🇳", ["🇫🇮", "🇸🇪", "🇳"]),
        ("❤\ufe0f1\ufe0f\u20e3", ["❤\ufe0f", "1\ufe0f\u20e3"]),
        ("\u1100\u1161\u11a8\u1100", ["\u1100\u1161\u11a8", "\u1100"]),
        ("क्षि", ["क्षि"]),
        ("กำก", ["กำ", "ก"]),
        ("\r\n\n", ["\r\n", "\n"]),
    ],
)
def test_a_grapheme_is_what_a_reader_sees_as_one(text: str, graphemes: list[str]) -> None:
    """Marks, families, tones, flags, keycaps and syllables stay whole."""
    assert list(split_graphemes(text)) == graphemes


@given(st.text(max_size=40))
def test_graphemes_make_up_the_text(text: str) -> None:
    """Nothing is lost or added by the split."""
    assert "".join(split_graphemes(text)) == text


@given(st.lists(PIECES, max_size=60).map("".join), st.integers(min_value=1, max_value=60))
def test_a_cut_text_ends_on_a_border(text: str, most: int) -> None:
    """A cut text is short enough, and begins with whole graphemes of the text."""
    cut = cut_text(text, most)
    assert len(cut) <= most
    if cut != text:
        assert cut.endswith(ELLIPSIS)
        kept = cut.removesuffix(ELLIPSIS)
        borders = {""}
        for grapheme in split_graphemes(text):
            borders.add(max(borders, key=len) + grapheme)
        assert kept in {border.rstrip() for border in borders}


def test_a_family_at_the_end_of_eighty_goes_whole() -> None:
    """An emoji family that crosses the limit is left out, not torn."""
    assert cut_text("x" * 76 + FAMILY + "y", 80) == "x" * 76 + ELLIPSIS


def test_a_text_of_one_endless_grapheme_is_cut_to_the_ellipsis() -> None:
    """A single grapheme longer than the limit leaves the ellipsis alone."""
    assert cut_text("e" + "\u0301" * 500, 80) == ELLIPSIS
