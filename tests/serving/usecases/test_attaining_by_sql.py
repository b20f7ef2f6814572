"""Attainment by SQL: what the view shows is what plain queries find in the same tables, to the last digit."""

import math
from collections.abc import Callable
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from agreement.calendar.periods import Period
from serving.store.database import Database
from serving.usecases.views.viewing import VIEWS, Question
from tests.campaigns.attainment import ask, compute_both
from tests.campaigns.attainment_by_sql import HOUR, list_waits
from tests.serving.usecases.agreed_histories import NOW, TERMS, write_history

MINUTE = 60_000_000

_PERIODS = ("2026-W47", "2026-W44", "2026-10", "2026-08-01/2027-01-01", "2026-11-17/2026-11-30", "2030-W01")


@pytest.fixture
def connection(database: Database):
    """A reading transaction over an invented history."""
    with database.writing() as writing:
        write_history(writing, n_leads=300, seed=11)
    with database.reading() as reading:
        yield reading


def test_the_view_shows_what_sql_finds(connection: Connection) -> None:
    """Kept shares, supply, waits, contacts, attempts, rejections and rests agree in weeks, months and odd spans."""
    for text in _PERIODS:
        period = Period.from_text(text, zone=TERMS.zone)
        shown, found = compute_both(connection, period=period, now=NOW, terms=TERMS)
        assert shown == found, text
    year = Period.from_text(_PERIODS[3], zone=TERMS.zone)
    shown, _ = compute_both(connection, period=year, now=NOW, terms=TERMS)
    judged = [counts for name, counts in shown.items() if name.startswith("duty")]
    assert min(map(sum, zip(*judged, strict=True))) > 0
    assert shown["waits all"][0] > 100
    assert {name.split()[0] for name in shown} == {
        *("supply", "duty", "owner", "waits", "contacts", "attempts", "rejections", "recycled"),
    }


def test_what_is_not_known_yet_does_not_count(connection: Connection) -> None:
    """Also at earlier instants the view knows what SQL knows then, and no more."""
    period = Period.from_text("2026-10", zone=TERMS.zone)
    for back in (5, 20, 40):
        now = NOW - back * 24 * HOUR
        shown, found = compute_both(connection, period=period, now=now, terms=TERMS)
        assert shown == found


def test_working_time_is_counted_minute_by_minute(connection: Connection) -> None:
    """Response times in working time are the minutes that the owner's own clock shows within their hours."""
    # Clocks change in Berlin on 25 October and in New York on 1 November.
    period = Period.from_text("2026-10-12/2026-11-09", zone=TERMS.zone)
    question = Question(connection=connection, period=period, now=NOW, terms=TERMS)
    shown = VIEWS["attainment"].look(question).get_table("response_times")
    waits = list_waits(connection, ask(question))
    for owner, zone, opens, closes, days in (
        ("ada", "Europe/Berlin", time(9), time(17), range(5)),
        ("bo", "America/New_York", time(8, 30), time(16, 15), range(6)),
    ):
        its = [(at, wait) for whose, at, wait in waits if whose == owner]

        def is_open(at: int, zone=zone, opens=opens, closes=closes, days=days) -> bool:
            local = datetime.fromtimestamp(at / 1_000_000, tz=ZoneInfo(zone))
            return local.weekday() in days and opens <= local.time() < closes

        worked = sorted(_count_worked(at, at + wait, is_open) for at, wait in its if wait is not None)
        row = shown.get_row(f"owner:{owner}").cells
        assert row["median_working_hours"] == worked[math.ceil(len(its) / 2) - 1] / HOUR
        assert row["median_working_hours"] < row["median_hours"]


def _count_worked(begin: int, end: int, is_open: Callable[[int], bool]) -> int:
    minutes = range(begin - begin % MINUTE, end, MINUTE)
    return sum(min(end, at + MINUTE) - max(begin, at) for at in minutes if is_open(at))
