"""The sheet: the agreement on one page that two team leads can read, sign, and hang on a wall."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from agreement.calendar.durations import format_duration
from agreement.commitments import Response, Supply
from agreement.criteria import HandOver
from agreement.goal import Goal
from agreement.terms import Terms

SIDES = ("Marketing", "Sales")
_MOST_LISTED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A term and what it says."""

    term: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page.

    Attributes
    ----------
    name, version : str
        Of the agreement.
    days : str
        For which days it is signed, "" as long as it is a draft.
    figures : tuple of Entry
        The numbers that everything else follows from, each with its name.
    marketing, sales : tuple of str
        What each side promises, a sentence each.
    stages : tuple of (str, str, str)
        Name, meaning and side of each stage.
    handover, routing, recycling, counting : tuple of str
        When a lead is handed over, who gets it, what becomes of it otherwise, and how time is counted.
    signers : tuple of (str, str)
        Side and name of each signer; the name is "" where there is room for a signature.
    """

    name: str
    version: str
    days: str
    figures: tuple[Entry, ...]
    marketing: tuple[str, ...]
    sales: tuple[str, ...]
    stages: tuple[tuple[str, str, str], ...]
    handover: tuple[str, ...]
    routing: tuple[str, ...]
    recycling: tuple[str, ...]
    counting: tuple[str, ...]
    signers: tuple[tuple[str, str], ...]


def write_sheet(
    terms: Terms,
    *,
    begins: date | None = None,
    ends: date | None = None,
    signed_by: tuple[str, ...] = (),
) -> Sheet:
    """Return the page of an agreement.

    Parameters
    ----------
    begins, ends : datetime.date or None
        The days for which it was signed, the end exclusive; None for a draft.
    signed_by : tuple of str
        Who signed; without anybody there is room for one signature a side.
    """
    days = (
        "" if begins is None or ends is None else f"In force from {_say_day(begins)} until before {_say_day(ends)}"
    )
    return Sheet(
        name=terms.name,
        version=terms.version,
        days=days,
        figures=tuple(_list_figures(terms)),
        marketing=tuple(_say_supply(supply) for supply in terms.supply) or ("Nothing is promised yet.",),
        sales=tuple(_list_sales(terms)) or ("Nothing is promised yet.",),
        stages=tuple(
            (each.stage.upper() if len(each.stage) == 3 else each.stage.capitalize(), each.means, each.side)
            for each in terms.stages
        ),
        handover=tuple(_list_criteria(terms.handover)),
        routing=tuple(_list_routes(terms)),
        recycling=tuple(_list_ends(terms)),
        counting=tuple(_list_counting(terms)),
        signers=tuple(("", name) for name in signed_by) or tuple((side, "") for side in SIDES),
    )


def _list_figures(terms: Terms) -> Iterator[Entry]:
    goal = terms.goal
    if goal is not None:
        yield Entry(term=f"revenue, {_say_goal_days(goal)}", says=_say_euros(goal.revenue))
        yield Entry(term="of it from marketing", says=f"{goal.marketing_share:.0%}")
    if terms.assumed.average_won_value is not None:
        yield Entry(term="a won deal, as assumed", says=_say_euros(terms.assumed.average_won_value))
    takers = [person for person in terms.people if person.is_active and person.takes_leads]
    known = [person.capacity_per_week for person in takers if person.capacity_per_week is not None]
    if known:
        people = "person" if len(known) == 1 else "people"
        yield Entry(term=f"hot leads a week, by {len(known)} {people}", says=f"{sum(known):,.3g}")


def _list_sales(terms: Terms) -> Iterator[str]:
    for response in terms.response:
        yield _say_response(response)
    if terms.feedback is not None:
        within = _say_span(terms.feedback.within_micros)
        yield f"Accepts a lead, or says why not, within {within} of working time."


def _say_supply(supply: Supply) -> str:
    quality = supply.quality.upper() if len(supply.quality) == 3 and supply.quality != "hot" else supply.quality
    source = f" from {supply.channel}" if supply.channel else ""
    lead = "lead" if supply.count == 1 else "leads"
    noun = f"{quality}s" if quality.isupper() else lead if quality == "lead" else f"{quality} {lead}"
    return f"Brings {supply.count:,g} {noun} a {supply.per}{source}."


def _say_response(response: Response) -> str:
    first = _say_span(response.first_contact_micros)
    if response.attempts == 1:
        return f"Contacts a {response.bucket} lead within {first} of working time."
    within = _say_span(response.attempts_within_micros)
    return (
        f"Contacts a {response.bucket} lead within {first} of working time, and tries {response.attempts} times "
        f"within {within} before giving it up."
    )


def _list_criteria(criteria: HandOver | None) -> Iterator[str]:
    if criteria is None:
        yield "Nobody agreed on when a lead is handed over."
        return
    did = _join([signal.replace("_", " ") for signal in criteria.signals])
    signals = f", or within {criteria.signal_days} days this happened: {did}" if did else ""
    yield f"It is {criteria.bucket}{signals}."
    if (size := _say_size(criteria)) is not None:
        yield size
    for what, words in (("Industry", criteria.industries), ("Role", criteria.roles), ("Place", criteria.places)):
        if words:
            yield f"{what}: {_join(words)}."
    if criteria.required:
        known = [_join(name.split("|")).replace("_", " ") for name in criteria.required]
        yield f"We know its {_join(known, last='and')}."
    if not criteria.is_automatic:
        yield "A person hands it over; Hotlead says who is ready."


def _say_size(criteria: HandOver) -> str | None:
    least, most = criteria.min_employees, criteria.max_employees
    if least is not None and most is not None:
        return f"{least:,.0f} to {most:,.0f} employees."
    if least is not None:
        return f"{least:,.0f} employees or more."
    return None if most is None else f"{most:,.0f} employees or fewer."


def _list_routes(terms: Terms) -> Iterator[str]:
    names = {person.id: person.name or person.id for person in terms.people}
    for route in terms.routes:
        owners = _join([names.get(owner, owner) for owner in route.owners])
        yield f"{route.name}: {owners or 'whose field it is'}."
    yield "Otherwise whose own field it fits; among several, who has the fewest open hot leads for their capacity."


def _list_ends(terms: Terms) -> Iterator[str]:
    rules = terms.recycling
    wakes = f", or when it turns {rules.wakes_at_bucket}" if rules.wakes_at_bucket else ""
    rest = _say_span(rules.rest_micros)
    yield f"Put aside after {rules.after_attempts} attempts without an answer; wakes after {rest}{wakes}."
    for becomes, what in (
        ("recycled", "Wakes again"),
        ("mql", "Back to marketing"),
        ("lead", "Back to marketing"),
        ("lost", "Lost"),
    ):
        means = [reason.means or reason.code for reason in terms.reasons if reason.becomes == becomes]
        if means:
            yield f"{what}: {', '.join(text[:1].lower() + text[1:] for text in means)}."


def _list_counting(terms: Terms) -> Iterator[str]:
    hours = terms.working_hours.strip()
    if hours:
        days = [f"{len(terms.holidays)} holidays"] if terms.holidays else []
        days += [f"the public holidays of {_join(terms.holidays_of)}"] if terms.holidays_of else []
        save = f", save {' and '.join(days)}" if days else ""
        yield f"Working time: {hours} ({terms.zone}){save}, or the owner's own."
    else:
        yield "Time runs day and night."
    yield "A lead is judged by the version that was in force when its clock started."


def _say_goal_days(goal: Goal) -> str:
    is_year = (goal.begins.month, goal.begins.day) == (1, 1) and goal.ends == goal.begins.replace(
        year=goal.begins.year + 1
    )
    return str(goal.begins.year) if is_year else f"{goal.begins} to before {goal.ends}"


def _say_euros(amount: float) -> str:
    return f"{amount / 1e6:,.3g} M€" if amount >= 1e6 else f"{amount:,.0f} €"


_UNITS = {"d": "day", "h": "hour", "min": "minute", "s": "second"}


def _say_span(micros: int) -> str:
    """Return ``4 hours``."""
    number, unit = format_duration(micros).split()
    return f"{number} {_UNITS.get(unit, unit)}{'' if number == '1' else 's'}"


def _say_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _join(words: Sequence[str], *, last: str = "or") -> str:
    listed = [word.strip() for word in words]
    if len(listed) > _MOST_LISTED:
        return f"{', '.join(listed[: _MOST_LISTED - 1])} and {len(listed) - _MOST_LISTED + 1} more"
    return f" {last} ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 2 else listed)
