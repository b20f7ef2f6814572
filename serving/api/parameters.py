"""Parameters: one strict reader a kind of query parameter; what does not fit is refused with its name."""

import re
from collections.abc import Collection, Mapping

from serving.api.attributes import BadField, read_name

MOST_ITEMS = 500
USUAL_ITEMS = 50
_NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)
_FLAGS = {"true": True, "false": False}

Query = Mapping[str, str]


def read_number(query: Query, name: str, *, low: int, high: int) -> int | None:
    """Read a whole number, None where it is not given.

    Raises
    ------
    BadField
        If it is none, or out of its range.
    """
    told = query.get(name)
    if told is None:
        return None
    if not _NUMBER.fullmatch(told) or not low <= int(told) <= high:
        raise refuse(name, f"give {name} as a whole number from {low} to {high}")
    return int(told)


def read_limit(query: Query) -> int:
    """Read how many items a page may have.

    Raises
    ------
    BadField
        If it is no number from 1 to 500.
    """
    limit = read_number(query, "limit", low=1, high=MOST_ITEMS)
    return USUAL_ITEMS if limit is None else limit


def read_flag(query: Query, name: str) -> bool | None:
    """Read true or false, None where it is not given.

    Raises
    ------
    BadField
        If it is something else.
    """
    told = query.get(name)
    if told is not None and told not in _FLAGS:
        raise refuse(name, f"give {name} as true or false")
    return None if told is None else _FLAGS[told]


def read_choice(query: Query, name: str, choices: Collection[str]) -> str | None:
    """Read one of some words, None where it is not given.

    Raises
    ------
    BadField
        If it is another.
    """
    told = query.get(name)
    if told is not None and told not in choices:
        raise refuse(name, f"give {name} as one of {', '.join(choices)}")
    return told


def read_word(query: Query, name: str) -> str | None:
    """Read an id or the beginning of one, None where it is not given.

    Raises
    ------
    BadField
        If no id can be like this.
    """
    told = query.get(name)
    if told is None:
        return None
    try:
        return read_name(told)
    except BadField as error:
        raise refuse(name, str(error)) from None


def refuse(name: str, detail: str) -> BadField:
    """Return the error of a parameter that does not fit."""
    return BadField("bad_parameter", detail, f"?{name}")
