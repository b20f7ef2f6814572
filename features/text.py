"""One normal form of text, used wherever two spellings must be the same word."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SPACES = re.compile(r"\s+")
_NOT_WORD = re.compile(r"\W+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


_SHORT = 200
_Text = TypeVar("_Text", str, "str | None")
_Result = TypeVar("_Result")


def remember_short(rule: Callable[[_Text], _Result]) -> Callable[[_Text], _Result]:
    """Remember what a rule says of short texts; callers choose the texts, so long ones must not fill the memory."""
    remembered = lru_cache(maxsize=65_536)(rule)

    @wraps(rule)
    def apply(text: _Text) -> _Result:
        return remembered(text) if text is None or len(text) <= _SHORT else rule(text)

    return apply


@remember_short
def normal_form(text: str) -> str:
    """Return the form in which two spellings of one value are equal.

    Invisible characters go, compatibility forms are unified (NFKC), case is folded, runs of white space
    become one blank. Text is kept as it was sent; this form is only for matching.

    >>> normal_form("  \uff21\uff23\uff2d\uff25   GmbH ")
    'acme gmbh'
    """
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", visible.casefold())).strip()


@lru_cache(maxsize=4_096)
def identifier(text: str) -> str:
    """Return a lower-case name of word characters, for feature names: ``Pricing page`` → ``pricing_page``."""
    return _NOT_WORD.sub("_", normal_form(text)).strip("_") or "unnamed"


@lru_cache(maxsize=4_096)
def words(name: str) -> str:
    """Return a name as people say it: ``pricing_visit`` → ``pricing visit``, ``TotalVisits`` → ``total visits``."""
    apart = _HUMP.sub(" ", name).replace("_", " ").replace("-", " ")
    return _SPACES.sub(" ", apart).strip().lower()


def count_of(number: float, noun: str) -> str:
    """Return a counted noun: ``3 downloads``, ``1 download``, ``no downloads``."""
    amount = "no" if number == 0 else f"{number:,.0f}"
    return f"{amount} {noun if number == 1 else plural(noun)}"


def amount_of(number: float) -> str:
    """Return a number as people write it: ``1,250,000``, ``12.5``, ``0.04``.

    >>> amount_of(25e6), amount_of(1234.5), amount_of(12.345), amount_of(0.04)
    ('25,000,000', '1,234', '12.3', '0.04')
    """
    return f"{number:,.0f}" if number == round(number) or abs(number) >= 100 else f"{number:.3g}"


def sentence_case(text: str) -> str:
    """Return text with its first letter large, the rest as it is."""
    return text[:1].upper() + text[1:]


def plural(noun: str) -> str:
    """Return the English plural of the last word, unless that word already says what happened.

    >>> plural("page visit"), plural("inquiry"), plural("email opened")
    ('page visits', 'inquiries', 'emails opened')
    """
    *before, last = noun.split(" ")
    if last.endswith("ed") and before:
        return f"{plural(' '.join(before))} {last}"
    if re.search(r"[^aeiou]y$", last):
        return " ".join([*before, f"{last[:-1]}ies"])
    if last.endswith(("s", "x", "ch", "sh")):
        return " ".join([*before, f"{last}es"])
    return " ".join([*before, f"{last}s"])
