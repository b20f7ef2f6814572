"""Strict JSON: what a careless parser lets through (repeated keys, NaN, lone surrogates, abysses) is refused."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import msgspec

MOST_DEPTH = 32
MOST_KEYS = 1_000
_BOM = b"\xef\xbb\xbf"
# Longer integers lie beyond every float; msgspec and Python stop reading them at about 4,300 digits.
_MOST_DIGITS = 400
_CONTAINERS = frozenset((dict, list))
_BLANK_BEFORE_COLON = (b" :", b"\n:", b"\t:", b"\r:")
_DECODER = msgspec.json.Decoder()


class JsonError(ValueError):
    """A body that is refused; `path` points to the place, as a JSON pointer."""

    def __init__(self, detail: str, path: str = "") -> None:
        super().__init__(detail)
        self.path = path


class InvalidJson(JsonError):
    """The body is no JSON."""


class DuplicateKey(JsonError):
    """An object names one key twice, so which value counts is anybody's guess."""


class TooDeep(JsonError):
    """Objects and arrays lie in each other deeper than anything we read."""


class TooManyKeys(JsonError):
    """An object has more keys than anything we read."""


class BadUnicode(JsonError):
    """A text holds half a surrogate pair, which is no character."""


class NotFinite(JsonError):
    """A number is too large for a 64-bit float."""


def decode(body: bytes, most_keys: int = MOST_KEYS) -> Any:
    """Decode a body into dicts, lists, texts, numbers, booleans and None.

    The fast decoder keeps the last of two equal keys. Every key ends in a quote before its colon, so as many
    such pairs as there are decoded keys prove that none was dropped; only where the two numbers differ does
    the slow decoder look again.

    Raises
    ------
    JsonError
        One of its subclasses, with the path of the place where that can be told.
    """
    text = body[3:] if body.startswith(_BOM) else body
    try:
        value = _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        _explain(text)
    keys = _count_keys(value, most_keys)
    if text.count(b'":') != keys or any(blank in text for blank in _BLANK_BEFORE_COLON):
        _refuse_flaws(text)
    return value


def join_path(path: str, step: str | int) -> str:
    """Return the JSON pointer one step further down; long names are cut, a name is never a value."""
    return f"{path}/{str(step)[:80].replace('~', '~0').replace('/', '~1')}"


def _count_keys(value: Any, most_keys: int) -> int:
    """Count the keys of all objects, level by level."""
    total, depth, level = 0, 0, [value] if type(value) in _CONTAINERS else []
    while level:
        depth += 1
        if depth > MOST_DEPTH:
            raise TooDeep(f"nest objects and arrays at most {MOST_DEPTH} deep")
        sizes = [len(found) for found in level if type(found) is dict]
        if sizes and max(sizes) > most_keys:
            raise TooManyKeys(f"an object may have at most {most_keys:,} keys")
        total += sum(sizes)
        level = [
            inner
            for found in level
            for inner in (found.values() if type(found) is dict else found)
            if type(inner) in _CONTAINERS
        ]
    return total


@dataclass(frozen=True, slots=True)
class _Flaw:
    """Stands in the slow decoder's result where something must be refused."""

    error: type[JsonError]
    detail: str
    key: str | None = None

    def refuse(self, path: str) -> NoReturn:
        raise self.error(self.detail, path if self.key is None else join_path(path, self.key))


def _explain(text: bytes) -> NoReturn:
    """Say why the fast decoder refused a text."""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidJson("the body is not UTF-8") from None
    _refuse_flaws(text)
    raise InvalidJson("the body is not JSON")


def _refuse_flaws(text: bytes) -> None:
    """Decode slowly, and refuse the first flaw with its path."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=_read_pairs,
            parse_float=_read_float,
            parse_int=_read_integer,
            parse_constant=_refuse_constant,
        )
    except RecursionError:
        raise TooDeep(f"nest objects and arrays at most {MOST_DEPTH} deep") from None
    except JsonError:
        raise
    except ValueError:
        raise InvalidJson("the body is not JSON") from None
    for path, found in _walk(value):
        if isinstance(found, _Flaw):
            found.refuse(path)
        if isinstance(found, str) and not _is_unicode(found):
            raise BadUnicode("a text holds half a surrogate pair", path)


def _read_pairs(pairs: list[tuple[str, Any]]) -> "dict[str, Any] | _Flaw":
    read: dict[str, Any] = {}
    for key, value in pairs:
        if key in read:
            return _Flaw(DuplicateKey, "an object names a key twice", key if _is_unicode(key) else None)
        if not _is_unicode(key):
            return _Flaw(BadUnicode, "a key holds half a surrogate pair")
        read[key] = value
    return read


def _read_float(digits: str) -> "float | _Flaw":
    number = float(digits)
    return _Flaw(NotFinite, "a number is too large") if number in (float("inf"), -float("inf")) else number


def _read_integer(digits: str) -> "int | _Flaw":
    return int(digits) if len(digits) <= _MOST_DIGITS else _Flaw(NotFinite, "a number is too large")


def _refuse_constant(_: str) -> NoReturn:
    raise InvalidJson("NaN and Infinity are not JSON: leave out what is missing")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _walk(value: Any) -> Iterator[tuple[str, Any]]:
    """Visit all there is, each with its path; a stack of our own, since bodies may nest a thousand deep."""
    stack = [("", value)]
    while stack:
        path, found = stack.pop()
        yield path, found
        if isinstance(found, dict):
            stack += [(join_path(path, key), inner) for key, inner in reversed(found.items())]
        elif isinstance(found, list):
            stack += [(join_path(path, step), found[step]) for step in reversed(range(len(found)))]
