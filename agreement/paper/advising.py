"""Advising: what an agreement allows and probably does not mean."""

from collections.abc import Iterator
from itertools import pairwise

from agreement.calendar.durations import format_duration
from agreement.calendar.zones import MINUTE_MICROS
from agreement.commitments import BUCKET_NAMES, Response
from agreement.episodes import DAY_MICROS, HOUR_MICROS
from agreement.people import TEAM, Person
from agreement.recycling import NO_ANSWER
from agreement.terms import Terms

# A lead that waits longer has mostly been answered by somebody else.
_LONGEST_WAIT_DAYS = 2
_WEEKS_IN_A_MONTH = 365.25 / 12 / 7


def list_advice(terms: Terms) -> tuple[str, ...]:
    """Return a sentence for everything in an agreement that somebody may have overlooked.

    Each begins with the table or key that it is about, and says what to write where it was not meant. None of it
    is a mistake: the agreement can be signed as it is.
    """
    parts = (_advise_on_goal, _advise_on_hand_over, _advise_on_response, _advise_on_time, _advise_on_people)
    return tuple(sentence for advise in parts for sentence in advise(terms))


def _advise_on_goal(terms: Terms) -> Iterator[str]:
    if terms.goal is None:
        yield "goal: there is none: name the revenue under [goal], and plans can be made backwards from it"
        return
    if not terms.supply:
        yield "supply: there is a goal and no promise of leads: write what marketing brings under [[supply]]"
    if terms.assumed.average_won_value is None:
        yield (
            "assumed: nobody says what a won deal is worth: name average_won_value, which counts until "
            f"{terms.assumed.least_measured} deals are measured"
        )
    if terms.goal.own_sources and terms.goal.marketing_share == 1:
        yield "goal: own_sources name sales' own leads, and marketing's share is all of it: lower marketing_share"


def _advise_on_hand_over(terms: Terms) -> Iterator[str]:
    criteria = terms.handover
    if criteria is None:
        yield "handover: there is none, so nothing is handed over by itself: write the criteria under [handover]"
        return
    if not criteria.required:
        yield 'handover: leads pass without a way to reach them: name what is needed, as required = ["email|phone"]'
    promised = {response.bucket for response in terms.response}
    least = 0 if criteria.signals else BUCKET_NAMES.index(criteria.bucket)
    left_out = [bucket for bucket in BUCKET_NAMES[least:] if bucket not in promised]
    if left_out:
        yield (
            f"response: {' and '.join(left_out)} leads are handed over, and nobody promised when they are "
            "contacted: add a [[response]] for each"
        )


def _advise_on_response(terms: Terms) -> Iterator[str]:
    by_bucket = sorted(terms.response, key=lambda response: BUCKET_NAMES.index(response.bucket), reverse=True)
    for response in by_bucket:
        yield from _advise_on_wait(response, terms)
        if response.attempts > terms.recycling.after_attempts:
            yield (
                f"response {response.bucket}: {response.attempts} attempts are promised, and recycling may give a "
                f"lead up after {terms.recycling.after_attempts}: raise after_attempts"
            )
    for hotter, colder in pairwise(by_bucket):
        if hotter.first_contact_micros > colder.first_contact_micros:
            yield f"response: {hotter.bucket} leads wait longer for their first contact than {colder.bucket} ones"
    if terms.response and terms.feedback is None:
        yield "feedback: sales does not promise to say why it turns leads down: add within under [feedback]"
    if terms.reasons and all(reason.code != NO_ANSWER for reason in terms.reasons):
        yield f"reasons: none has the code {NO_ANSWER}, by which leads are given up after all attempts"


def _advise_on_wait(response: Response, terms: Terms) -> Iterator[str]:
    day, wait = _compute_working_day(terms), response.first_contact_micros
    if wait > _LONGEST_WAIT_DAYS * day:
        yield (
            f"response {response.bucket}: a first contact may take {format_duration(wait)}, "
            f"which is more than {_LONGEST_WAIT_DAYS} working days of {_say_hours(day)}"
        )


def _advise_on_time(terms: Terms) -> Iterator[str]:
    durations = list(_list_working_times(terms))
    if not terms.working_hours.strip():
        if durations:
            yield "working_hours: there are none, so clocks run at night and on Sundays: write Mon-Fri 09:00-17:00"
        if terms.holidays or terms.holidays_of:
            yield "holidays: they count within working hours only, and there are none: write working_hours"
        return
    day = _compute_working_day(terms)
    for where, micros in durations:
        if micros and micros % DAY_MICROS == 0 and day < DAY_MICROS:
            yield (
                f"{where}: {format_duration(micros)} are {_say_hours(micros)} of working time, that is "
                f"{micros / day:.3g} working days: write hours if days of the calendar were meant"
            )


def _list_working_times(terms: Terms) -> Iterator[tuple[str, int]]:
    for response in terms.response:
        yield f"response {response.bucket} first_contact", response.first_contact_micros
        if response.attempts > 1:
            yield f"response {response.bucket} attempts_within", response.attempts_within_micros
    if terms.feedback is not None:
        yield "feedback within", terms.feedback.within_micros
    if terms.people:
        yield "escalation to_manager", terms.escalation.to_manager_micros
        yield "escalation to_team", terms.escalation.to_team_micros


def _advise_on_people(terms: Terms) -> Iterator[str]:
    takers = [person for person in terms.people if person.is_active and person.takes_leads]
    if not takers:
        yield "people: nobody takes leads: unless the CRM tells of its owners, all leads stay with the team"
    yield from _advise_on_names(terms)
    without = [person.id for person in takers if person.capacity_per_week is None]
    if without:
        yield f"people: nobody says how many leads these can answer: name capacity_per_week of {', '.join(without)}"
    elif takers:
        yield from _advise_on_capacity(terms, takers)


def _advise_on_names(terms: Terms) -> Iterator[str]:
    known = {person.id: person for person in (TEAM, *terms.people)}
    for route in terms.routes:
        for owner_id in dict.fromkeys(route.owners):
            owner = known.get(owner_id)
            if owner is None:
                yield f"routes {route.name}: {owner_id} is nobody here, unless the CRM tells of them"
            elif owner is not TEAM and not (owner.is_active and owner.takes_leads):
                yield f"routes {route.name}: {owner_id} is passed over, being away or taking no leads"
    for person in terms.people:
        if person.manager_id is not None and person.manager_id not in known:
            yield f"people {person.id}: {person.manager_id} above them is nobody here, unless the CRM tells of them"


def _advise_on_capacity(terms: Terms, takers: list[Person]) -> Iterator[str]:
    capacity = sum(person.capacity_per_week or 0 for person in takers)
    promised = _compute_hot_supply(terms)
    if promised > capacity:
        yield (
            f"supply: marketing promises {promised:.3g} hot leads a week, and sales can answer {capacity:.3g}: "
            "lower count, or raise capacity_per_week"
        )


def _compute_hot_supply(terms: Terms) -> float:
    """Return the hot leads in a week; those of single channels are part of all, where both are promised."""
    of_all, of_channels = 0.0, 0.0
    for supply in terms.supply:
        a_week = supply.count if supply.per == "week" else supply.count / _WEEKS_IN_A_MONTH
        if supply.quality == "hot" and supply.channel is None:
            of_all += a_week
        elif supply.quality == "hot":
            of_channels += a_week
    return max(of_all, of_channels)


def _compute_working_day(terms: Terms) -> int:
    """Return the microseconds of the longest day on which anybody works; 24 hours where hours do not matter."""
    hours = terms.find_working_hours(terms.zone)
    if hours is None:
        return DAY_MICROS
    return max(sum(end - begin for begin, end in spans) for spans in hours.days) * MINUTE_MICROS


def _say_hours(micros: int) -> str:
    return f"{micros / HOUR_MICROS:.3g} hours"
