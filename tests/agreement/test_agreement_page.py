"""The page about the agreement: its whole example is read, shows every key, and its tables tell the truth."""

import re
import tomllib
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from agreement.calendar.durations import parse_duration
from agreement.commitments import Feedback, Response, Supply
from agreement.criteria import HandOver
from agreement.goal import Assumptions, Goal
from agreement.paper.advising import list_advice
from agreement.paper.attribution_terms import Attribution, EventChannel
from agreement.paper.mistakes import BadTerms
from agreement.people import Person
from agreement.recycling import Reason, RecyclingRules
from agreement.routing import Route
from agreement.stages import Definition
from agreement.terms import DEFAULT_TERMS, Terms, parse_terms, read_terms

PAGE = (Path(__file__).parents[2] / "docs" / "agreement.md").read_text("utf-8")
EXAMPLES: list[str] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
WHOLE = next(example for example in EXAMPLES if example.startswith("name = "))
KINDS = {
    "goal": Goal,
    "assumed": Assumptions,
    "stages": Definition,
    "handover": HandOver,
    "supply": Supply,
    "response": Response,
    "feedback": Feedback,
    "recycling": RecyclingRules,
    "reasons": Reason,
    "attribution": Attribution,
    "routes": Route,
}
# The tables of the page, by the heading or the sentence before them.
TABLES = {
    "### At the top": Terms,
    "### `[goal]` and `[assumed]`": Goal,
    "`[assumed]` is what": Assumptions,
    "### `[handover]`": HandOver,
    "Marketing's promises": Supply,
    "Sales' promises": Response,
    "### `[recycling]` and": RecyclingRules,
    "Each of `[[reasons]]`": Reason,
}
NOTHING = ("nothing", "any", "all", "that of `[recycling]`")


def name_keys(kind: Any) -> set[str]:
    """Name the keys that the table of a dataclass has in a file."""
    return {field.name.removesuffix("_micros") for field in fields(kind) if field.init}


def list_rows(begins: str) -> dict[str, str]:
    """List the keys of the first table behind some words, each with what it is if it is left out."""
    table = PAGE[PAGE.index(begins) :].split("| key |")[1].split("\n\n")[0]
    rows = [re.split(r"(?<!\\)\|", line) for line in table.split("\n")[2:]]
    return {key: row[3].strip() for row in rows for key in re.findall(r"`(\w+)`", row[1])}


def show_default(value: Any, name: str) -> Any:
    """Return a default as the page writes it, read as TOML reads it."""
    if name.endswith("_micros") or value is None:
        return value
    return list(value) if isinstance(value, tuple | frozenset) else value


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_agreement_shown_is_read(example: str) -> None:
    """What a reader copies from the page is in force as it stands."""
    assert parse_terms(example) != DEFAULT_TERMS


def test_the_whole_agreement_is_read_from_a_file_and_needs_no_advice(tmp_path: Path) -> None:
    """It says what it means: there is nothing that somebody may have overlooked."""
    path = tmp_path / "agreement.toml"
    path.write_text(WHOLE, "utf-8")
    assert list_advice(read_terms(path)) == ()


def test_the_whole_agreement_shows_every_key() -> None:
    """A key that is new in the terms must be explained on the page."""
    shown = tomllib.loads(WHOLE)
    assert shown.keys() == name_keys(Terms)
    for name, kind in KINDS.items():
        tables = shown[name] if isinstance(shown[name], list) else [shown[name]]
        assert {key for table in tables for key in table} == name_keys(kind), name
    assert shown["people"][0].keys() == name_keys(Person) | {"holidays_of"}
    assert shown["attribution"]["events"][0].keys() == name_keys(EventChannel)


@pytest.mark.parametrize(("begins", "kind"), TABLES.items())
def test_the_tables_explain_every_key_with_its_default(begins: str, kind: Any) -> None:
    """Each key has a row, and what it is if it is left out is what the code takes."""
    rows = list_rows(begins)
    told = {field for field in fields(kind) if field.init and not is_dataclass(field.default_factory)}
    if kind is Terms:
        told = {field for field in told if field.name in rows}
    assert rows.keys() == {field.name.removesuffix("_micros") for field in told}
    for field in told:
        says = rows[field.name.removesuffix("_micros")]
        if field.default is MISSING:
            assert says == "must be there"
        elif says in NOTHING:
            assert field.default in (None, ())
        elif field.name.endswith("_micros"):
            assert parse_duration(says.strip('`"')) == field.default
        else:
            assert tomllib.loads(f"x = {says.strip('`')}")["x"] == show_default(field.default, field.name)


def test_every_key_at_the_top_that_is_no_table_has_a_row() -> None:
    """The rest are tables with headings of their own."""
    plain = {name for name, value in tomllib.loads(WHOLE).items() if not isinstance(value, dict)}
    tables = {name for name, value in tomllib.loads(WHOLE).items() if isinstance(value, list) and is_tables(value)}
    assert list_rows("### At the top").keys() == plain - tables
    for name in tables | (tomllib.loads(WHOLE).keys() - plain):
        assert re.search(rf"^### .*`\[+{name}\]+`", PAGE, re.MULTILINE), name


def is_tables(values: list[Any]) -> bool:
    """Tell whether a list is one of tables."""
    return all(isinstance(value, dict) for value in values)


MISTAKEN = {
    14: '[[response]]\nbucket = "cold"\nfirst_contact = "1 h"\n[[response]]\nbucket = "hot"',
    31: '[[people]]\nid = "anna"\n[[people]]\nid = "ben"\n[[people]]\nid = "cleo"',
}


@pytest.mark.parametrize(("line", "wrong"), [(14, 'first_contact = "4 hrs"'), (31, 'zone = "Helsinki"')])
def test_the_mistakes_shown_are_told_like_this(line: int, wrong: str) -> None:
    """The page shows what `check` says, to the letter."""
    before = MISTAKEN[line]
    text = before + "\n" * (line - 1 - before.count("\n")) + wrong
    with pytest.raises(BadTerms) as refusal:
        parse_terms(text)
    assert f"agreement.toml {refusal.value}\n" in PAGE
