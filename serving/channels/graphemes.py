"""Graphemes: what a reader sees as one character, so that a cut never leaves half of one."""

import unicodedata
from collections.abc import Iterator

ELLIPSIS = "…"
_JOINER = "\u200d"
_LEADS, _VOWELS, _TAILS = range(0x1100, 0x1160), range(0x1160, 0x11A8), range(0x11A8, 0x1200)
_SYLLABLES = range(0xAC00, 0xD7A4)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_EXTENDING = (range(0x1F3FB, 0x1F400), range(0xE0020, 0xE0080), range(0x200C, 0x200E), range(0xFF9E, 0xFFA0))
_SPACING = frozenset("\u0e33\u0eb3")
_VIRAMA = 9
# A cut looks this far past its end: enough for the longest family and the longest flag.
_LOOK_AHEAD = 64


def split_graphemes(text: str) -> Iterator[str]:
    """Split a text into graphemes by the rules of UAX 29; where ours differ, they join more, never less."""
    start = 0
    for at in range(1, len(text)):
        if not _joins(text, start, at):
            yield text[start:at]
            start = at
    if text:
        yield text[start:]


def cut_text(text: str, most: int) -> str:
    """Cut a text to at most so many code points, on a grapheme border, with an ellipsis where something went."""
    if len(text) <= most:
        return text
    kept, length = [], 0
    for grapheme in split_graphemes(text[: most + _LOOK_AHEAD]):
        length += len(grapheme)
        if length > most - len(ELLIPSIS):
            break
        kept.append(grapheme)
    return ("".join(kept).rstrip() + ELLIPSIS)[:most]


def _joins(text: str, start: int, at: int) -> bool:
    """Tell whether the character at `at` belongs to the grapheme that began at `start`."""
    before, character = text[at - 1], text[at]
    return (
        _extends(character)
        or before == _JOINER
        or (before == "\r" and character == "\n")
        or (unicodedata.combining(before) == _VIRAMA and unicodedata.category(character) == "Lo")
        or (at - start == 1 and ord(before) in _FLAG_LETTERS and ord(character) in _FLAG_LETTERS)
        or _is_one_syllable(ord(before), ord(character))
    )


def _extends(character: str) -> bool:
    code = ord(character)
    return (
        unicodedata.category(character) in ("Mn", "Mc", "Me")
        or character in _SPACING
        or any(code in codes for codes in _EXTENDING)
    )


def _is_one_syllable(before: int, code: int) -> bool:
    """Tell whether two pieces of Hangul make one syllable (rules GB6 to GB8 of UAX 29)."""
    is_open = before in _SYLLABLES and (before - _SYLLABLES.start) % 28 == 0
    if code in _VOWELS:
        return before in _LEADS or before in _VOWELS or is_open
    if code in _TAILS:
        return before in _VOWELS or before in _TAILS or before in _SYLLABLES
    return before in _LEADS and (code in _LEADS or code in _SYLLABLES)
