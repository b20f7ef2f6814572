"""Reading a recipe from TOML: unknown keys and values of the wrong kind are refused with the key's path."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from features.contract import FIRMOGRAPHICS
from training.recipes.recipe import ColumnRules, EventsRecipe, MalformedRecipe, OutcomeRecipe, Recipe, TimeRecipe

T = TypeVar("T")
_KINDS: Mapping[Any, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    datetime: "a date",
}


def read_recipe(path: Path) -> Recipe:
    """Read a recipe from a TOML file.

    Raises
    ------
    MalformedRecipe
        If the file is no TOML, or says what a recipe cannot say; the message names the file and the key.
    """
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
        return parse_recipe(plain)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, MalformedRecipe) as fault:
        raise MalformedRecipe(f"{path.name}: {fault}") from fault


def parse_recipe(plain: Mapping[str, Any]) -> Recipe:
    """Turn plain data, as TOML or JSON gives it, into a recipe.

    Raises
    ------
    MalformedRecipe
        If a key is unknown, a value is of the wrong kind, or sections contradict each other.
    """
    recipe = _parse_table(plain, Recipe, "")
    _check_outcome(recipe.outcome)
    _check_firmographics(recipe.leads, "leads")
    if recipe.accounts is not None:
        _check_firmographics(recipe.accounts, "accounts")
    for position, events in enumerate(recipe.events):
        _check_events(events, f"events[{position}]")
    _check_time(recipe.time)
    return recipe


def _parse_table(plain: Any, kind: type[T], path: str) -> T:
    if not isinstance(plain, Mapping):
        raise MalformedRecipe(f"{path} must be a table of keys, not {plain!r}")
    known = {field.name: field for field in fields(cast(Any, kind))}
    _refuse_unknown(plain, known, path)
    hints = get_type_hints(kind)
    parsed = {key: _parse(value, hints[key], _join(path, key), known[key]) for key, value in plain.items()}
    _refuse_missing(parsed, known, path)
    return kind(**parsed)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _refuse_unknown(plain: Mapping[str, Any], known: Mapping[str, Any], path: str) -> None:
    for key in plain:
        if key not in known:
            raise MalformedRecipe(f"{_join(path, key)} is not a key; allowed here: {', '.join(sorted(known))}")


def _refuse_missing(parsed: Mapping[str, Any], known: Mapping[str, "Field[Any]"], path: str) -> None:
    for key, field in known.items():
        if key not in parsed and field.default is MISSING and field.default_factory is MISSING:
            raise MalformedRecipe(f"{_join(path, key)} is missing and must be given")


def _parse(value: Any, hint: Any, path: str, field: "Field[Any]") -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _parse(value, next(kind for kind in arguments if kind is not type(None)), path, field)
    if origin is Literal:
        return _parse_choice(value, arguments, path)
    if origin is tuple:
        return _parse_list(value, arguments[0], path, field)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _parse_map(value, arguments[1], path, field)
    if is_dataclass(hint):
        return _parse_table(value, cast("type[Any]", hint), path)
    return _parse_scalar(value, hint, path)


def _parse_choice(value: Any, allowed: tuple[Any, ...], path: str) -> Any:
    if value not in allowed:
        raise MalformedRecipe(f"{path} must be one of {', '.join(map(repr, allowed))}, not {value!r}")
    return value


def _parse_list(value: Any, kind: Any, path: str, field: "Field[Any]") -> tuple[Any, ...]:
    if is_dataclass(kind):
        if not isinstance(value, list):
            raise MalformedRecipe(f"{path} must be a list of tables: write [[{path}]]")
        return tuple(_parse_table(item, cast("type[Any]", kind), f"{path}[{at}]") for at, item in enumerate(value))
    items = value if isinstance(value, list | tuple) else [value]
    if field.metadata.get("scalars"):
        items = [_scalar_text(item) for item in items]
    if not all(isinstance(item, str) for item in items):
        raise MalformedRecipe(f"{path} must be a text or a list of texts, not {value!r}")
    return tuple(items)


def _scalar_text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _parse_map(value: Any, kind: Any, path: str, field: "Field[Any]") -> Mapping[str, Any]:
    if field.name == "exclude" and isinstance(value, list):
        value = dict.fromkeys(_parse_list(value, str, path, field), "")
    if not isinstance(value, Mapping):
        raise MalformedRecipe(f"{path} must be a table of keys, not {value!r}")
    return {key: _parse(item, kind, _join(path, key), field) for key, item in value.items()}


def _parse_scalar(value: Any, kind: Any, path: str) -> Any:
    if kind is datetime:
        return _parse_moment(value, path)
    allowed = (int, float) if kind is float else kind
    if not isinstance(value, allowed) or (kind in (int, float) and isinstance(value, bool)):
        raise MalformedRecipe(f"{path} must be {_KINDS[kind]}, not {value!r}")
    return value


def _parse_moment(value: Any, path: str) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as fault:
            raise MalformedRecipe(f"{path} must be a date such as 2026-03-01, not {value!r}") from fault
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the zone follows below
    if not isinstance(value, datetime):
        raise MalformedRecipe(f"{path} must be a date such as 2026-03-01, not {value!r}")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _check_outcome(outcome: OutcomeRecipe) -> None:
    if outcome.column is None and outcome.at is None:
        raise MalformedRecipe("outcome needs `column` with `won` values, or `at`, a date that only won leads have")
    if outcome.column is not None and not outcome.won:
        raise MalformedRecipe("outcome.won must list the values that mean won")
    twice = set(outcome.won) & set(outcome.lost) | set(outcome.open) & {*outcome.won, *outcome.lost}
    if twice:
        raise MalformedRecipe(f"outcome: these values mean two things: {', '.join(sorted(twice))}")


def _check_firmographics(rules: ColumnRules, path: str) -> None:
    unknown = sorted(set(rules.firmographics) - set(FIRMOGRAPHICS))
    if unknown:
        allowed = ", ".join(FIRMOGRAPHICS)
        raise MalformedRecipe(f"{path}.firmographics.{unknown[0]} is not a key; allowed here: {allowed}")


def _check_events(events: EventsRecipe, path: str) -> None:
    rules: tuple[tuple[bool, str], ...] = (
        (not events.lead and events.account is None, "needs `lead` or `account`"),
        ((events.type is None) == (events.name is None), "needs either `type`, a column, or `name`, one type"),
    )
    for is_broken, sentence in rules:
        if is_broken:
            raise MalformedRecipe(f"{path} {sentence}")


def _check_time(time: TimeRecipe) -> None:
    find_zone(time.zone)
    if time.horizon_days is not None and not 1 <= time.horizon_days <= 3_650:
        raise MalformedRecipe(f"time.horizon_days must be between 1 and 3650, not {time.horizon_days}")


def find_zone(name: str) -> ZoneInfo:
    """Return a time zone by its name.

    Raises
    ------
    MalformedRecipe
        If there is no zone of this name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise MalformedRecipe(f"time.zone: no zone {name!r}; write one such as Europe/Helsinki") from fault
