"""Criteria: what makes a lead ready for sales, and what is still missing."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from agreement.commitments import BUCKET_NAMES

Facts = Mapping[str, str | float]


class ImpossibleCriteria(ValueError):
    """No lead could meet these criteria."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """When a lead becomes sales'.

    Parameters
    ----------
    bucket : str
        The least bucket that behaviour and fit together must reach: cold, warm or hot.
    signals : tuple of str
        Types of events, any of which within `signal_days` is as good as the bucket.
    signal_days : int
        Days, at least 1.
    min_employees, max_employees : float or None
        The size of the company; None where it does not matter.
    industries, roles, places : tuple of str
        What a lead must be; empty means any. A place is a country or a city.
    required : tuple of str
        The minimum information: names of attributes, or of several of which one is enough (``email|phone``).
    is_automatic : bool
        Whether Hotlead hands over by itself; otherwise it only says who is ready.

    Raises
    ------
    ImpossibleCriteria
        If a value is out of its range.
    """

    bucket: str = "hot"
    signals: tuple[str, ...] = ()
    signal_days: int = 30
    min_employees: float | None = None
    max_employees: float | None = None
    industries: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    is_automatic: bool = True

    def __post_init__(self) -> None:
        if self.bucket not in BUCKET_NAMES:
            raise ImpossibleCriteria(f"bucket: use one of {', '.join(BUCKET_NAMES)}")
        if self.signal_days < 1:
            raise ImpossibleCriteria("signal_days: use 1 or more")
        sizes = [size for size in (self.min_employees, self.max_employees) if size is not None]
        if sizes != sorted(sizes) or not all(0 <= size < math.inf for size in sizes):
            raise ImpossibleCriteria("min_employees and max_employees: use 0 or more, and the smaller first")
        if not all(part.strip() for name in self.required for part in name.split("|")):
            raise ImpossibleCriteria("required: name attributes, such as email|phone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of checking a lead.

    Attributes
    ----------
    unmet : tuple of str
        Sentences: which criteria it does not meet.
    missing : tuple of str
        Names, as the criteria write them: which information is not there.
    """

    unmet: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def is_qualified(self) -> bool:
        """Return whether it meets the criteria, whatever information is missing."""
        return not self.unmet

    @property
    def is_ready(self) -> bool:
        """Return whether it can be handed over."""
        return not self.unmet and not self.missing


def check_lead(facts: Facts, *, bucket: str | None, signals: Collection[str], criteria: HandOver) -> Verdict:
    """Return what a lead still needs to be handed over.

    Parameters
    ----------
    facts : Mapping
        Of the lead and its account by name: texts in normal form, and numbers; absent where unknown.
    bucket : str or None
        cold, warm or hot; None where nobody has scored it.
    signals : Collection of str
        The types of what it did within `criteria.signal_days`.
    criteria : HandOver
        Those in force.
    """
    unmet = [*_check_behaviour(bucket, signals, criteria), *_check_size(facts, criteria)]
    for word, names, wanted in (
        ("industry", ("industry",), criteria.industries),
        ("role", ("role", "seniority"), criteria.roles),
        ("place", ("country", "city"), criteria.places),
    ):
        unmet += _check_words(word, names, wanted, facts)
    missing = [name for name in criteria.required if not any(_is_known(facts, part) for part in name.split("|"))]
    return Verdict(unmet=tuple(unmet), missing=tuple(missing))


def _check_behaviour(bucket: str | None, signals: Collection[str], criteria: HandOver) -> list[str]:
    if any(signal in signals for signal in criteria.signals):
        return []
    if bucket is not None and BUCKET_NAMES.index(bucket) >= BUCKET_NAMES.index(criteria.bucket):
        return []
    named = f", and did none of {', '.join(criteria.signals)}" if criteria.signals else ""
    return [f"It is {bucket or 'not scored'}, not {criteria.bucket}{named}"]


def _check_size(facts: Facts, criteria: HandOver) -> list[str]:
    least, most = criteria.min_employees, criteria.max_employees
    if least is None and most is None:
        return []
    known = facts.get("employees")
    if not isinstance(known, int | float):
        return ["Nobody knows how many employees there are"]
    if least is not None and known < least:
        return [f"{known:,.0f} employees are fewer than {least:,.0f}"]
    return [] if most is None or known <= most else [f"{known:,.0f} employees are more than {most:,.0f}"]


def _check_words(word: str, names: Sequence[str], wanted: Sequence[str], facts: Facts) -> list[str]:
    if not wanted:
        return []
    folded = {text.casefold().strip() for text in wanted}
    found = [str(facts[name]) for name in names if name in facts]
    if any(text.casefold().strip() in folded for text in found):
        return []
    return [f"Its {word} is {found[0]}" if found else f"Nobody knows its {word}"]


def _is_known(facts: Facts, name: str) -> bool:
    known = facts.get(name.strip())
    return known is not None and str(known).strip() != ""
