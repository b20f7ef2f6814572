"""Stages: where a lead stands between marketing and sales."""

from dataclasses import dataclass
from enum import StrEnum


class UnknownStage(ValueError):
    """Nobody agreed on a stage of this name."""


class Stage(StrEnum):
    """The stages of a lead, in the order in which a lead that is won passes them, then the ways out."""

    PROSPECT = "prospect"
    LEAD = "lead"
    MQL = "mql"
    SQL = "sql"
    OPPORTUNITY = "opportunity"
    CUSTOMER = "customer"
    LOST = "lost"
    RECYCLED = "recycled"


PASSED = (Stage.PROSPECT, Stage.LEAD, Stage.MQL, Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER)
"""The way to a customer: whoever stands at one stage of it has passed those before."""

IS_OPEN = frozenset(Stage) - {Stage.CUSTOMER, Stage.LOST}
"""Stages in which a lead can still be won, and so can be told of."""


def read_stage(text: str) -> Stage:
    """Return the stage of this name, whatever its case and the blanks around it.

    Raises
    ------
    UnknownStage
        If there is none; the message names the choices.
    """
    try:
        return Stage(text.strip().lower())
    except ValueError:
        raise UnknownStage(f"stage: use one of {', '.join(Stage)}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What both sides mean by a stage.

    Parameters
    ----------
    stage : str
        One of `Stage`.
    means : str
        The criteria, in a sentence.
    side : str
        Whose lead it is then: marketing or sales.

    Raises
    ------
    UnknownStage
        If there is no such stage.
    ValueError
        If the side is none of the two.
    """

    stage: str
    means: str
    side: str = "marketing"

    def __post_init__(self) -> None:
        object.__setattr__(self, "stage", read_stage(self.stage).value)
        if self.side not in ("marketing", "sales"):
            raise ValueError("side: use marketing or sales")


USUAL_DEFINITIONS = (
    Definition(stage=Stage.PROSPECT, means="Fits what we sell; has not told us who they are"),
    Definition(stage=Stage.LEAD, means="Has told us who they are"),
    Definition(stage=Stage.MQL, means="Meets the hand-over criteria"),
    Definition(stage=Stage.SQL, means="Handed over with the minimum information; the clock runs", side="sales"),
    Definition(stage=Stage.OPPORTUNITY, means="Has a need, a budget and a date; an offer is made", side="sales"),
    Definition(stage=Stage.CUSTOMER, means="Has signed", side="sales"),
    Definition(stage=Stage.LOST, means="Will not buy; the reason is told", side="sales"),
    Definition(stage=Stage.RECYCLED, means="Not now; wakes on its date or on new behaviour"),
)
"""The definitions of an agreement that names none."""
