"""The data contract: which columns a lead has, of which kind, and how a raw value becomes a clean one."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ColumnKind = Literal["number", "integer", "text"]
RESERVED = ("id", "lead_id", "account_id", "created_at", "as_of", "events")


class SchemaMismatch(ValueError):
    """The columns at hand are not the columns that were agreed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One attribute of a lead: its name, its kind, and for numbers the range values are clipped to."""

    name: str
    kind: ColumnKind
    low: float = -1e15
    high: float = 1e15

    @property
    def is_number(self) -> bool:
        """Tell whether values are float64 with NaN for missing, rather than text with None."""
        return self.kind != "text"


FIRMOGRAPHICS: Mapping[str, Column] = {
    column.name: column
    for column in (
        Column(name="employees", kind="integer", low=0, high=1e8),
        Column(name="revenue", kind="number", low=0, high=1e13),
        Column(name="industry", kind="text"),
        Column(name="country", kind="text"),
        Column(name="city", kind="text"),
        Column(name="website", kind="text"),
        Column(name="email", kind="text"),
        Column(name="role", kind="text"),
        Column(name="company", kind="text"),
    )
}
"""Attributes with one meaning everywhere; any further attribute comes as it is."""


@dataclass(frozen=True)
class LeadSchema:
    """The attributes of a lead, in a fixed order.

    Raises
    ------
    SchemaMismatch
        If a name is reserved or appears twice.
    """

    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise SchemaMismatch(f"columns named twice: {', '.join(twice)}")
        if taken := sorted(set(names) & set(RESERVED)):
            raise SchemaMismatch(f"these names are reserved, rename the columns: {', '.join(taken)}")

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Return the columns by their names."""
        return {column.name: column for column in self.columns}

    @cached_property
    def numbers(self) -> tuple[Column, ...]:
        """Return the columns that hold numbers, in order."""
        return tuple(column for column in self.columns if column.is_number)

    @cached_property
    def texts(self) -> tuple[Column, ...]:
        """Return the columns that hold texts, in order."""
        return tuple(column for column in self.columns if not column.is_number)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Self:
        """Derive a schema from a frame: firmographics by name, the rest by dtype."""
        names = [str(name) for name in frame.columns if name not in RESERVED]
        return cls(tuple(_derive_column(name, frame[name]) for name in names))

    def to_json(self) -> list[dict[str, Any]]:
        """Return plain data that `from_json` reads back."""
        return [asdict(column) for column in self.columns]

    @classmethod
    def from_json(cls, columns: Sequence[Mapping[str, Any]]) -> Self:
        """Read back what `to_json` wrote."""
        return cls(tuple(Column(**column) for column in columns))


def _derive_column(name: str, values: "pd.Series[Any]") -> Column:
    known = FIRMOGRAPHICS.get(name)
    is_number = pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype)
    if known is not None and (known.is_number == is_number or not known.is_number):
        return known
    return Column(name=name, kind="number" if is_number else "text")


def clean_column(values: "pd.Series[Any] | Sequence[Any]", column: Column) -> NDArray[Any]:
    """Turn raw values into the contract's: float64 with NaN, or text (object) with None; shape (n,)."""
    if isinstance(values, pd.Series) and column.is_number and pd.api.types.is_numeric_dtype(values.dtype):
        return _clean_numbers(values, column)
    cleaned = [clean_value(value, column) for value in values]
    return np.array(cleaned, dtype=np.float64 if column.is_number else object)


def _clean_numbers(values: "pd.Series[Any]", column: Column) -> NDArray[np.float64]:
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    numbers[~np.isfinite(numbers)] = np.nan
    return np.clip(numbers, column.low, column.high)


def clean_value(value: Any, column: Column) -> float | str | None:
    """Turn one raw value into the contract's: a finite float clipped to its range or NaN, a text or None."""
    return _clean_number(value, column) if column.is_number else _clean_text(value)


def clean_records(
    records: Sequence[Mapping[str, Any]], columns: Sequence[Column], *, is_number: bool
) -> dict[str, NDArray[Any]]:
    """Clean columns of one kind in a single block, which for one record is quicker than column by column.

    Returns
    -------
    dict
        Column name → shape (n,), as `clean_column` returns it.
    """
    cleaned: list[list[Any]]
    if is_number:
        cleaned = [[_clean_number(record.get(column.name), column) for record in records] for column in columns]
    else:
        cleaned = [[_clean_text(record.get(column.name)) for record in records] for column in columns]
    block = np.array(cleaned, dtype=np.float64 if is_number else object).reshape(len(columns), len(records))
    return {column.name: values for column, values in zip(columns, block, strict=True)}


def _clean_text(value: Any) -> str | None:
    if type(value) is str:
        return value.strip() or None
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float | np.floating):
        # A column of codes becomes one of floats where a code is missing: 7.0 and "7" must stay one text.
        return None if math.isnan(value) else str(int(value)) if value == value // 1 else str(value)
    return str(value).strip() or None


def _clean_number(value: Any, column: Column) -> float:
    if value is None:
        return math.nan
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
    if not math.isfinite(number):
        return math.nan
    return min(max(number, column.low), column.high)
