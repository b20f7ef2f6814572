"""Feature kinds that read what a lead is: its attributes and its age."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

from features.firmographics import email_kind, revenue_band, size_band
from features.roles import department, seniority
from features.text import amount_of, count_of, identifier, sentence_case, words

Dtype = Literal["number", "text"]
Value = float | str | None


@runtime_checkable
class Feature(Protocol):
    """What every feature knows of itself.

    `name` is unique in a feature set, `dtype` is "number" (missing: NaN) or "text" (missing: None),
    `family` names the features that speak of one thing, whose reasons are told together.
    """

    @property
    def name(self) -> str:
        """Return the feature's name in a frame."""

    @property
    def dtype(self) -> Dtype:
        """Return the kind of its values."""

    @property
    def family(self) -> str:
        """Return the name of what it speaks of."""

    def sentence(self, value: Any) -> str:
        """Return what a value means, in words for a sales rep."""


def is_missing(value: Value) -> bool:
    """Tell whether a feature value is missing: None or NaN."""
    return value is None or (isinstance(value, float) and math.isnan(value))


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column of the lead as it is."""

    column: str
    dtype: Dtype = "text"

    @property
    def name(self) -> str:
        return self.column

    @property
    def family(self) -> str:
        return self.column

    def of(self, value: Value) -> Value:
        """Return the feature's value for a value of the column."""
        return value

    def sentence(self, value: Value) -> str:
        """Return ``Industry: Software``, ``Employees: 240`` or ``Industry unknown``."""
        return _say(_label(self.column), value)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text read out of one column by a rule."""

    column: str

    suffix: ClassVar[str]
    label: ClassVar[str]
    rule: ClassVar[Any]
    dtype: ClassVar[Dtype] = "text"

    @property
    def name(self) -> str:
        return f"{identifier(self.column)}_{self.suffix}"

    @property
    def family(self) -> str:
        return self.column

    def of(self, value: Value) -> str | None:
        """Return the feature's value for a value of the column."""
        reading: str | None = type(self).rule(value)
        return reading

    def sentence(self, value: Value) -> str:
        """Return ``Seniority: chief`` or ``Seniority unknown``."""
        return _say(self.label, value)


@dataclass(frozen=True, slots=True)
class SizeBand(_Reading):
    """The band of a head count."""

    column: str = "employees"
    suffix: ClassVar[str] = "band"
    label: ClassVar[str] = "Company size"
    rule = staticmethod(size_band)


@dataclass(frozen=True, slots=True)
class RevenueBand(_Reading):
    """The band of a yearly revenue."""

    column: str = "revenue"
    suffix: ClassVar[str] = "band"
    label: ClassVar[str] = "Company revenue"
    rule = staticmethod(revenue_band)


@dataclass(frozen=True, slots=True)
class Seniority(_Reading):
    """The rank a job title speaks of."""

    column: str = "role"
    suffix: ClassVar[str] = "seniority"
    label: ClassVar[str] = "Seniority"
    rule = staticmethod(seniority)


@dataclass(frozen=True, slots=True)
class Department(_Reading):
    """The department a job title speaks of."""

    column: str = "role"
    suffix: ClassVar[str] = "department"
    label: ClassVar[str] = "Department"
    rule = staticmethod(department)


@dataclass(frozen=True, slots=True)
class EmailKind(_Reading):
    """Whether an e-mail address is a company's, a free one, a school's or a government's."""

    column: str = "email"
    suffix: ClassVar[str] = "kind"
    label: ClassVar[str] = "E-mail address"
    rule = staticmethod(email_kind)


@dataclass(frozen=True, slots=True)
class Given:
    """Whether a column is filled in at all: 1 or 0."""

    column: str
    dtype: ClassVar[Dtype] = "number"

    @property
    def name(self) -> str:
        return f"{identifier(self.column)}_given"

    @property
    def family(self) -> str:
        return self.column

    def of(self, value: Value) -> float:
        """Return 1 where the column has a value, 0 where it has none."""
        return float(not is_missing(value))

    def sentence(self, value: Value) -> str:
        """Return ``Website given`` or ``Website not given``."""
        return f"{_label(self.column)} {'given' if value else 'not given'}"


@dataclass(frozen=True, slots=True)
class LeadAge:
    """Days from the lead's creation to `as_of`; missing where the creation is unknown or later."""

    dtype: ClassVar[Dtype] = "number"
    name: ClassVar[str] = "lead_age_days"
    family: ClassVar[str] = "lead age"

    def sentence(self, value: Value) -> str:
        """Return ``Lead for 12 days``."""
        if not isinstance(value, float) or math.isnan(value):
            return "Age of the lead unknown"
        return f"Lead for {count_of(round(value), 'day') if value >= 1 else 'less than a day'}"


def _label(column: str) -> str:
    return sentence_case(words(column))


def _say(label: str, value: Value) -> str:
    if is_missing(value):
        return f"{label} unknown"
    return f"{label}: {amount_of(value) if isinstance(value, float) else value}"
