"""The routes that read leads: pages, filters, one lead with what changed, and mistakes answered as problems."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine

from serving.api.leads import SORTS
from serving.championing import ScorerInForce
from serving.store.database import Database
from serving.usecases.told import ToldContact
from tests.serving.api.desks import Desk, open_desk
from tests.serving.usecases.tellers import KEEN, NOW, Teller, put_in_force

_COLD = {"employees": 2, "name": "Ada"}
_REASON = "its probabilities missed their bound"


@pytest.fixture(scope="module")
def in_force(tmp_path_factory: pytest.TempPathFactory) -> ScorerInForce:
    """A model by which leads turn hot early."""
    return put_in_force(tmp_path_factory.mktemp("home"))


@pytest.fixture
def teller(database: Database, in_force: ScorerInForce) -> Teller:
    """A teller whose last fact is told at the moment at which the desk's clock stands."""
    teller = Teller(database, in_force)
    teller.wait(-3)
    return teller


@pytest.fixture
def desk(teller: Teller, in_force: ScorerInForce, tmp_path: Path) -> Iterator[Desk]:
    """The application over the teller's store."""
    url = teller.database.engine.url.render_as_string(hide_password=False)
    with open_desk(url, tmp_path, in_force) as opened:
        yield opened


def get(desk: Desk, path: str) -> Any:
    """Get what is answered with 200."""
    status, body = desk.ask("GET", path)
    assert status == 200, body
    return body


def turn(desk: Desk, path: str, limit: int) -> list[Any]:
    """Turn all pages of a list."""
    items, cursor = [], ""
    while True:
        sign = "&" if "?" in path else "?"
        page = get(desk, f"{path}{sign}limit={limit}{cursor}")
        items += page["items"]
        if page["next"] is None:
            return items
        assert len(page["items"]) == limit
        cursor = f"&cursor={page['next']}"


def test_leads_are_listed_page_by_page(desk, teller):
    """In every order and page by page, each lead comes once; the scored ones before those without a score."""
    for number in range(7):
        teller.tell_lead(f"L/{number}", {**KEEN, "employees": 10 ** (number % 4)})
    teller.tell_downloads("L/3", 9)
    for sort in SORTS:
        items = turn(desk, f"/v1/leads?sort={sort}", 3)
        assert {item["id"] for item in items} == {f"L/{number}" for number in range(7)}
        told = [(item[sort.removeprefix("-")], item["id"]) for item in items]
        assert told == sorted(told, reverse=sort.startswith("-"))
    assert [item["id"] for item in turn(desk, "/v1/leads", 2)] == [
        item["id"] for item in get(desk, "/v1/leads")["items"]
    ]


def test_filters_let_through_what_they_say(desk, teller):
    """Each filter alone, by words and ids with slashes and blanks."""
    teller.tell_lead("A/1", KEEN, owner_id="anna b", account_id="x/y")
    teller.tell_downloads("A/1", 12)
    teller.tell_lead("B", _COLD, stage="lost")
    for query, found in (
        ("owner=anna+b", ["A/1"]),
        ("account=x%2Fy", ["A/1"]),
        ("stage=lost", ["B"]),
        ("open=true", ["A/1"]),
        ("open=false", ["B"]),
        ("hot=true", ["A/1"]),
        ("hot=false", ["B"]),
        ("bucket=hot", ["A/1"]),
        ("q=A%2F", ["A/1"]),
        ("min_score=100", []),
        ("min_score=0&sort=id", ["A/1", "B"]),
    ):
        assert [item["id"] for item in get(desk, f"/v1/leads?{query}")["items"]] == found, query
    (named,) = get(desk, "/v1/leads?q=B")["items"]
    assert (named["name"], named["probability"] is None, "withheld" in named) == ("Ada", False, False)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("colour=red", "unknown_parameter"),
        ("limit=0", "bad_parameter"),
        ("limit=501", "bad_parameter"),
        ("limit=٣", "bad_parameter"),
        ("limit=1&limit=2", "bad_parameter"),
        ("bucket=boiling", "bad_parameter"),
        ("stage=won", "bad_parameter"),
        ("open=1", "bad_parameter"),
        ("sort=name", "bad_parameter"),
        ("min_score=101", "bad_parameter"),
        ("owner=", "bad_parameter"),
        ("q=%00", "bad_parameter"),
        ("q=%ff", "bad_parameter"),
        ("cursor=", "bad_parameter"),
        ("cursor=!!", "bad_parameter"),
        ("cursor=W10", "bad_parameter"),
        ("cursor=WyJhIiwxLCJhXHUwMDAwYiJd", "bad_parameter"),
        ("cursor=" + "W1" * 1_500, "bad_parameter"),
    ],
)
def test_what_cannot_be_asked_is_refused(desk, query, code):
    """A problem with its code, and the connection serves on."""
    status, problem = desk.ask("GET", f"/v1/leads?{quote(query, safe='=&%!+')}")
    assert (status, problem["code"]) == (422, code)


def test_a_cursor_belongs_to_its_question(desk, teller):
    """Another filter, another order, another route or another lead: refused; another limit is the same question."""
    for number in range(4):
        teller.tell_lead(f"L{number}", KEEN)
        teller.tell_downloads(f"L{number}", 1)
    cursor = get(desk, "/v1/leads?limit=1")["next"]
    assert get(desk, f"/v1/leads?limit=2&cursor={cursor}")["items"]
    for other in ("open=true&", "sort=score&", "sort=id&"):
        assert desk.ask("GET", f"/v1/leads?{other}cursor={cursor}")[0] == 422
    for path in ("/v1/alerts", "/v1/leads/L1/scores"):
        assert desk.ask("GET", f"{path}?cursor={cursor}")[1]["code"] == "bad_parameter"
    own = get(desk, "/v1/leads/L1/scores?limit=1")["next"]
    assert desk.ask("GET", f"/v1/leads/L2/scores?cursor={own}")[0] == 422


def test_a_lead_is_shown_with_what_changed_and_why(desk, teller):
    """What is known, the latest score with its reasons, the difference to the one before, and what is open."""
    teller.tell_account("x", {"industry": "Energy", "company": "Example Ltd"})
    teller.tell_lead("L/1", {**KEEN, "name": "Ada"}, account_id="x", owner_id="anna")
    teller.wait(3)
    teller.tell_downloads("L/1", 12)
    teller.tell(ToldContact(lead_id="L/1", key=b"1" * 16, kind="call", occurred_at=NOW, outcome="reached"))
    lead = get(desk, "/v1/leads/L%2F1")
    assert (lead["id"], lead["name"], lead["company"]) == ("L/1", "Ada", "Example Ltd")
    assert lead["attributes"]["employees"] == 9_000
    assert lead["account"] == {"id": "x", "attributes": {"industry": "Energy", "company": "Example Ltd"}}
    assert lead["owner"] == {"id": "anna", "name": "anna", "why": "Told with the lead."}
    assert (lead["score"]["number"], lead["score"]["origin"], lead["score"]["bucket"]) == (2, "live", "hot")
    assert lead["score"]["thresholds"] == {"warm": 0.1, "hot": 0.2}
    scores = get(desk, "/v1/leads/L%2F1/scores")["items"]
    assert lead["change"]["points"] == scores[0]["score"] - scores[1]["score"] > 0
    assert lead["change"]["sentence"].startswith(f"Up {lead['change']['points']} points since 26 February: ")
    assert lead["change"]["families"][0]["difference"] != 0
    assert (lead["episode"]["number"], lead["episode"]["is_open"]) == (1, True)
    assert [contact["outcome"] for contact in lead["contacts"]] == ["reached"]
    assert lead["alert"] is None
    assert desk.ask("GET", "/v1/leads/L%2F1/why")[1]["code"] == "no_channel"


def test_the_ledger_and_the_timeline_come_in_pages(desk, teller):
    """The latest first, each once, also where events happened at one moment."""
    teller.tell_lead("L", KEEN)
    same = [teller.make_event("L", ago=5) for _ in range(4)]
    teller.tell(*same, teller.make_event("L", ago=1, kind="visit"))
    for days in (1, 1):
        teller.wait(days)
        teller.tell_downloads("L", 1)
    scores = turn(desk, "/v1/leads/L/scores", 1)
    assert [entry["number"] for entry in scores] == [4, 3, 2, 1]
    assert {entry["terms_version"] for entry in scores} == {teller.terms.version}
    events = turn(desk, "/v1/leads/L/events", 2)
    assert len(events) == 7
    moments = [event["occurred_at"] for event in events]
    assert moments == sorted(moments, reverse=True)
    assert events[0]["properties"] == {"pages": 3.0}


def test_a_withheld_probability_is_told_nowhere(database, tmp_path):
    """Where the model vouches for the rank alone, its reason stands in the place of each number."""
    teller = Teller(database, put_in_force(tmp_path / "home", withheld=_REASON))
    teller.tell_lead("L", KEEN)
    url = database.engine.url.render_as_string(hide_password=False)
    with open_desk(url, tmp_path, teller.in_force) as desk:
        shown = get(desk, "/v1/leads/L")["score"]
        (listed,) = get(desk, "/v1/leads")["items"]
        (entry,) = get(desk, "/v1/leads/L/scores")["items"]
        assert all((told["probability"], told["withheld"]) == (None, _REASON) for told in (shown, listed, entry))
        assert shown["thresholds"] is None
        assert "0." not in json.dumps(get(desk, "/v1/leads/L/why"))


@pytest.mark.parametrize("path", ["", "/scores", "/events", "/why"])
def test_an_unknown_lead_is_said_to_be_one(desk, path):
    """404 with its code, on each route of a lead."""
    status, problem = desk.ask("GET", f"/v1/leads/nobody{path}")
    assert (status, problem["code"]) == (404, "unknown_lead")


def test_a_store_that_is_gone_is_said_to_be_unavailable(sqlite_url, tmp_path):
    """503 and no stack: a caller may try again."""
    with open_desk(sqlite_url, tmp_path) as desk:
        get(desk, "/v1/leads")
        desk.service.database._readers = create_engine("sqlite:////nowhere/at/all.db")
        status, problem = desk.ask("GET", "/v1/leads")
    assert (status, problem["code"]) == (503, "store_unavailable")
