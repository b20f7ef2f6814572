"""Questions: what a first agreement asks, why, and how an answer is read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from agreement.calendar.durations import format_duration, parse_duration
from hotlead.verbs.agreement import answers
from hotlead.verbs.agreement.answers import Told

# Later in the year, whoever writes an agreement means the next one.
_LAST_MONTH_OF_THE_YEAR_MEANT = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question.

    Attributes
    ----------
    field
        Of `agreement.paper.drafting.Answers`.
    option
        Under which a command line answers it.
    asks
        What is asked.
    because
        What the answer is for, in a line.
    read
        Reads the text of an answer, knowing those before; it raises a `ValueError` that says how to write it.
    usual
        The text that is taken where nothing is said, knowing the answers before, and ``today`` and
        ``local_zone``.
    is_list
        Whether the option may be there several times.
    """

    field: str
    option: str
    asks: str
    because: str
    read: Callable[[str, Told], Any]
    usual: Callable[[Told], str]
    is_list: bool = False


def _ask_of_company() -> tuple[Question, ...]:
    return (
        Question(
            field="name",
            option="--name",
            asks="Name of the agreement",
            because="It is on every figure, on the printed page and in the name of each version.",
            read=answers.read_name,
            usual=_always("Our agreement"),
        ),
        Question(
            field="zone",
            option="--zone",
            asks="Time zone",
            because="Where days begin, as an IANA name such as Europe/Helsinki.",
            read=answers.read_zone,
            usual=lambda told: told["local_zone"],
        ),
        Question(
            field="working_hours",
            option="--working-hours",
            asks="Working hours",
            because="Response times run in these hours only; none means that the clock runs day and night.",
            read=answers.read_hours,
            usual=_always("Mon-Fri 09:00-17:00"),
        ),
        Question(
            field="holidays_of",
            option="--holidays-of",
            asks="Public holidays of",
            because="Countries (FI) or regions (DE-BY) on whose holidays nobody works, with commas; none for none.",
            read=answers.read_countries,
            usual=_always("none"),
            is_list=True,
        ),
    )


def _ask_of_goal() -> tuple[Question, ...]:
    return (
        Question(
            field="begins",
            option="--begins",
            asks="First day of the goal",
            because="The goal has a period, mostly the business year.",
            read=answers.read_date,
            usual=lambda told: f"{choose_year(told['today'])}-01-01",
        ),
        Question(
            field="ends",
            option="--ends",
            asks="Day after its last day",
            because="The end is the first day that is no part of it.",
            read=answers.read_end,
            usual=lambda told: _add_year(told["begins"]).isoformat(),
        ),
        Question(
            field="revenue",
            option="--revenue",
            asks="Revenue to be won, in euros",
            because="Plans are made backwards from it: deals, opportunities, leads, visits.",
            read=answers.above(0),
            usual=_always("1000000"),
        ),
        Question(
            field="marketing_share",
            option="--marketing-share",
            asks="Share from marketing's leads",
            because="From 0 to 1, or in %: the rest is what sales finds itself.",
            read=answers.read_share,
            usual=_always("100%"),
        ),
        Question(
            field="average_value",
            option="--average-value",
            asks="Average value of a won deal, in euros",
            because="It counts until enough deals are measured; none if nobody knows.",
            read=answers.or_none(answers.above(0)),
            usual=_always("none"),
        ),
    )


def _ask_of_hand_over() -> tuple[Question, ...]:
    return (
        Question(
            field="bucket",
            option="--bucket",
            asks="A lead is handed over when it is",
            because="cold, warm or hot: the least that the score must say before sales gets a lead.",
            read=answers.read_bucket,
            usual=_always("hot"),
        ),
        Question(
            field="industries",
            option="--industry",
            asks="Only leads of these industries",
            because="As leads spell them, with commas; none means any.",
            read=answers.read_words,
            usual=_always("none"),
            is_list=True,
        ),
        Question(
            field="places",
            option="--place",
            asks="Only leads of these places",
            because="Countries or cities as leads spell them, with commas; none means any.",
            read=answers.read_words,
            usual=_always("none"),
            is_list=True,
        ),
        Question(
            field="min_employees",
            option="--min-employees",
            asks="Employees at least",
            because="Of the lead's company; none if its size does not matter.",
            read=answers.or_none(answers.least(0)),
            usual=_always("none"),
        ),
        Question(
            field="required",
            option="--required",
            asks="Information that must be there",
            because="Names of attributes, with commas; email|phone means that one of the two is enough.",
            read=answers.read_required,
            usual=_always("email|phone"),
            is_list=True,
        ),
    )


def _ask_of_promises() -> tuple[Question, ...]:
    return (
        Question(
            field="leads_per_week",
            option="--leads-per-week",
            asks="Hot leads a week from marketing",
            because="Marketing's promise to sales.",
            read=answers.above(0),
            usual=_always("10"),
        ),
        Question(
            field="hot_within_micros",
            option="--hot-within",
            asks="First contact of a hot lead within",
            because="Sales' promise, in working time: write hours (4 h); a day is written as 8 h.",
            read=answers.read_time,
            usual=_always("4 h"),
        ),
        Question(
            field="warm_within_micros",
            option="--warm-within",
            asks="First contact of a warm lead within",
            because="In working time; it may take longer than for a hot one.",
            read=answers.read_time,
            usual=_always("16 h"),
        ),
        Question(
            field="attempts",
            option="--attempts",
            asks="Attempts to reach a hot lead",
            because="So often sales tries before it gives a lead up.",
            read=answers.read_attempts,
            usual=_always("5"),
        ),
        Question(
            field="attempts_within_micros",
            option="--attempts-within",
            asks="All attempts within",
            because="In working time from the hand-over; 40 h are a week.",
            read=answers.read_time_of_attempts,
            usual=lambda told: format_duration(max(parse_duration("40 h"), told["hot_within_micros"])),
        ),
        Question(
            field="feedback_within_micros",
            option="--feedback-within",
            asks="Sales accepts or rejects a lead within",
            because="In working time; who rejects says why, so that marketing learns from it.",
            read=answers.read_time,
            usual=_always("16 h"),
        ),
    )


def _ask_of_people() -> tuple[Question, ...]:
    return (
        Question(
            field="people",
            option="--person",
            asks="Who takes leads",
            because="Ids as in the CRM, with commas; none if the CRM tells of its owners.",
            read=answers.read_words,
            usual=_always("none"),
            is_list=True,
        ),
        Question(
            field="capacity_per_week",
            option="--capacity-per-week",
            asks="Hot leads that each of them can answer in a week",
            because="More than sales can answer well is no help to anybody; none if nobody knows.",
            read=answers.or_none(answers.least(0)),
            usual=_always("none"),
        ),
    )


def choose_year(today: date) -> int:
    """Return the year that somebody means who writes an agreement on a day."""
    return today.year + (today.month > _LAST_MONTH_OF_THE_YEAR_MEANT)


def _add_year(day: date) -> date:
    # A year from the 29th of February on is over on the first of March.
    return day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else day + timedelta(days=366)


def _always(text: str) -> Callable[[Told], str]:
    return lambda _: text


QUESTIONS = (
    *_ask_of_company(),
    *_ask_of_goal(),
    *_ask_of_hand_over(),
    *_ask_of_promises(),
    *_ask_of_people(),
)
"""All questions, in the order in which they are asked."""
