"""Mistakes in an agreement: what is wrong, where it stands, and in which line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

Place = tuple[str | int, ...]
"""The keys that lead to a value; the parts of a list are counted from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """Something that nobody can hold to as it is written.

    Parameters
    ----------
    place : Place
        The table or key that it is said of; empty where it is said of the whole.
    says : str
        What is wrong with it, and how to write it.
    key : str
        A key of the table at fault, where it is said of the table; "" for none.
    line : int or None
        Where that stands in the file, from 1 on; None where nobody knows.
    """

    place: Place
    says: str
    key: str = ""
    line: int | None = None

    @property
    def sentence(self) -> str:
        """Return it in one plain line, with the table and the key."""
        return f"{name_place(self.place)}: {self.says}" if self.place else self.says

    def to_text(self, file: str = "") -> str:
        """Return the sentence with the file and the line that it speaks of, where they are known."""
        found = " ".join(part for part in (file, "" if self.line is None else f"line {self.line}") if part)
        return f"{found}: {self.sentence}" if found else self.sentence


class BadTerms(ValueError):
    """Nobody can hold to these terms as they are written; its text is the first of the mistakes.

    Parameters
    ----------
    *mistakes : Mistake or str
        At least one.
    file : str
        The name of the file, where there is one.
    """

    def __init__(self, *mistakes: Mistake | str, file: str = "") -> None:
        self.mistakes = tuple(
            each if isinstance(each, Mistake) else Mistake(place=(), says=each) for each in mistakes
        )
        super().__init__(self.mistakes[0].to_text(file))


def name_place(place: Place) -> str:
    """Return what people call a place: ``people 1 working_hours``."""
    return " ".join(str(part + 1) if isinstance(part, int) else part for part in place)


def blame(table: Mapping[str, object], place: Place, says: str) -> Mistake:
    """Return the mistake that a sentence tells of a table: of its key, where it begins with names of some."""
    key, colon, rest = says.partition(": ")
    if colon and key in table:
        return Mistake(place=(*place, key), says=rest)
    words = (key if colon else says.partition(" ")[0]).replace(",", "").split()
    return Mistake(place=place, says=says, key=next((word for word in words if word in table), ""))


def move_below(place: Place, mistakes: Iterable[Mistake]) -> list[Mistake]:
    """Return the mistakes of a part as those of the whole that has it at a place."""
    return [replace(each, place=(*place, *each.place)) for each in mistakes]
