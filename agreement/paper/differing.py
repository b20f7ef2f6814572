"""Differing: what one version of the agreement says otherwise than another, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agreement.paper.term_tables import Table, write_table
from agreement.terms import Terms

# What tells the tables of a list from each other; those of other lists are told apart by their place.
_KEYS = {"people": "id", "routes": "name", "stages": "stage", "reasons": "code", "response": "bucket"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that is not the same.

    Attributes
    ----------
    path : str
        The key as in the file, such as ``people[anna].capacity_per_week`` or ``response[hot].first_contact``.
    before, after : Any
        Plain data as in the file: a text, a number, a list or a table; None where there was, or is, nothing.
    """

    path: str
    before: Any
    after: Any

    @property
    def says(self) -> tuple[str, str]:
        """Return what was and what is, in words."""
        return _say(self.before), _say(self.after)

    def to_text(self) -> str:
        """Return the line that people read."""
        before, after = self.says
        return " ".join(f"{self.path}: {before} → {after}".split())


def list_differences(old: Terms, new: Terms) -> tuple[Difference, ...]:
    """Return every field that is not the same, in the order of the file; nothing of equal terms.

    People, routes, stages, reasons and responses are compared with those of the same id, name, stage, code or
    bucket; where only their order is another, that is the difference.
    """
    return tuple(_compare_tables("", write_table(old), write_table(new)))


def _compare(path: str, name: str, old: Any, new: Any) -> Iterator[Difference]:
    if old == new and type(old) is type(new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _compare_tables(f"{path}.", old, new)
    elif _are_tables(old) and _are_tables(new):
        yield from _compare_lists(path, _name_rows(old, _KEYS.get(name)), _name_rows(new, _KEYS.get(name)))
    else:
        yield Difference(path=path, before=old, after=new)


def _compare_tables(prefix: str, old: Table, new: Table) -> Iterator[Difference]:
    for name in dict.fromkeys((*old, *new)):
        yield from _compare(f"{prefix}{name}", name, old.get(name), new.get(name))


def _compare_lists(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*old, *new)):
        yield from _compare(f"{path}[{name}]", "", old.get(name), new.get(name))
    kept = [name for name in old if name in new]
    moved = [name for name in new if name in old]
    if kept != moved:
        yield Difference(path=f"{path} (order)", before=kept, after=moved)


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _name_rows(rows: Sequence[Table], key: str | None) -> dict[str, Table]:
    return {str(place if key is None else row[key]): row for place, row in enumerate(rows, start=1)}


def _say(value: Any) -> str:
    if value is None or value in ("", []):
        return "nothing"
    if isinstance(value, dict):
        told = (f"{name} {_say(each)}" for name, each in value.items() if each not in (None, "", []))
        return f"({', '.join(told)})"
    if isinstance(value, list):
        return ", ".join(_say(each) for each in value)
    if isinstance(value, float):
        return f"{value:,.10g}"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
