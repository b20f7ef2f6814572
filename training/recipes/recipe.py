"""The recipe: which column of a company's files is what. Facts about columns, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

RangeRule = Literal["low", "middle", "high"]
SnapshotRule = Literal["created", "weekly"]
ROW = "row"
"""As `order`: the rows stand in the order of time. As `id`: the file has no identifier, the row's number is it."""

BUNDLED = Path(__file__).parents[2] / "recipes"


class MalformedRecipe(ValueError):
    """A recipe has an unknown key, or a value of the wrong kind."""


class MissingRecipe(FileNotFoundError):
    """There is no recipe of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRules:
    """How the columns of one table are read.

    Attributes
    ----------
    missing
        Texts that mean "not filled in" in every column, on top of the usual ones.
    missing_in
        Column → its own markers; an empty list says that the usual ones are real values here.
    exclude
        Column → why it must not be a feature (may be empty).
    keep
        Columns that stay features although they look like identifiers, free text or dates.
    texts
        Columns of codes that look like numbers and are none.
    firmographics
        Canonical name (`features.contract.FIRMOGRAPHICS`) → column.
    ranges
        Column of ranges such as ``50-100`` → which end, or the middle, stands for it.
    scales
        Column → factor that brings its numbers to single units, as 1000000 for revenue in millions.
    spellings
        Column → wrong spelling → right spelling.
    aliases
        Column → other headers under which exports carry it.
    """

    missing: tuple[str, ...] = ()
    missing_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exclude: Mapping[str, str] = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    firmographics: Mapping[str, str] = field(default_factory=dict)
    ranges: Mapping[str, RangeRule] = field(default_factory=dict)
    scales: Mapping[str, float] = field(default_factory=dict)
    spellings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """A file beside the leads that adds columns to them; of several matching rows the first by a column counts."""

    file: str
    on: tuple[str, ...]
    columns: tuple[str, ...] = ()
    first_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadsRecipe(ColumnRules):
    """The lead table: several `id` columns together name a lead, and `order` is time where there is no date."""

    id: tuple[str, ...]
    account: str | None = None
    created_at: str | None = None
    owner: str | None = None
    value: str | None = None
    order: str | None = None
    join: tuple[LookUp, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRecipe:
    """How a lead ended.

    Attributes
    ----------
    column
        Holds the outcome; without it, whoever has a date in `at` is won.
    won, lost
        Values of `column`; anything else is open, unless `open` lists what may be.
    at
        When it ended.
    lost_where
        Another column → values that make a lead lost which is not won.
    lost_after
        A date: a lead that is not won when it has passed is lost.
    """

    column: str | None = None
    won: tuple[str, ...] = field(default=(), metadata={"scalars": True})
    lost: tuple[str, ...] = field(default=(), metadata={"scalars": True})
    open: tuple[str, ...] = field(default=(), metadata={"scalars": True})
    at: str | None = None
    lost_where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lost_after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsRecipe(ColumnRules):
    """The account table; `file` is beside the leads unless another one is handed in."""

    id: str
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsRecipe:
    """One event log.

    Attributes
    ----------
    file
        Beside the leads; without it this section reads the event file that is handed in.
    type, name
        The column that holds the type of an event, or one type for the whole file.
    properties
        Numeric columns to keep.
    one_per
        Columns that make several rows one event, as the lines of an order; properties are added up.
    """

    occurred_at: str
    file: str | None = None
    lead: tuple[str, ...] = ()
    account: str | None = None
    type: str | None = None
    name: str | None = None
    recorded_at: str | None = None
    properties: tuple[str, ...] = ()
    one_per: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRecipe:
    """How times are read and how long a lead has to be won; `day_first` settles dates such as 03/04/2026."""

    zone: str = "UTC"
    day_first: bool | None = None
    horizon_days: int | None = None
    snapshots: SnapshotRule = "created"
    observed_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All that is to be known about the columns of one source of leads."""

    leads: LeadsRecipe
    outcome: OutcomeRecipe
    accounts: AccountsRecipe | None = None
    events: tuple[EventsRecipe, ...] = ()
    time: TimeRecipe = field(default_factory=TimeRecipe)
    about: str = ""


def list_bundled_recipes(folder: Path = BUNDLED) -> tuple[str, ...]:
    """Return the names of the recipes that come with the product."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def find_recipe_file(name_or_path: str, folder: Path = BUNDLED) -> Path:
    """Return the file of a recipe that is named by its path, or by the bare name of a bundled one.

    Raises
    ------
    MissingRecipe
        If neither exists.
    """
    path = Path(name_or_path)
    if path.is_file():
        return path
    if name_or_path in list_bundled_recipes(folder):
        return folder / f"{name_or_path}.toml"
    known = ", ".join(list_bundled_recipes(folder))
    raise MissingRecipe(f"no recipe {name_or_path!r}: give the path of a TOML file, or one of {known}")
