"""Terms as tables of a file: which value a key stands for, and how it is written back.

A dataclass is a table and its fields are the keys. A field `hold_micros` is the key `hold`, a duration in words.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date
from functools import lru_cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from agreement.calendar.durations import format_duration, parse_duration
from agreement.calendar.hour_texts import format_days, parse_days
from agreement.calendar.timetable import Days
from agreement.paper.mistakes import BadTerms, Mistake, Place, blame, move_below

__all__ = ["BadTerms", "Table", "call_plainly", "read_table", "read_value", "show", "write_table"]

Table = dict[str, Any]
_T = TypeVar("_T")
_Read = Callable[[Any, Place], Any]


def read_table(kind: type[_T], table: object, place: Place = ()) -> _T:
    """Return the dataclass that a table describes; a key that is absent has its default.

    Parameters
    ----------
    kind : type
        A dataclass of texts, numbers, dates, durations, hours, dataclasses, and tuples or sets of these.
    table : object
        What stood in the file.
    place : Place
        Where the table stands in the file.

    Raises
    ------
    BadTerms
        With all mistakes of all keys; what the keys say together is looked at where each can be read.
    """
    if not isinstance(table, dict):
        raise BadTerms(Mistake(place=place, says=f"write a table of keys and values, not {show(table)}"))
    named_kind: Any = kind
    codecs = _list_codecs(named_kind)
    mistakes = list(_check_keys(table, codecs, place))
    named = {}
    for key, codec in codecs.items():
        try:
            if key in table:
                named[codec.field] = codec.read(table[key], (*place, key))
        except BadTerms as error:
            mistakes += error.mistakes
    if mistakes:
        raise BadTerms(*mistakes)
    return _make(kind, named, table, place)


def read_value(kind: Any, value: object, place: Place) -> Any:
    """Return the value of a kind that `read_table` knows.

    Raises
    ------
    BadTerms
        With all mistakes in it.
    """
    return _read(kind, value, place)


def write_table(terms: Any) -> Table:
    """Return the table, ready for JSON, from which `read_table` makes an equal dataclass."""
    kind: Any = type(terms)
    codecs = _list_codecs(kind)
    return {key: codec.write(getattr(terms, codec.field)) for key, codec in codecs.items()}


def call_plainly(place: Place | str, make: Callable[..., _T], *given: Any, **named: Any) -> _T:
    """Return what `make` makes; what it refuses is said of the place in the file, or of a file.

    Raises
    ------
    BadTerms
        Where `make` refuses its arguments.
    """
    place = (place,) if isinstance(place, str) else place
    try:
        return make(*given, **named)
    except BadTerms as error:
        raise BadTerms(*move_below(place, error.mistakes)) from error
    except (ValueError, TypeError) as error:
        raise BadTerms(Mistake(place=place, says=str(error))) from error


def show(value: object) -> str:
    """Return a value of the file on one short line."""
    try:
        return json.dumps(value, default=str, ensure_ascii=False)[:60]
    except (RecursionError, ValueError):
        return "something too large to show"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Codec:
    field: str
    is_needed: bool
    read: _Read
    write: Callable[[Any], Any]


@lru_cache
def _list_codecs(kind: Any) -> dict[str, _Codec]:
    hints = get_type_hints(kind)
    codecs = [_make_codec(each, hints[each.name]) for each in fields(kind) if each.init]
    return {codec.field.removesuffix("_micros"): codec for codec in codecs}


def _make_codec(field: Field[Any], kind: Any) -> _Codec:
    read, write = _choose_ways(field.name, kind)
    is_needed = field.default is MISSING and field.default_factory is MISSING
    return _Codec(field=field.name, is_needed=is_needed, read=read, write=write)


def _choose_ways(name: str, kind: Any) -> tuple[_Read, Callable[[Any], Any]]:
    if name.endswith("_micros"):
        read = _read_with(parse_duration)
        if isinstance(kind, UnionType):
            return _allow_none(read), lambda micros: None if micros is None else format_duration(micros)
        return read, format_duration
    if kind == Days:
        return _read_with(parse_days), format_days
    return lambda value, place: _read(kind, value, place), _write


def _check_keys(table: Table, codecs: Mapping[str, _Codec], place: Place) -> Iterator[Mistake]:
    for key in table:
        if key not in codecs:
            says = f"there is no key {show(key)}: use {', '.join(sorted(codecs))}"
            yield Mistake(place=place, says=says, key=key)
    for key, codec in codecs.items():
        if codec.is_needed and key not in table:
            yield Mistake(place=place, says=f"the key {key} is missing")


def _make(kind: type[_T], named: Table, table: Table, place: Place) -> _T:
    try:
        return kind(**named)
    except BadTerms as error:
        raise BadTerms(*move_below(place, error.mistakes)) from error
    except (ValueError, TypeError) as error:
        raise BadTerms(blame(table, place, str(error))) from error


def _allow_none(read: _Read) -> _Read:
    return lambda value, place: None if value is None else read(value, place)


def _read(kind: Any, value: Any, place: Place) -> Any:
    if isinstance(kind, UnionType):
        some = next(part for part in get_args(kind) if part is not type(None))
        return None if value is None else _read(some, value, place)
    if get_origin(kind) in (tuple, frozenset):
        return get_origin(kind)(_read_list(get_args(kind)[0], value, place))
    if kind is date:
        return value if type(value) is date else _read_with(_parse_date)(value, place)
    if is_dataclass(kind):
        return read_table(kind, value, place)  # type: ignore[arg-type]
    return _read_plain(kind, value, place)


def _read_list(kind: Any, value: Any, place: Place) -> list[Any]:
    if not isinstance(value, list):
        raise BadTerms(Mistake(place=place, says="write a list in square brackets"))
    read: list[Any] = []
    mistakes: list[Mistake] = []
    for number, each in enumerate(value):
        try:
            read.append(_read(kind, each, (*place, number)))
        except BadTerms as error:
            mistakes += error.mistakes
    if mistakes:
        raise BadTerms(*mistakes)
    return read


def _read_with(parse: Callable[[str], Any]) -> _Read:
    return lambda value, place: call_plainly(place, parse, _read_plain(str, value, place))


def _parse_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadTerms(f"{show(text)} is no date: write it as 2027-12-24") from None


_PLAIN = {str: "a text in quotes", bool: "true or false", int: "a whole number", float: "a number"}


def _read_plain(kind: Any, value: Any, place: Place) -> Any:
    # A bool is an int to Python, and a whole number is as good as one with a point.
    fits = type(value) is kind or (kind is float and type(value) is int and abs(value) < 2**53)
    if not fits:
        raise BadTerms(Mistake(place=place, says=f"write {_PLAIN[kind]}, not {show(value)}"))
    return kind(value)


def _write(value: Any) -> Any:
    if is_dataclass(value):
        return write_table(value)
    if isinstance(value, frozenset):
        return sorted(_write(each) for each in value)
    if isinstance(value, tuple):
        return [_write(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
