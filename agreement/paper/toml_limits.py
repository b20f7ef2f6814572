"""Limits of a TOML file: what no agreement needs, and what a reader would spend minutes and gigabytes on."""

import re

from agreement.paper.mistakes import Mistake

MOST_CHARACTERS = 250_000
"""Of a few thousand people, each with all that can be said of one."""
MOST_PARTS = 16
"""Of a key with dots; the deepest that an agreement has is three."""

# Texts and comments, each whole; what is not closed goes on to its end, where the reader will stop too.
_SAID = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5})?|'
    r"'''(?:[^']|'(?!''))*+(?:'{3,5})?|"
    r'"(?:[^"\\\n]|\\.)*+"?|'
    r"'[^'\n]*+'?|#[^\n]*+",
    re.DOTALL,
)
_DEEP = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{MOST_PARTS}}}", re.ASCII)


def find_excess(text: str) -> Mistake | None:
    """Return what keeps a text from being read at all; None where it may be.

    For each part of a key with dots the reader keeps all parts before it: a single key could fill the memory.

    Parameters
    ----------
    text : str
        Perhaps TOML.
    """
    if len(text) > MOST_CHARACTERS:
        return Mistake(place=("TOML",), says=f"use at most {MOST_CHARACTERS:,} characters")
    plain = _SAID.sub(_leave_word, text)
    match = _DEEP.search(plain)
    if match is None:
        return None
    return Mistake(place=("TOML",), says=f"a key has more than {MOST_PARTS} parts: write fewer dots")


def _leave_word(said: re.Match[str]) -> str:
    """Return what stands for a text, which may be part of a key; nothing for a comment."""
    return "" if said[0].startswith("#") else "x"
