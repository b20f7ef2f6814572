"""The terms of the agreement, as `agreement.toml` says them: one frozen value with a version."""

import json
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Self, TypeVar

from agreement.alerting import AlertRules
from agreement.attribution_terms import Attribution
from agreement.commitments import Feedback, Response, Supply
from agreement.criteria import HandOver
from agreement.episodes import EpisodeRules
from agreement.escalating import EscalationRules
from agreement.goal import Assumptions, Goal
from agreement.hour_texts import parse_span
from agreement.hours import QuietHours, WorkingHours
from agreement.people import Person
from agreement.public_holidays import read_codes
from agreement.recycling import USUAL_REASONS, Reason, RecyclingRules
from agreement.routing import Route
from agreement.stages import USUAL_DEFINITIONS, Definition
from agreement.term_tables import BadTerms, Table, call_plainly, read_table, show, write_table

__all__ = ["DEFAULT_TERMS", "BadTerms", "Terms", "parse_terms", "read_terms"]

_Terms = TypeVar("_Terms", bound="Terms")


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
        If hours or zone cannot be read; the classes are those of `agreement.hours`.
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
        if not self.name.strip():
            raise BadTerms("name: say what people call these terms")
        _refuse_twice("people", (person.id for person in self.people))
        _refuse_twice("routes", (route.name for route in self.routes))
        _refuse_twice("stages", (definition.stage for definition in self.stages))
        _refuse_twice("reasons", (reason.code for reason in self.reasons))
        _refuse_twice("response", (response.bucket for response in self.response))
        object.__setattr__(self, "holidays_of", read_codes(self.holidays_of))
        self.find_working_hours(self.zone)
        self.find_quiet_hours(self.zone)
        digest = sha256(self.to_json().encode()).hexdigest()
        object.__setattr__(self, "version", f"{self.name}-{digest[:12]}")

    def __hash__(self) -> int:
        # Looked up by in every transaction; hashing all people and their hours takes longer than the rest.
        return hash(self.version)

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
        In one plain line that names the file, the table and the key.
    OSError
        If the file cannot be opened.
    """
    path = Path(path)
    try:
        return parse_terms(call_plainly("text", path.read_text, encoding="utf-8"))
    except BadTerms as error:
        raise BadTerms(f"{path.name}: {error}") from error


def parse_terms(text: str) -> Terms:
    """Return the terms of the text of a TOML file, as `read_terms` does.

    Raises
    ------
    BadTerms
        In one plain line that names the table and the key.
    """
    try:
        return _read_terms(Terms, call_plainly("TOML", tomllib.loads, text))
    except RecursionError:
        raise BadTerms("TOML: tables and lists are nested too deep") from None


def _read_terms(kind: type[_Terms], table: Any) -> _Terms:
    people = table.get("people", []) if isinstance(table, dict) else []
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        raise BadTerms("people: write each as a table under [[people]]")
    completed = [_complete_person(person, table, f"people {n}") for n, person in enumerate(people, start=1)]
    return read_table(kind, {**table, "people": completed} if people else table, "")


def _complete_person(person: Table, usual: Table, where: str) -> Table:
    """Return the table of a person with the usual zone and hours where it has none of its own."""
    keys = ("zone", "working_hours", "quiet_hours", "holidays_of")
    full = {**{key: usual[key] for key in keys if key in usual}, **person}
    zone = full.get("zone", "UTC")
    working, quiet, codes = full.get("working_hours"), full.get("quiet_hours"), full.pop("holidays_of", [])
    if isinstance(working, str):
        table = {"zone": zone, "days": working, "holidays": usual.get("holidays", []), "holidays_of": codes}
        full["working_hours"] = table if working.strip() else None
    if isinstance(quiet, str):
        starts, ends = call_plainly(f"{where} quiet_hours", parse_span, quiet) if quiet.strip() else (0, 0)
        full["quiet_hours"] = {"zone": zone, "starts": starts, "ends": ends} if quiet.strip() else None
    return full


def _refuse_twice(where: str, names: Iterable[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise BadTerms(f"{where}: {show(twice[0])} is there twice")


DEFAULT_TERMS = Terms()
"""The terms of a company that has not written its own yet."""
