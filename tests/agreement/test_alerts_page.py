"""The page about alerts: every agreement it shows can be read, and the first one shows every key."""

import re
import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from agreement.people import Person
from agreement.routing import Route
from agreement.terms import DEFAULT_TERMS, Terms, read_terms

PAGE = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text("utf-8")
OTHER_TERMS = {
    "goal",
    "attribution",
    "assumed",
    "stages",
    "handover",
    "supply",
    "response",
    "feedback",
    "recycling",
    "reasons",
}
EXAMPLES: list[str] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def name_keys(kind: Any) -> set[str]:
    """Name the keys that the table of a dataclass has in a file."""
    return {field.name.removesuffix("_micros") for field in fields(kind) if field.init}


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_agreement_shown_is_read(example, tmp_path):
    """What a reader copies from the page is in force as it stands."""
    path = tmp_path / "agreement.toml"
    path.write_text(example, "utf-8")
    assert read_terms(path) != DEFAULT_TERMS


def test_the_first_agreement_shows_every_key_of_alerts():
    """What decides about alerts must be explained on the page; the rest of the agreement has its own."""
    shown = tomllib.loads(EXAMPLES[0])
    assert shown.keys() == name_keys(Terms) - OTHER_TERMS
    for name, value in shown.items():
        default = getattr(DEFAULT_TERMS, name)
        if is_dataclass(default):
            assert value.keys() == name_keys(type(default)), name
    assert shown["people"][0].keys() == name_keys(Person) | {"holidays_of"}
    assert shown["routes"][0].keys() == name_keys(Route)


def test_the_numbers_shown_are_the_usual_ones(tmp_path):
    """The page says that what is left out is as shown: episodes, alerts and escalation are the defaults."""
    path = tmp_path / "agreement.toml"
    path.write_text(EXAMPLES[0], "utf-8")
    shown = read_terms(path)
    assert (shown.action, shown.episodes) == (DEFAULT_TERMS.action, DEFAULT_TERMS.episodes)
    assert (shown.alerts, shown.escalation) == (DEFAULT_TERMS.alerts, DEFAULT_TERMS.escalation)
