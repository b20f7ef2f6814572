"""Attributes as they were told: every name with its value in words, long ones shortened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from features.text import words
from serving.web.visit import Visit

_MOST = 100
_FOLDED_FROM = 120
# The API tells what is longer; the page must not grow with what strangers write.
_LONGEST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute: `short` is what is seen of it, `rest` the whole where that is more."""

    name: str
    short: str
    rest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What was told, in the order of names, and how many more there are."""

    shown: tuple[Attribute, ...]
    n_more: int


def read_told(told: Any) -> Mapping[str, Any]:
    """Read attributes as the store keeps them."""
    read: Mapping[str, Any] = {} if told is None else msgspec.json.decode(bytes(told))
    return read


def find_role(told: Mapping[str, Any]) -> str:
    """Find what somebody does at their company, "" where nobody said."""
    return str(told.get("role") or told.get("job_title") or told.get("seniority") or "")


def list_attributes(visit: Visit, told: Mapping[str, Any]) -> Attributes:
    """List attributes; those without a value are left out."""
    known = sorted((name, value) for name, value in told.items() if value is not None)
    shown = tuple(_describe(visit, name, value) for name, value in known[:_MOST])
    return Attributes(shown=shown, n_more=len(known) - len(shown))


def say_value(visit: Visit, value: Any) -> str:
    """Say a value as people write it."""
    if isinstance(value, bool):
        return visit.words.say("lead.yes" if value else "lead.no")
    if isinstance(value, int | float):
        return visit.format.count(value, digits=0 if value == int(value) else 2)
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def shorten(text: str, longest: int) -> str:
    """Return a text, cut with an ellipsis where it is longer."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _describe(visit: Visit, name: str, value: Any) -> Attribute:
    said = say_value(visit, value)
    is_long = len(said) > _FOLDED_FROM
    return Attribute(
        name=shorten(words(name) or name, _FOLDED_FROM),
        short=shorten(said, _FOLDED_FROM),
        rest=shorten(said, _LONGEST) if is_long else "",
    )
