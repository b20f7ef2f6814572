"""Places in a TOML file: in which line each table and each key stands."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from agreement.paper.mistakes import Mistake, Place

_QUOTED = r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'"
_PART = rf"(?:[A-Za-z0-9_-]+|{_QUOTED})"
_KEY = re.compile(rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*")
# What a value is made of; the longest kinds of text come first, for each begins like the shorter one.
_TOKEN = re.compile(
    r'(?P<text>"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}|" + _QUOTED + r")"
    r"|(?P<comment>\#[^\n]*)|(?P<opens>[\[{])|(?P<closes>[\]}])|(?P<ends>\n)|(?P<other>[^\"'#\[\]{}\n]+)",
    re.DOTALL,
)
_POSITION = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")


def list_places(text: str) -> dict[Place, int]:
    """Return the line, from 1 on, in which each table, each entry of a list of tables and each key first stands.

    Keys of a table in braces are not there, nor what stands in brackets: both lie within the lines of their key.

    Parameters
    ----------
    text : str
        TOML that can be read.
    """
    places: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    for kind, keys, line in _list_statements(text):
        if kind == "=":
            _note(places, table, keys, line)
            continue
        above = _resolve(keys[:-1], counts, places, line)
        table = (*above, keys[-1])
        if kind == "[[":
            counts[table] = counts.get(table, 0) + 1
            places.setdefault(table, line)
            table = (*table, counts[table] - 1)
        places.setdefault(table, line)
    return places


def find_line(place: Place, places: Mapping[Place, int]) -> int | None:
    """Find the line of a place, or of the nearest that holds it; None for the whole file."""
    for length in range(len(place), 0, -1):
        if place[:length] in places:
            return places[place[:length]]
    return None


def find_lines(text: str, mistakes: Iterable[Mistake]) -> list[Mistake]:
    """Return mistakes with the lines in which they stand, in the order of a text that can be read."""
    places = list_places(text)
    found = [replace(each, line=_find_line_of(each, places)) for each in mistakes]
    return sorted(found, key=lambda mistake: mistake.line or 0)


def blame_syntax(text: str, error: ValueError) -> Mistake:
    """Return the mistake that keeps a text from being TOML, in the line that `tomllib` names."""
    says = str(error)
    match = _POSITION.search(says)
    if match is None:
        return Mistake(place=("TOML",), says=says)
    line = int(match[1]) if match[1] else text.rstrip().count("\n") + 1
    return Mistake(place=("TOML",), says=says[: match.start()], line=line)


def _find_line_of(mistake: Mistake, places: Mapping[Place, int]) -> int | None:
    return find_line((*mistake.place, mistake.key) if mistake.key else mistake.place, places)


def _list_statements(text: str) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """Yield what each statement is, ``[``, ``[[`` or ``=``, the keys that it names, and its line."""
    at, line, seen = 0, 1, 0
    while (at := _skip(_BLANK, text, at)) < len(text):
        line, seen = line + text.count("\n", seen, at), at
        kind = "[[" if text.startswith("[[", at) else "[" if text[at] == "[" else "="
        match = _KEY.match(text, _skip(_SPACE, text, at + len(kind.rstrip("="))))
        if match is None:
            return
        yield kind, _read_key(match[0]), line
        at = _skip(_SPACE, text, match.end()) + len(kind)
        at = _skip_value(text, at) if kind == "=" else at


def _skip(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return at if match is None else match.end()


def _skip_value(text: str, at: int) -> int:
    """Return where a value ends: at the end of a line that leaves no bracket open."""
    depth = 0
    while match := _TOKEN.match(text, at):
        if match.lastgroup == "ends" and depth == 0:
            break
        depth += {"opens": 1, "closes": -1}.get(match.lastgroup or "", 0)
        at = match.end()
    return at


def _read_key(written: str) -> tuple[str, ...]:
    keys: list[str] = []
    value = tomllib.loads(f"{written} = 0")
    while isinstance(value, dict):
        ((key, value),) = value.items()
        keys.append(key)
    return tuple(keys)


def _resolve(keys: tuple[str, ...], counts: Mapping[Place, int], places: dict[Place, int], line: int) -> Place:
    """Return the place of tables above another: of a list of tables it is the last one."""
    place: Place = ()
    for key in keys:
        place = (*place, key)
        places.setdefault(place, line)
        if place in counts:
            place = (*place, counts[place] - 1)
    return place


def _note(places: dict[Place, int], table: Place, keys: tuple[str, ...], line: int) -> None:
    for length in range(1, len(keys) + 1):
        places.setdefault((*table, *keys[:length]), line)
