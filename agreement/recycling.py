"""Recycling: why a lead does not go on, what becomes of it, and when it wakes."""

from dataclasses import dataclass

from agreement.episodes import DAY_MICROS
from agreement.stages import Stage

NO_ANSWER = "no_answer"
"""The code of a lead that was given up after all attempts."""

_ENDS = (Stage.RECYCLED, Stage.LOST, Stage.LEAD, Stage.MQL)


class ImpossibleRecycling(ValueError):
    """No lead could be recycled like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A reason that sales may give for a lead it does not take, or marketing for taking one back.

    Parameters
    ----------
    code : str
        The stable key, such as ``budget_next_year``.
    means : str
        The words on the page.
    becomes : str
        recycled (it wakes), lost (it does not), mql or lead (marketing's again).
    rest_micros : int or None
        Microseconds that a recycled lead rests where nobody named a date; None for the usual rest.
    is_about_fit : bool
        Whether the criteria were wrong about the lead: a label for training, and a criterion to look at.

    Raises
    ------
    ImpossibleRecycling
        If the code is empty, or it becomes something else.
    """

    code: str
    means: str = ""
    becomes: str = "recycled"
    rest_micros: int | None = None
    is_about_fit: bool = False

    def __post_init__(self) -> None:
        if self.code.lower().split() != [self.code]:
            raise ImpossibleRecycling("code: use small letters and _, such as budget_next_year")
        if self.becomes not in _ENDS:
            raise ImpossibleRecycling(f"becomes: use one of {', '.join(_ENDS)}")
        if self.rest_micros is not None and self.rest_micros < 0:
            raise ImpossibleRecycling("rest: use 0 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecyclingRules:
    """When leads are put aside, and what wakes them.

    Parameters
    ----------
    after_attempts : int
        Attempts without an answer after which a lead may be recycled as `NO_ANSWER`; at least 1.
    rest_micros : int
        Microseconds, 0 or more, that a recycled lead rests where neither a date nor its reason says otherwise.
    wakes_at_bucket : str
        New behaviour wakes a lead that reaches this bucket: warm or hot; "" where only the date does.

    Raises
    ------
    ImpossibleRecycling
        If a value is out of its range.
    """

    after_attempts: int = 5
    rest_micros: int = 90 * DAY_MICROS
    wakes_at_bucket: str = "hot"

    def __post_init__(self) -> None:
        if self.after_attempts < 1 or self.rest_micros < 0:
            raise ImpossibleRecycling("after_attempts: use 1 or more; rest: use 0 or more")
        if self.wakes_at_bucket not in ("", "warm", "hot"):
            raise ImpossibleRecycling('wakes_at_bucket: use warm, hot or ""')

    def find_wake(self, at: int, reason: Reason | None, until: int | None) -> int:
        """Return when a lead that is put aside at an instant wakes."""
        if until is not None:
            return max(at, until)
        rest = self.rest_micros if reason is None or reason.rest_micros is None else reason.rest_micros
        return at + rest


USUAL_REASONS = (
    Reason(code=NO_ANSWER, means="Nobody answered"),
    Reason(code="not_now", means="Not now"),
    Reason(code="budget_next_year", means="Budget next year", rest_micros=180 * DAY_MICROS),
    Reason(code="no_budget", means="No budget", becomes=Stage.LOST),
    Reason(code="competitor", means="Chose a competitor", becomes=Stage.LOST),
    Reason(code="no_need", means="No need", becomes=Stage.LOST),
    Reason(code="not_a_fit", means="Not a fit", becomes=Stage.LOST, is_about_fit=True),
    Reason(code="missing_information", means="Information was missing", becomes=Stage.MQL),
    Reason(code="duplicate", means="Known already", becomes=Stage.LOST),
)
"""The reasons of an agreement that names none."""
