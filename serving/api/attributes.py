"""Attributes: one strict rule a kind of column, so that no value is guessed at and no mistake passes for data."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from features.contract import Column, LeadSchema

MOST_CHARACTERS = 10_000
_MOST_NAME_CHARACTERS = 200
_DIGITS = re.compile(r"[0-9]{1,9}")
_LARGEST_INTEGER = 2**63 - 1
# Control, format (zero-width among them), private, unassigned and surrogate characters, and all blanks.
_NOT_IN_AN_ADDRESS = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x1f\x7f-\x9f]")
_ADDRESS = re.compile(r'(?:"[^"]+"|[^@"]+)@[^@"]+')

Reader = Callable[[Any], float | str]


class BadField(ValueError):
    """A field's value is not what the field takes; `code` names the rule, `path` the field."""

    def __init__(self, code: str, detail: str, path: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.path = path


def build_readers(schema: LeadSchema) -> Mapping[str, Reader]:
    """Return, for each column of a schema, the function that reads its values (never None)."""
    return {column.name: _reader_of(column) for column in schema.columns}


def read_number(value: Any) -> float:
    """Read a JSON number.

    Raises
    ------
    BadField
        If it is something else, or an integer beyond every float.
    """
    if type(value) is float:
        return value
    if type(value) is not int:
        raise BadField("not_number", "give a JSON number without quotes")
    try:
        return float(value)
    except OverflowError:
        raise BadField("not_finite", "the number is too large") from None


def read_integer(value: Any) -> float:
    """Read a whole JSON number (``12``, ``12.0``, ``1e3``) or a text of one to nine digits.

    Raises
    ------
    BadField
        If it is something else or needs more than 63 bits.
    """
    if type(value) is str and _DIGITS.fullmatch(value):
        return float(value)
    if type(value) is not int and not (type(value) is float and value.is_integer()):
        raise BadField("not_integer", "give a whole number")
    if not -_LARGEST_INTEGER <= value <= _LARGEST_INTEGER:
        raise BadField("out_of_range", "the number does not fit into 64 bits")
    return float(value)


def read_text(value: Any) -> str:
    """Read a text.

    Raises
    ------
    BadField
        If it is something else or too long.
    """
    if type(value) is not str:
        raise BadField("not_text", "give a text in quotes")
    if len(value) > MOST_CHARACTERS:
        raise BadField("too_long", f"give at most {MOST_CHARACTERS:,} characters")
    return value


def read_address(value: Any) -> str:
    """Read an e-mail address: one at sign, no blanks, nothing invisible; blank text is a missing address.

    Raises
    ------
    BadField
        If it is no such text.
    """
    address = read_text(value).strip(" ")
    if address and (_NOT_IN_AN_ADDRESS.search(address) or not _ADDRESS.fullmatch(address)):
        raise BadField("not_email", "give one e-mail address, as in ada@example.com")
    return address


def read_name(value: Any) -> str:
    """Read the name of a lead, an account or an event type.

    Raises
    ------
    BadField
        If it is no text, blank, too long or holds control characters.
    """
    if type(value) is not str:
        raise BadField("not_text", "give a text in quotes")
    if not value.strip():
        raise BadField("empty", "give a text that is not blank")
    if len(value) > _MOST_NAME_CHARACTERS:
        raise BadField("too_long", f"give at most {_MOST_NAME_CHARACTERS} characters")
    if not value.isprintable() and any(unicodedata.category(character) == "Cc" for character in value):
        raise BadField("bad_name", "leave out control characters")
    return value


def _reader_of(column: Column) -> Reader:
    if column.kind == "text":
        return read_address if column.name == "email" else read_text
    return read_integer if column.kind == "integer" else read_number
