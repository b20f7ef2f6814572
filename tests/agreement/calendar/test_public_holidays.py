"""Public holidays of countries and regions, as days without work."""

import subprocess
import sys
from datetime import date

import pytest

from agreement.calendar.hours import WorkingHours
from agreement.calendar.public_holidays import UnknownHolidays, is_public_holiday, list_public_holidays, read_codes
from agreement.terms import Terms
from tests.agreement.wall_clock import DAY, HOUR, utc


@pytest.mark.parametrize(
    ("day", "codes", "is_free"),
    [
        (date(2027, 12, 6), ("FI",), True),
        (date(2027, 12, 6), ("SE",), False),
        (date(2027, 12, 6), ("SE", "FI"), True),
        (date(2027, 1, 6), ("DE",), False),
        (date(2027, 1, 6), ("DE-BY",), True),
        # The fourth is a Sunday: Americans have the Monday off.
        (date(2027, 7, 5), ("US",), True),
        # New Year of 2028 is a Saturday: the Friday before is off, in the year before.
        (date(2027, 12, 31), ("US",), True),
        (date(2027, 12, 6), (), False),
    ],
)
def test_a_day_is_free_where_any_of_the_places_is(day, codes, is_free):
    """A country has its holidays, a region some more, and a moved one counts."""
    assert is_public_holiday(day, codes) is is_free


def test_codes_are_kept_once_without_blanks():
    """The order is that of the file."""
    assert read_codes([" FI", "DE-BY", "FI"]) == ("FI", "DE-BY")


@pytest.mark.parametrize("code", ["", "XX", "DE-ZZ", "Germany", "fi", "DE-BY-1", "country_holidays", "__doc__"])
def test_a_place_that_nobody_knows_is_refused(code):
    """The error says how to write one, in one line."""
    with pytest.raises(UnknownHolidays, match=r"^nobody knows [^\n]* name a country as FI, or a region as DE-BY$"):
        read_codes([code])
    with pytest.raises(UnknownHolidays):
        WorkingHours.from_text("UTC", "always", holidays_of=(code,))
    with pytest.raises(UnknownHolidays):
        Terms(holidays_of=(code,))


def test_nobody_works_on_public_holidays():
    """Independence Day of the Finns is a Monday in 2027: work of Friday evening goes on on Tuesday."""
    finnish = WorkingHours.from_text("UTC", "Mon-Fri 09:00-17:00", holidays_of=("FI",))
    friday = utc(2027, 12, 3, 16)
    assert finnish.add_working_time(friday, 2 * HOUR) == utc(2027, 12, 7, 10)
    assert not finnish.is_open(utc(2027, 12, 6, 12))
    anybody = WorkingHours.from_text("UTC", "Mon-Fri 09:00-17:00")
    assert anybody.add_working_time(friday, 2 * HOUR) == utc(2027, 12, 6, 10)
    assert finnish != anybody


def test_public_holidays_are_left_out_of_every_year():
    """Weeks of many years have the working time of their dates without the public holidays, whatever the year."""
    hours = WorkingHours.from_text("UTC", "Mon-Sun 09:00-17:00", frozenset([date(2041, 5, 2)]), ("DE", "FI"))
    for year in (1999, 2027, 2041):
        begins, ends = utc(year, 1, 1), utc(year + 1, 1, 1)
        free = list_public_holidays("DE", year) | list_public_holidays("FI", year)
        n_free = len(free | {day for day in hours.holidays if day.year == year})
        assert n_free > 10
        assert hours.working_time_between(begins, ends) == ((ends - begins) // DAY - n_free) * 8 * HOUR


def test_the_version_knows_the_codes_and_not_the_days():
    """A calendar that learns of a new holiday changes no agreement; another country does."""
    terms = Terms(working_hours="Mon-Fri 09:00-17:00", holidays_of=("DE-BY",))
    assert '"holidays_of":["DE-BY"]' in terms.to_json()
    assert "-01-06" not in terms.to_json()
    assert Terms.from_json(terms.to_json()) == terms
    assert terms.version != Terms(working_hours="Mon-Fri 09:00-17:00").version
    usual = terms.find_working_hours("Europe/Berlin")
    assert usual is not None
    assert not usual.is_open(utc(2027, 1, 6, 12))


def test_calendars_are_loaded_only_where_somebody_names_a_country():
    """An agreement without countries starts without the library that knows them."""
    program = (
        "import sys; from agreement.terms import Terms; from agreement.calendar.hours import WorkingHours;"
        "WorkingHours.from_text('UTC', 'always').is_open(0); Terms(working_hours='always');"
        "print('holidays' in sys.modules); Terms(holidays_of=('FI',)); print('holidays' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "True"]
