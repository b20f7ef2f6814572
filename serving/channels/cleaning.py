"""Cleaning: the words of strangers, made fit to stand in a message that colleagues trust."""

import re
import unicodedata
from itertools import groupby

from serving.channels.graphemes import cut_text

MOST_MARKS = 4
_JOINERS = frozenset("\u200c\u200d")
_TAGS = range(0xE0020, 0xE0080)
_BLACK_FLAG = "\U0001f3f4"
_FLAG_TAGS = re.compile(f"{_BLACK_FLAG}[\U000e0020-\U000e007f]+")
# Signs of Arabic and Syriac numbers: they belong to the format characters, and are seen.
_SEEN_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2")
_DOMAIN = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*\.[^\W\d_]{2,}")
_TWINS = {ord(sign): ord(sign) + 0xFEE0 for sign in "<>[]@|`\\"}
_ENTITY = re.compile(r"&(?=#?\w+;)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SCHEME = re.compile(r"(?<=:)(?=[/\\]{2})")


def clean_text(text: str, most: int) -> str:
    """Make one visible line of a text: no control or direction characters, no stacked marks, cut on a grapheme."""
    seen = "".join(_replace(character) for character in _drop_hidden_tags(text[: 8 * most]))
    return cut_text(" ".join(_thin_marks(seen).split()), most)


def clean_words(text: str, most: int) -> str:
    """Clean what a stranger wrote: links come apart, and a domain that is not ASCII shows its true name.

    Messengers turn every `https://…` into a link, and a colleague trusts what stands in our message.
    """
    return cut_text(_SCHEME.sub(" ", _DOMAIN.sub(_show_punycode, clean_text(text, most))), 2 * most)


def disarm_words(text: str, most: int) -> str:
    """Clean what a stranger wrote for services of which each reads another markup out of plain text.

    The signs that begin links, mentions and code give way to their full-width twins: they look alike, and no
    service acts on them.
    """
    return _ENTITY.sub("\uff06", clean_words(text, most).translate(_TWINS))


def mend_surrogates(text: str) -> str:
    """Replace halves of surrogate pairs, which no receiver could decode."""
    return _SURROGATE.sub("\ufffd", text)


def _replace(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Cs":
        return "\ufffd"
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    is_kept = kind != "Cf" or character in _JOINERS or character in _SEEN_FORMATS or ord(character) in _TAGS
    return character if is_kept else ""


def _drop_hidden_tags(text: str) -> str:
    """Drop tag characters, which hide text, but where they follow a black flag and make it Scotland's."""
    flags = _FLAG_TAGS.findall(text)
    parts = [_without_tags(part) for part in _FLAG_TAGS.split(text)]
    return "".join(part + flag for part, flag in zip(parts, [*flags, ""], strict=True))


def _without_tags(text: str) -> str:
    return "".join(character for character in text if ord(character) not in _TAGS)


def _thin_marks(text: str) -> str:
    """Keep a few combining marks in a row; towers of them paint over the lines above and below."""
    kept = []
    for is_mark, run in groupby(text, lambda c: unicodedata.category(c) in ("Mn", "Me")):
        characters = list(run)
        kept += characters[:MOST_MARKS] if is_mark else characters
    return "".join(kept)


def _show_punycode(found: re.Match[str]) -> str:
    domain = found.group()
    if domain.isascii():
        return domain
    labels = (label if label.isascii() else _encode_label(label) for label in domain.lower().split("."))
    return f"{domain} ({'.'.join(labels)})"


def _encode_label(label: str) -> str:
    return "xn--" + unicodedata.normalize("NFKC", label).encode("punycode").decode()
