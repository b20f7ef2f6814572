"""The terms of the agreement, as `agreement.toml` says them: one frozen value with a version."""

import json
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Self, TypeVar

from agreement.alerting import AlertRules
from agreement.calendar.hours import QuietHours, WorkingHours
from agreement.calendar.public_holidays import read_codes
from agreement.commitments import Feedback, Response, Supply
from agreement.criteria import HandOver
from agreement.episodes import EpisodeRules
from agreement.escalating import EscalationRules
from agreement.goal import Assumptions, Goal
from agreement.paper.attribution_terms import Attribution
from agreement.paper.completing import complete_people
from agreement.paper.mistakes import BadTerms, Mistake
from agreement.paper.term_tables import call_plainly, read_table, show, write_table
from agreement.paper.toml_limits import find_excess
from agreement.paper.toml_places import blame_syntax, find_lines
from agreement.people import Person
from agreement.recycling import USUAL_REASONS, Reason, RecyclingRules
from agreement.routing import Route
from agreement.stages import USUAL_DEFINITIONS, Definition

__all__ = ["DEFAULT_TERMS", "BadTerms", "Terms", "parse_terms", "read_terms"]

_Terms = TypeVar("_Terms", bound="Terms")
# What tells the entries of a list from each other.
_TOLD_APART_BY = {"people": "id", "routes": "name", "stages": "stage", "reasons": "code", "response": "bucket"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What marketing and sales promised each other; each term is one field.

    Parameters
    ----------
    name : str
        What people call these terms.
    action : str
        What an alert asks its reader to do.
    zone, working_hours, quiet_hours : str
        Of people for whom the file says nothing else: an IANA name, and texts such as ``Mon-Fri 09:00-17:00`` and
        ``22:00-07:00``; "" means that the hours do not matter.
    holidays, holidays_of : frozenset of datetime.date, tuple of str
        Dates without work, and countries and regions (``FI``, ``DE-BY``) whose public holidays are without work;
        people may keep those of others.
    episodes, alerts, escalation : EpisodeRules, AlertRules, EscalationRules
        When a lead is hot, how it is told, and who is told when nobody answers.
    goal, assumed : Goal or None, Assumptions
        The revenue to be won, and what is taken for true until it is measured.
    stages : tuple
        What both sides mean by each stage.
    handover : HandOver or None
        When a lead becomes sales'; None where nobody agreed on it, and nothing is handed over by itself.
    supply, response, feedback : tuple, tuple, Feedback or None
        Marketing's commitments, and sales'.
    recycling, reasons : RecyclingRules, tuple
        What becomes of leads that sales does not take, and why that may be.
    attribution : Attribution
        How touches share the revenue of a deal.
    routes, people : tuple
        Who owns what, in the order in which routes are tried; ids and names are there once.

    Raises
    ------
    BadTerms
        If an id or a name is there twice, or the name is empty.
    ValueError
        If hours or zone cannot be read; the classes are those of `agreement.calendar.hours`.
    """

    name: str = "default"
    action: str = "Call today"
    zone: str = "UTC"
    working_hours: str = ""
    quiet_hours: str = ""
    holidays: frozenset[date] = frozenset()
    holidays_of: tuple[str, ...] = ()
    episodes: EpisodeRules = field(default_factory=EpisodeRules)
    alerts: AlertRules = field(default_factory=AlertRules)
    escalation: EscalationRules = field(default_factory=EscalationRules)
    goal: Goal | None = None
    assumed: Assumptions = field(default_factory=Assumptions)
    stages: tuple[Definition, ...] = USUAL_DEFINITIONS
    handover: HandOver | None = None
    supply: tuple[Supply, ...] = ()
    response: tuple[Response, ...] = ()
    feedback: Feedback | None = None
    recycling: RecyclingRules = field(default_factory=RecyclingRules)
    reasons: tuple[Reason, ...] = USUAL_REASONS
    attribution: Attribution = field(default_factory=Attribution)
    routes: tuple[Route, ...] = ()
    people: tuple[Person, ...] = ()
    version: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        mistakes = list(self._list_mistakes())
        if mistakes:
            raise BadTerms(*mistakes)
        object.__setattr__(self, "holidays_of", read_codes(self.holidays_of))
        self.find_working_hours(self.zone)
        self.find_quiet_hours(self.zone)
        digest = sha256(self.to_json().encode()).hexdigest()
        object.__setattr__(self, "version", f"{self.name}-{digest[:12]}")

    def __hash__(self) -> int:
        # Looked up by in every transaction; hashing all people and their hours takes longer than the rest.
        return hash(self.version)

    def _list_mistakes(self) -> Iterator[Mistake]:
        if not self.name.strip():
            yield Mistake(place=("name",), says="say what people call these terms")
        for where, key in _TOLD_APART_BY.items():
            yield from _list_twice(where, key, (getattr(each, key) for each in getattr(self, where)))

    def find_working_hours(self, zone: str) -> WorkingHours | None:
        """Return the usual working hours in a zone, None where they do not matter."""
        if not self.working_hours.strip():
            return None
        return WorkingHours.from_text(zone, self.working_hours, self.holidays, self.holidays_of)

    def find_quiet_hours(self, zone: str) -> QuietHours | None:
        """Return the usual quiet hours in a zone, None where there are none."""
        return QuietHours.from_text(self.quiet_hours, zone=zone) if self.quiet_hours.strip() else None

    def to_json(self) -> str:
        """Return the terms as canonical JSON: every key, in order, without blanks."""
        return json.dumps(write_table(self), sort_keys=True, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the terms that `to_json` wrote.

        Raises
        ------
        BadTerms
            If the text is no JSON, or no terms.
        """
        return _read_terms(cls, call_plainly("terms", json.loads, text))


def read_terms(path: Path | str) -> Terms:
    """Return the terms of a TOML file; what it leaves out is as in `DEFAULT_TERMS`.

    Raises
    ------
    BadTerms
        With all mistakes in the order of the file; its text is the first of them, in one plain line that names the
        file, the line, the table and the key.
    OSError
        If the file cannot be opened.
    """
    path = Path(path)
    try:
        return parse_terms(call_plainly("text", path.read_text, encoding="utf-8"))
    except BadTerms as error:
        raise BadTerms(*error.mistakes, file=path.name) from error


def parse_terms(text: str) -> Terms:
    """Return the terms of the text of a TOML file, as `read_terms` does.

    Raises
    ------
    BadTerms
        With all mistakes in the order of the text; its own text is the first, with its line, table and key.
    """
    # Editors of some systems write a mark before the text.
    text = text.removeprefix("\ufeff")
    if excess := find_excess(text):
        raise BadTerms(excess)
    try:
        table = tomllib.loads(text)
    except ValueError as error:
        raise BadTerms(blame_syntax(text, error)) from error
    except RecursionError:
        raise BadTerms("TOML: tables and lists are nested too deep") from None
    try:
        return _read_terms(Terms, table)
    except BadTerms as error:
        raise BadTerms(*find_lines(text, error.mistakes)) from error


def _read_terms(kind: type[_Terms], table: Any) -> _Terms:
    if not isinstance(table, dict):
        return read_table(kind, table)
    completed, mistakes = complete_people(table)
    try:
        terms = read_table(kind, completed)
    except BadTerms as error:
        raise BadTerms(*mistakes, *error.mistakes) from error
    if mistakes:
        raise BadTerms(*mistakes)
    return terms


def _list_twice(where: str, key: str, values: Iterable[str]) -> Iterator[Mistake]:
    seen = set()
    for number, value in enumerate(values):
        if value in seen:
            yield Mistake(place=(where, number), says=f"{show(value)} is there twice", key=key)
        seen.add(value)


DEFAULT_TERMS = Terms()
"""The terms of a company that has not written its own yet."""
