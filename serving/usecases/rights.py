"""Rights: what each role may see and do on the pages."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row


class Role(StrEnum):
    """What somebody is here."""

    REP = "rep"
    LEAD = "lead"
    SCIENTIST = "scientist"
    ADMIN = "admin"


class Right(StrEnum):
    """What somebody may do."""

    SEE = "see"
    WORK = "work"
    WORK_FOR_OTHERS = "work for others"
    AGREE = "agree"
    PROMOTE = "promote"
    STAFF = "staff"
    ADMINISTER = "administer"


_RIGHTS: dict[Role, frozenset[Right]] = {
    Role.REP: frozenset({Right.SEE, Right.WORK}),
    Role.LEAD: frozenset({Right.SEE, Right.WORK, Right.WORK_FOR_OTHERS, Right.AGREE, Right.STAFF}),
    Role.SCIENTIST: frozenset({Right.SEE, Right.PROMOTE}),
    Role.ADMIN: frozenset(Right),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who looks at the pages.

    Attributes
    ----------
    id
        The user's; "" for anybody on this machine.
    person_id
        Whom of the people who own leads this is, None for those who own none.
    """

    id: str
    name: str
    role: Role
    person_id: str | None = None

    def may(self, right: Right) -> bool:
        """Tell whether the visitor may do this."""
        return right in _RIGHTS[self.role]


ANYBODY = Visitor(id="", name="", role=Role.ADMIN)
"""Who visits a service that nobody has made a user or a key for; it answers this machine alone."""


def read_visitor(row: Row[Any]) -> Visitor:
    """Return the visitor that a user's row speaks of."""
    return Visitor(id=row.id, name=row.name, role=Role(row.role), person_id=row.person_id)
