"""Wording: the agreement in plain sentences, for people who do not read TOML."""

from collections.abc import Iterator

from agreement.calendar.durations import format_duration
from agreement.commitments import Response, Supply
from agreement.criteria import HandOver
from agreement.goal import Goal
from agreement.terms import Terms

_NOBODY = "Nobody agreed on {what}."


def list_sentences(terms: Terms) -> tuple[str, ...]:
    """Return what both sides promised, and what follows from it, a sentence each."""
    return (
        _say_goal(terms.goal),
        *_say_handover(terms.handover),
        *(
            [_say_supply(each) for each in terms.supply]
            or [_NOBODY.format(what="how many leads marketing delivers")]
        ),
        *(
            [_say_response(each) for each in terms.response]
            or [_NOBODY.format(what="how soon sales contacts a lead")]
        ),
        _say_feedback(terms),
        _say_recycling(terms),
        _say_hours(terms),
        _say_people(terms),
    )


def _say_goal(goal: Goal | None) -> str:
    if goal is None:
        return _NOBODY.format(what="a goal")
    days = f"from {goal.begins} to before {goal.ends}"
    return f"The goal: {goal.revenue:,.0f} € {days}, {goal.marketing_share:.0%} of it from marketing's leads."


def _say_handover(criteria: HandOver | None) -> Iterator[str]:
    if criteria is None:
        yield _NOBODY.format(what="when a lead is handed over, so that Hotlead hands over nothing")
        return
    signals = f", or did {_join(criteria.signals)} within {criteria.signal_days} days" if criteria.signals else ""
    yield f"A lead is ready for sales when it is {criteria.bucket}{signals}."
    if conditions := list(_list_conditions(criteria)):
        yield f"Besides, {'; '.join(conditions)}."
    yield (
        "Hotlead hands over by itself." if criteria.is_automatic else "People hand over; Hotlead says who is ready."
    )


def _list_conditions(criteria: HandOver) -> Iterator[str]:
    least, most = criteria.min_employees, criteria.max_employees
    if least is not None:
        yield f"at least {least:,.0f} employees"
    if most is not None:
        yield f"at most {most:,.0f} employees"
    for what, words in (("industry", criteria.industries), ("role", criteria.roles), ("place", criteria.places)):
        if words:
            yield f"its {what} is {_join(words)}"
    for name in criteria.required:
        yield f"its {_join(name.split('|'))} is known"


def _say_supply(supply: Supply) -> str:
    source = f" from {supply.channel}" if supply.channel else ""
    return f"Marketing delivers {supply.count:,g} {supply.quality} leads a {supply.per}{source}."


def _say_response(response: Response) -> str:
    first = format_duration(response.first_contact_micros)
    tries = f", and tries {response.attempts} times within {format_duration(response.attempts_within_micros)}"
    more = tries if response.attempts > 1 else ""
    return f"Sales contacts a {response.bucket} lead within {first}{more}, in working time."


def _say_feedback(terms: Terms) -> str:
    if terms.feedback is None:
        return _NOBODY.format(what="how soon marketing hears why a lead was not taken")
    within = format_duration(terms.feedback.within_micros)
    return f"Sales accepts a lead, or rejects it with a reason, within {within} of working time."


def _say_recycling(terms: Terms) -> str:
    rules = terms.recycling
    wakes = f", or when it turns {rules.wakes_at_bucket}" if rules.wakes_at_bucket else ""
    rest = format_duration(rules.rest_micros)
    return (
        f"A lead nobody reaches in {rules.after_attempts} attempts may be put aside; it wakes after {rest}{wakes}."
    )


def _say_hours(terms: Terms) -> str:
    hours = terms.working_hours.strip() or "at any hour"
    days = [f"{len(terms.holidays)} holidays"] if terms.holidays else []
    days += [f"the public holidays of {', '.join(terms.holidays_of)}"] if terms.holidays_of else []
    holidays = f", save {' and '.join(days)}" if days else ""
    return f"Working time is {hours} in {terms.zone}{holidays}, where nothing else is said of a person."


def _say_people(terms: Terms) -> str:
    takers = sum(person.is_active and person.takes_leads for person in terms.people)
    routes = f"{len(terms.routes)} route{'' if len(terms.routes) == 1 else 's'}"
    return f"It names {len(terms.people)} people, of whom {takers} take leads, and {routes}."


def _join(words: tuple[str, ...] | list[str]) -> str:
    return " or ".join(word.strip() for word in words)
