"""The agreement that marketing and sales of Veltarn Instruments have signed, as the text of an `agreement.toml`."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from agreement.calendar.zones import get_zone
from hotlead.company.countries import COUNTRIES, list_spellings
from hotlead.company.marketing import WANTED_INDUSTRIES
from hotlead.company.team import MANAGER, MARKETER, MARKETER_NAME, PRODUCTS, REPS, WORKING_HOURS, Rep

ZONE = "Europe/Berlin"
# Euros of revenue for each new lead of a year: a little more than the company wins.
_GOAL_PER_LEAD = 2_800
_USUAL_LEADS_A_YEAR = 6_000
# The criteria leave out a country where leads are won as often as elsewhere, and know one spelling of the others.
_LEFT_OUT = "Poland"
_TEMPLATE = Path(__file__).with_name("agreement.template.toml")


def write_terms(at: datetime, *, leads_a_year: float, capacity_per_week: float, digest_wait: str) -> str:
    """Write the agreement for the calendar year of a moment.

    Parameters
    ----------
    leads_a_year
        The goal and marketing's promises grow with them.
    capacity_per_week
        Hot leads that each rep can answer in a week.
    digest_wait
        How long a digest gathers before it goes.
    """
    year = at.astimezone(get_zone(ZONE)).year
    size = leads_a_year / _USUAL_LEADS_A_YEAR
    text = _TEMPLATE.read_text("utf-8").format(
        year=year,
        next_year=year + 1,
        zone=ZONE,
        working_hours=WORKING_HOURS,
        digest_wait=digest_wait,
        revenue=max(1_000, round(_GOAL_PER_LEAD * leads_a_year, -3)),
        industries=_write_list(WANTED_INDUSTRIES),
        places=_write_list(c.name for c in COUNTRIES if c.name != _LEFT_OUT),
        mql_a_week=max(1, round(58 * size)),
        hot_a_week=max(1, round(2 * size)),
        guests_a_month=max(1, round(35 * size)),
    )
    return "\n".join([text, *_list_routes(), *_list_people(capacity_per_week)])


def _list_routes() -> Iterable[str]:
    """Software goes to whoever knows it best, all else by country, and what is left to the manager."""
    german = [rep for rep in REPS if "Germany" in rep.countries]
    yield _write_route("Studio in Germany", ("Germany",), german[-1:], PRODUCTS[1])
    for rep in REPS:
        yield _write_route(" and ".join(rep.countries), rep.countries, [rep])
    yield _write_route("Everything else", (), [MANAGER])


def _write_route(name: str, countries: tuple[str, ...], owners: list[Rep], product: str = "") -> str:
    lines = ["[[routes]]", f"name = {_quote(name)}"]
    if product:
        lines.append(f"products = {_write_list([product])}")
    if countries:
        lines.append(f"places = {_write_list(list_spellings(countries))}")
    return "\n".join([*lines, f"owners = {_write_list(rep.email for rep in owners)}", ""])


def _list_people(capacity_per_week: float) -> Iterable[str]:
    for rep in (MANAGER, *REPS):
        lines = [*_write_person(rep.email, rep.name, rep.zone), f"holidays_of = {_write_list([rep.holidays_of])}"]
        if rep is MANAGER:
            lines.append("takes_leads = false")
        else:
            lines += [f"manager_id = {_quote(MANAGER.email)}", f"capacity_per_week = {capacity_per_week}"]
            lines.append(f"places = {_write_list(list_spellings(rep.countries))}")
        yield "\n".join([*lines, ""])
    yield "\n".join([*_write_person(MARKETER, MARKETER_NAME, ZONE), "takes_leads = false", ""])


def _write_person(person_id: str, name: str, zone: str) -> Iterable[str]:
    yield from ("[[people]]", f"id = {_quote(person_id)}", f"name = {_quote(name)}", f"zone = {_quote(zone)}")


def _write_list(texts: Iterable[str]) -> str:
    return json.dumps(list(texts), ensure_ascii=False)


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
