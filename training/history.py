"""The imported history: leads, events, and what is known about them as a whole; written and read as a folder."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Self

import pandas as pd

from features.contract import LeadSchema
from training.recipes.reading import parse_recipe
from training.recipes.recipe import Recipe, SnapshotRule
from training.recipes.writing import recipe_to_plain

TimeBasis = Literal["dated", "ordered", "undated"]
Severity = Literal["high", "medium", "low"]

LEAD_COLUMNS = ("lead_id", "account_id", "created_at", "outcome", "outcome_at", "owner", "value", "order")
"""Columns every lead table has; what follows them are attributes."""

EVENT_COLUMNS = ("lead_id", "account_id", "type", "occurred_at", "recorded_at")
"""Columns every event table has; what follows them are numeric properties."""

_TABLES = ("leads", "events")
_ABOUT = "history.json"
_VERSION = 1


class MissingHistory(FileNotFoundError):
    """No history has been imported into this folder."""


class DamagedHistory(ValueError):
    """The folder holds something that is no history, or only half of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A column that may not be what it seems.

    Attributes
    ----------
    column, kind
        The column, and the kind of doubt.
    evidence
        What speaks against the column, in words.
    severity
        "high" where names and figures agree or the figures alone are damning, "low" for a mere remark.
    is_left_out
        Whether the column was left out of the schema; otherwise it is for a person to decide.
    """

    column: str
    kind: str
    evidence: str
    severity: Severity
    is_left_out: bool = False


@dataclass(frozen=True, kw_only=True)
class HistoryAbout:
    """What is known about a history as a whole.

    Attributes
    ----------
    time_basis
        "dated" if leads carry the date of their creation, "ordered" if only their order is known.
    schema
        The attributes, and with them the columns that may become features.
    event_types
        Event types with their counts, most frequent first.
    quantities
        Numeric event properties.
    has_accounts
        Whether leads share accounts, or events know only accounts.
    horizon_days
        Days after a snapshot within which a win counts, None where the recipe does not say.
    rows_read, rejected
        Rows in all files, and how many were left out by code.
    base_rate
        Won among the decided leads; with a horizon, won within it among leads whose horizon is over; or None.
    span
        Creation of the first and the last lead.
    observed_until
        The last moment the data know of.
    fingerprint
        SHA-256 over the content, whatever the order of the rows and the format of the file.
    """

    time_basis: TimeBasis
    schema: LeadSchema
    event_types: tuple[tuple[str, int], ...] = ()
    quantities: tuple[str, ...] = ()
    has_accounts: bool = False
    horizon_days: int | None = None
    snapshots: SnapshotRule = "created"
    rows_read: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    base_rate: float | None = None
    span: tuple[datetime, datetime] | None = None
    observed_until: datetime | None = None
    warnings: tuple[str, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    fingerprint: str = ""
    recipe: Recipe | None = None

    @property
    def attributes(self) -> tuple[str, ...]:
        """Return the names of the columns that may become features."""
        return tuple(self.schema.by_name)

    @property
    def rows_rejected(self) -> int:
        """Return how many rows were left out."""
        return sum(self.rejected.values())

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        names = ("time_basis", "quantities", "has_accounts", "horizon_days", "snapshots", "rows_read")
        plain = {name: getattr(self, name) for name in (*names, "base_rate", "warnings", "fingerprint")}
        return {
            **plain,
            "schema": self.schema.to_json(),
            "event_types": dict(self.event_types),
            "rejected": dict(self.rejected),
            "span": [moment.isoformat() for moment in self.span or ()],
            "observed_until": self.observed_until.isoformat() if self.observed_until else None,
            "suspects": [asdict(suspect) for suspect in self.suspects],
            "recipe": recipe_to_plain(self.recipe) if self.recipe else None,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        first_last = [datetime.fromisoformat(moment) for moment in plain["span"]]
        until = plain["observed_until"]
        read = {
            "schema": LeadSchema.from_json(plain["schema"]),
            "event_types": tuple(plain["event_types"].items()),
            "quantities": tuple(plain["quantities"]),
            "span": (first_last[0], first_last[1]) if first_last else None,
            "observed_until": datetime.fromisoformat(until) if until else None,
            "warnings": tuple(plain["warnings"]),
            "suspects": tuple(Suspect(**suspect) for suspect in plain["suspects"]),
            "recipe": parse_recipe(plain["recipe"]) if plain["recipe"] else None,
        }
        return cls(**{**plain, **read})


@dataclass(frozen=True, kw_only=True)
class History:
    """Leads (`LEAD_COLUMNS`, then attributes), events (`EVENT_COLUMNS`, then properties), and what both are."""

    leads: pd.DataFrame
    events: pd.DataFrame
    about: HistoryAbout

    def with_about(self, **changes: Any) -> "History":
        """Return the same tables with some facts about them changed."""
        return replace(self, about=replace(self.about, **changes))


def write_history(history: History, folder: Path) -> None:
    """Write leads.parquet, events.parquet and history.json; a reader sees the old folder or the whole new one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_files(history, beside)
        _swap(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _write_files(history: History, folder: Path) -> None:
    folder.chmod(0o755)
    history.leads.to_parquet(folder / "leads.parquet", index=False)
    history.events.to_parquet(folder / "events.parquet", index=False)
    about = {"version": _VERSION, **history.about.to_json()}
    (folder / _ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _swap(beside: Path, folder: Path) -> None:
    """Put the new folder in the old one's place; the old one leaves inside the folder that is thrown away."""
    new, old = beside / "new", beside / "old"
    new.mkdir()
    for file in [file for file in beside.iterdir() if file != new]:
        file.rename(new / file.name)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)


def read_history(folder: Path) -> History:
    """Read what `write_history` wrote.

    Raises
    ------
    MissingHistory
        If nothing was imported.
    DamagedHistory
        If a file is missing or cannot be read.
    """
    if not (folder / _ABOUT).is_file():
        raise MissingHistory(f"no history in {folder}: run `hotlead import LEADS` first")
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        if about.pop("version") != _VERSION:
            raise DamagedHistory(f"{folder} was written by another version: import the leads again")
        leads, events = (pd.read_parquet(folder / f"{name}.parquet") for name in _TABLES)
        return History(leads=leads, events=events, about=HistoryAbout.from_json(about))
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise DamagedHistory(f"the history in {folder} is damaged ({fault}): import the leads again") from fault
