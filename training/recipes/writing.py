"""Writing a recipe: as plain data for the history, and as TOML with comments for a person to edit."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from training.recipes.recipe import Recipe

_PLAIN_KEY = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def recipe_to_plain(recipe: Recipe) -> dict[str, Any]:
    """Return what a recipe says as plain data that `parse_recipe` reads back; empty keys are left away."""
    return _plain_table(recipe)


def _plain_table(table: Any) -> dict[str, Any]:
    values = {field.name: _plain(getattr(table, field.name)) for field in fields(table)}
    return {key: value for key, value in values.items() if value not in (None, [], {}, "")}


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return _plain_table(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, datetime) else value


def format_recipe(recipe: Recipe, comments: Mapping[str, str] | None = None) -> str:
    """Return a recipe as TOML; `comments` go behind the keys named by their path, as in ``leads.id``."""
    plain = recipe_to_plain(recipe)
    plain.setdefault("leads", {})
    return "\n".join(_lines("", plain, comments or {})).strip() + "\n"


def _lines(path: str, table: Mapping[str, Any], comments: Mapping[str, str]) -> Iterator[str]:
    inner = {key: value for key, value in table.items() if _is_table(value)}
    for key, value in table.items():
        if key not in inner:
            yield _line(path, key, value, comments)
    for key, value in inner.items():
        name = _dotted(path, key)
        for part in value if isinstance(value, list) else [value]:
            yield ""
            yield f"[[{name}]]" if isinstance(value, list) else f"[{name}]"
            yield from _lines(name, part, comments)


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _line(path: str, key: str, value: Any, comments: Mapping[str, str]) -> str:
    comment = comments.get(_dotted(path, key))
    text = f"{_format_key(key)} = {_format_value(value)}"
    return f"{text}  # {_format_comment(comment)}" if comment else text


def _format_comment(comment: str) -> str:
    return "".join(character if character.isprintable() else " " for character in " ".join(comment.split()))


def _dotted(path: str, key: str) -> str:
    return f"{path}.{_format_key(key)}" if path else _format_key(key)


def _format_key(key: str) -> str:
    return key if key and set(key) <= _PLAIN_KEY else _format_text(key)


def _format_value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_format_value(item) for item in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else _format_text(str(value))


def _format_text(text: str) -> str:
    return f'"{"".join(_format_character(character) for character in text)}"'


def _format_character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    is_control = ord(character) < 0x20 or ord(character) == 0x7F
    return f"\\u{ord(character):04x}" if is_control else character
