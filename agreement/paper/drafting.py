"""Drafting: the text of a first agreement, from what two team leads answer."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from agreement.calendar.durations import format_duration
from agreement.episodes import HOUR_MICROS


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a first agreement needs to know; what is left out is as in the usual terms.

    Parameters
    ----------
    name, zone, working_hours, holidays_of : str, str, str, tuple of str
        As in `agreement.terms.Terms`.
    revenue, begins, ends, marketing_share : float, datetime.date, datetime.date, float
        As in `agreement.goal.Goal`.
    average_value : float or None
        Euros of a won deal; None where nobody knows.
    bucket, industries, places, min_employees, required : str, tuple, tuple, float or None, tuple
        As in `agreement.criteria.HandOver`.
    leads_per_week : float
        Hot leads that marketing promises, above 0.
    hot_within_micros, warm_within_micros : int
        Working time from the hand-over to the first contact, above 0.
    attempts, attempts_within_micros : int
        To reach a hot lead; the time is at least `hot_within_micros`.
    feedback_within_micros : int
        Working time until sales accepts or rejects a lead, above 0.
    people : tuple of str
        Ids of those who take leads, each once.
    capacity_per_week : float or None
        Hot leads that each of them can answer well in a week.
    """

    name: str
    revenue: float
    begins: date
    ends: date
    marketing_share: float = 1.0
    average_value: float | None = None
    zone: str = "UTC"
    working_hours: str = "Mon-Fri 09:00-17:00"
    holidays_of: tuple[str, ...] = ()
    bucket: str = "hot"
    industries: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    min_employees: float | None = None
    required: tuple[str, ...] = ("email|phone",)
    leads_per_week: float = 10
    hot_within_micros: int = 4 * HOUR_MICROS
    warm_within_micros: int = 16 * HOUR_MICROS
    attempts: int = 5
    attempts_within_micros: int = 40 * HOUR_MICROS
    feedback_within_micros: int = 16 * HOUR_MICROS
    people: tuple[str, ...] = ()
    capacity_per_week: float | None = None


def draft_agreement(answers: Answers) -> str:
    """Return the text of an `agreement.toml` that says what was answered, with a word on every part of it."""
    parts = (_draft_head, _draft_goal, _draft_hand_over, _draft_commitments, _draft_recycling, _draft_people)
    return "\n".join(line for draft in parts for line in draft(answers)) + "\n"


def _draft_head(answers: Answers) -> Iterator[str]:
    yield "# The agreement between marketing and sales: what each side promises, and how it is counted."
    yield "# hotlead agreement check   says in plain words what stands here, and which line is wrong"
    yield "# hotlead agreement sign    puts it in force"
    yield f"name = {_write(answers.name)}"
    yield ""
    yield "# Time is counted in these hours, without public holidays (of a country as FI, of a region as DE-BY) and"
    yield "# without the days in holidays. Whoever works at other hours says so under [[people]]."
    yield f"zone = {_write(answers.zone)}"
    yield f"working_hours = {_write(answers.working_hours)}"
    yield f"holidays_of = {_write(answers.holidays_of)}"
    yield "holidays = []"


def _draft_goal(answers: Answers) -> Iterator[str]:
    yield ""
    yield "[goal]"
    yield "# Euros, from the first day to before the last one, and the share that comes from marketing's leads."
    yield f"revenue = {_write(answers.revenue)}"
    yield f"begins = {answers.begins.isoformat()}"
    yield f"ends = {answers.ends.isoformat()}"
    yield f"marketing_share = {_write(answers.marketing_share)}"
    yield "# Sources of leads that sales finds itself."
    yield "own_sources = []"
    yield ""
    yield "[assumed]"
    yield "# What is taken for true until so many are measured."
    if answers.average_value is None:
        yield "# average_won_value = 20_000"
    else:
        yield f"average_won_value = {_write(answers.average_value)}"
    yield "least_measured = 30"


def _draft_hand_over(answers: Answers) -> Iterator[str]:
    yield ""
    yield "[handover]"
    yield "# A lead becomes sales' when it is that hot, fits, and can be reached. An empty list asks for nothing."
    yield f"bucket = {_write(answers.bucket)}"
    yield f"industries = {_write(answers.industries)}"
    yield f"places = {_write(answers.places)}"
    if answers.min_employees is None:
        yield "# min_employees = 50"
    else:
        yield f"min_employees = {_write(answers.min_employees)}"
    yield '# "email|phone" means that one of the two is enough.'
    yield f"required = {_write(answers.required)}"
    yield "# false: Hotlead only says who is ready, and people hand over."
    yield "is_automatic = true"


def _draft_commitments(answers: Answers) -> Iterator[str]:
    yield ""
    yield "# Marketing's promise. A further [[supply]] may name another quality (warm, mql), a month, one channel."
    yield "[[supply]]"
    yield 'quality = "hot"'
    yield f"count = {_write(answers.leads_per_week)}"
    yield 'per = "week"'
    yield ""
    yield "# Sales' promise. These are hours of working time: 8 h are a day of work, 1 d are three."
    yield "[[response]]"
    yield 'bucket = "hot"'
    yield f"first_contact = {_write(format_duration(answers.hot_within_micros))}"
    yield f"attempts = {answers.attempts}"
    yield f"attempts_within = {_write(format_duration(answers.attempts_within_micros))}"
    yield ""
    yield "[[response]]"
    yield 'bucket = "warm"'
    yield f"first_contact = {_write(format_duration(answers.warm_within_micros))}"
    yield ""
    yield "[feedback]"
    yield "# Within this time sales accepts a lead, or says why it does not."
    yield f"within = {_write(format_duration(answers.feedback_within_micros))}"


def _draft_recycling(answers: Answers) -> Iterator[str]:
    yield ""
    yield "[recycling]"
    yield "# A lead that nobody reaches rests, and wakes after these days of the calendar or when it turns hot."
    yield f"after_attempts = {answers.attempts}"
    yield 'rest = "90 d"'
    yield 'wakes_at_bucket = "hot"'


def _draft_people(answers: Answers) -> Iterator[str]:
    yield ""
    yield "# Who answers leads. A CRM may tell of them too; where both speak of somebody, the CRM wins."
    if not answers.people:
        yield "# [[people]]"
        yield '# id = "anna"'
        yield "# capacity_per_week = 10"
    for person in answers.people:
        yield "[[people]]"
        yield f"id = {_write(person)}"
        if answers.capacity_per_week is not None:
            yield f"capacity_per_week = {_write(answers.capacity_per_week)}"
        yield ""


def _write(value: str | float | Iterable[str]) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, str):
        # JSON's escapes are TOML's too, but for the one control character that JSON leaves as it is.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return f"{int(value):_}" if float(value).is_integer() and abs(value) < 2**53 else repr(float(value))
    return f"[{', '.join(map(_write, value))}]"
