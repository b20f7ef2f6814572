"""Stages: where a lead stands between marketing and sales."""

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
