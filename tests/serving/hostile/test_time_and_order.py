"""Time and order: moments that are none, clocks that jump, facts that come early, late, twice and in floods."""

import json
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import text

from features.times import DAY, SECOND
from serving.store.database import Database
from serving.usecases.told import Item, ToldLead, ToldStage
from tests.serving.hostile.company import Company, check_problem, make_event, tell_time
from tests.serving.usecases.tellers import KEEN, Teller, put_in_force

_HOUR = 3_600 * SECOND
_NO_TIMES: list[Any] = [
    *(1_763_719_200, 1_763_719_200_000, "1763719200", -62_135_596_801, 1e308, 0, True, [], {}, "", " ", "now"),
    *("2026-02-30T08:15:00Z", "10000-01-01T00:00:00Z", "2026-04-02T08:15:00+25:00", "2026-04-02", "08:15:00Z"),
    *("2026-04-02T08:15:00", "2026-04-02T24:00:00Z", "2026-04-02T08:60:00Z", "2026-13-01T08:15:00Z"),
    *("2026-04-02T08:15:00+0100", "2026-W10-1T08:15:00Z", "02.04.2026 08:15", "2026-04-02T08:15:00Z ", "P1D"),
    *("\u0662\u0660\u0662\u0666-03-01T08:15:00Z", "2026-04-02T08:15:00\u2212" + "01:00", "x" * 100_000),
]
_TIMED: dict[str, tuple[str, dict[str, Any], str]] = {
    "/v1/leads/L-time": ("PUT", {}, "created_at"),
    "/v1/leads/L-time ": ("PUT", {}, "updated_at"),
    "/v1/accounts/A-time": ("PUT", {}, "updated_at"),
    "/v1/events": ("POST", {"lead_id": "L-time", "type": "visit"}, "occurred_at"),
    "/v1/leads/L-time/stage": ("POST", {"stage": "sql"}, "occurred_at"),
    "/v1/leads/L-time/contacts": ("POST", {"kind": "call"}, "occurred_at"),
    "/v1/leads/L-time/snooze": ("POST", {}, "until"),
    "/v1/score": ("POST", {"id": "L"}, "as_of"),
}


@pytest.fixture
def teller(database: Database, tmp_path: Path) -> Teller:
    """A teller whose leads turn hot early, over both databases."""
    return Teller(database, put_in_force(tmp_path))


@pytest.mark.parametrize("path", _TIMED)
@pytest.mark.parametrize("value", _NO_TIMES, ids=lambda value: ascii(value)[:20])
def test_what_is_no_time_is_refused(company: Company, path: str, value: Any) -> None:
    """A time is RFC 3339 with its offset, and of this world, wherever one is told."""
    method, told, field = _TIMED[path]
    expected = (422, "not_time", f"/{field}")
    company.check_refused(method, path.strip(), {**told, field: value}, expected, told=value)


@pytest.mark.parametrize("path", _TIMED)
@pytest.mark.parametrize(
    "value", ["0001-01-01T00:00:00+23:59", "1899-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59"]
)
def test_times_of_other_centuries_are_refused(company: Company, path: str, value: str) -> None:
    """A moment outside of 1900 to 2199 is a slip of the keyboard."""
    method, told, field = _TIMED[path]
    company.check_refused(
        method, path.strip(), {**told, field: value}, (422, "out_of_range", f"/{field}"), told=value
    )


@pytest.mark.parametrize(
    ("ahead", "status", "warns"), [({"minutes": 3}, 200, 0), ({"hours": 3}, 200, 1), ({"days": 3}, 422, 0)]
)
def test_the_future_is_taken_as_near_as_it_is(
    company: Company, ahead: dict[str, float], status: int, warns: int
) -> None:
    """Minutes are a clock, hours a wrong zone and taken as now with a warning; days are refused and kept."""
    company.ask("PUT", "/v1/leads/L-future", {})
    event = make_event("L-future", occurred_at=tell_time(**{unit: -many for unit, many in ahead.items()}))
    reply = company.ask("POST", "/v1/events", event)
    assert reply.status == status
    if status == 422:
        check_problem(reply, (422, "in_the_future", "/occurred_at"))
        company.check_kept("POST /v1/events", "in_the_future", "/occurred_at")
    else:
        assert len(reply.told["warnings"]) == warns
        again = company.ask("POST", "/v1/events", event).told
        assert again["status"] == "duplicate"


def test_an_event_before_its_lead_waits_for_it(company: Company) -> None:
    """It is 202 and parked, counts nowhere, and belongs to the lead as soon as that is told of."""
    lead_id = company.name()
    for number in range(2):
        reply = company.ask("POST", "/v1/events", make_event(lead_id, id=f"{number}"))
        assert (reply.status, reply.told["status"], reply.told["lead"]) == (202, "parked", None)
    assert company.ask("POST", f"/v1/leads/{lead_id}/stage", {"stage": "sql"}).status == 202
    assert company.ask("GET", f"/v1/leads/{lead_id}").status == 404
    assert company.ask("PUT", f"/v1/leads/{lead_id}", KEEN).told["lead"]["score"] is not None
    assert len(company.ask("GET", f"/v1/leads/{lead_id}/events").told["items"]) == 2
    assert company.ask("GET", f"/v1/leads/{lead_id}").told["stage"]["stage"] == "sql"
    assert company.read("SELECT count(*) FROM waiting_leads WHERE lead_id = :id", id=lead_id)[0][0] == 0


def test_a_thousand_random_orders_lose_nothing(teller: Teller) -> None:
    """Whatever comes first, a lead, its events or its stage: all is there, and every lead has the same score."""
    shuffle, count = Random(7), 1_000 if teller.database.is_sqlite else 200
    rounds: list[list[Item]] = [[] for _ in range(5)]
    for number in range(count):
        facts = _list_facts(teller, f"L-{number}")
        shuffle.shuffle(facts)
        for told, fact in zip(rounds, facts, strict=True):
            told.append(fact)
    for told in rounds:
        teller.tell(*told)
    with teller.database.reading() as connection:
        latest = "SELECT lead_id, max(number) AS number FROM scores GROUP BY lead_id"
        query = f"SELECT DISTINCT log_odds FROM scores JOIN ({latest}) last USING (lead_id, number)"
        assert len(connection.execute(text(query)).all()) == 1
        counts = [connection.execute(text(f"SELECT count(*) FROM {t}")).scalar() for t in ("leads", "events")]
        assert counts == [count, 3 * count]
        staged = connection.execute(text("SELECT count(*) FROM leads WHERE stage = 'sql'")).scalar()
        waiting = connection.execute(text("SELECT count(*) FROM waiting_leads")).scalar()
    assert (staged, waiting) == (count, 0)


def _list_facts(teller: Teller, lead_id: str) -> list[Item]:
    stage = ToldStage(lead_id=lead_id, key=b"s" * 16, stage="sql", occurred_at=teller.now - _HOUR)
    lead = ToldLead(id=lead_id, attributes=json.dumps(KEEN), created_at=teller.now - DAY)
    return [lead, stage, *(teller.make_event(lead_id, ago=ago) for ago in (60, 120, 180))]


def test_an_older_version_is_ignored(company: Company) -> None:
    """A lead and an account stay as their latest version says, whichever comes last."""
    for kind in ("leads", "accounts"):
        path = f"/v1/{kind}/{company.name()}"
        company.ask("PUT", path, {"employees": 2, "updated_at": tell_time(hours=1)})
        reply = company.ask("PUT", path, {"employees": 1, "updated_at": tell_time(hours=2)})
        assert (reply.status, reply.told["status"]) == (200, "stale_ignored")
        reply = company.ask("PUT", path, {"employees": 2, "updated_at": tell_time(hours=2)})
        assert reply.told["status"] == "unchanged"
        reply = company.ask("PUT", path, {"employees": 3, "updated_at": tell_time(minutes=1)})
        assert reply.told["status"] == "accepted"


def test_a_flood_for_one_lead_is_one_alert(company: Company) -> None:
    """Ten thousand events of a minute are taken, looked at once a commit, and told at most once."""
    lead_id = company.name()
    company.ask("PUT", f"/v1/leads/{lead_id}", KEEN)
    seconds = []
    for batch in range(10):
        told = [make_event(lead_id, id=f"{batch}-{number}", type="visit") for number in range(1_000)]
        started = perf_counter()
        assert company.ask("POST", "/v1/events", told).told["accepted"] == 1_000
        seconds.append(perf_counter() - started)
    assert max(seconds) < 5
    assert company.ask("PUT", f"/v1/leads/{company.name()}", KEEN).status == 200
    counts = company.read(
        "SELECT (SELECT count(*) FROM alerts WHERE lead_id = :id),"
        " (SELECT count(*) FROM scores WHERE lead_id = :id)",
        id=lead_id,
    )
    assert counts[0][0] <= 1
    assert counts[0][1] <= 12


@pytest.mark.parametrize(
    "jump", [-_HOUR, _HOUR, -DAY - _HOUR, SECOND, -SECOND], ids=["-1h", "+1h", "-25h", "+1s", "-1s"]
)
def test_a_clock_that_jumps_tells_nobody_twice(teller: Teller, jump: int) -> None:
    """A hot lead that goes on clicking while the clock jumps and jumps back is one episode and one alert."""
    teller.tell_lead("L")
    teller.tell_downloads("L", 12)
    for step in (jump, -jump, jump, -jump):
        teller.now += step
        teller.tell_downloads("L", 2)
        teller.look()
    with teller.database.reading() as connection:
        episodes = connection.execute(text("SELECT episode FROM alerts")).scalars().all()
        as_of = connection.execute(text("SELECT as_of FROM scores ORDER BY number")).scalars().all()
    assert len(episodes) == 1
    if abs(jump) < DAY:
        assert as_of == sorted(as_of)
