"""The agreement under attack: what is signed, what deals and channels cost and bring, and what is asked."""

import csv
import io
import json
from collections.abc import Iterator
from time import perf_counter
from typing import Any
from urllib.parse import quote

import pytest

from serving.usecases.views.viewing import VIEWS
from tests.serving.conftest import serve
from tests.serving.hostile.company import CANARY, Company, check_problem, make_event, open_company, tell_time
from tests.serving.usecases.tellers import put_in_force

_SIGNED = {"ends": "2100-01-01", "signed_by": ["Anna", "Otto"]}
_GOAL = "[goal]\nrevenue = {}\nbegins = {}\nends = {}\n"
_TYPED = (
    *(
        "=cmd|'/c calc'!A0",
        "+1",
        "-2+3",
        "@SUM(1)",
        "＝1",
        "<script>alert(1)</script>",
        '"q",;',
        "'; DROP TABLE x; --",
    ),
    *("\u202etxt", "__proto__", "\u2028=1", "x" * 200, "${x}", "../x"),
)
_NO_PERIODS = (
    *(
        "0001-01-01/9999-12-31",
        "2026-W54",
        "2026-W00",
        "2026-13",
        "2026-00",
        "0000-01",
        "9999-12",
        "2026-02-30/2026-03-01",
    ),
    *("2026-03-01/2026-03-01", "2026-03-02/2026-03-01", "", "2026", "2026-11-01", " 2026-11", "2026-11\n", "\x00"),
    *("\u0662\u0660\u0662\u0666-11", "x" * 4_000, CANARY),
)
_FAR_PERIODS = ("1900-01-01/2200-01-01", "1900-01", "1900-W01", "2199-12", "2199-W52", "2026-W53")
_NO_OPTIONS = (
    *(
        "table=",
        "table=" + CANARY,
        "row=" + CANARY,
        "format=xlsx",
        "format=",
        "half_life=0%20d",
        "half_life=" + CANARY,
    ),
    *(
        "half_life=99999999999%20d",
        "rule=" + CANARY,
        "bucket=" + CANARY,
        "cut_offs=nan",
        "cut_offs=53",
        "cut_offs=",
    ),
    *(
        "close_rate_plus=inf",
        "close_rate_plus=101",
        "value_plus=-100",
        "reps_plus=1e400",
        "period=2026-11&period=2026-12",
    ),
)
_BOMBS = {
    "a megabyte": "#" * 1_000_000,
    "many people": "".join(f"[[people]]\nid = 'p{n}'\n" for n in range(14_000)),
    "a key of many parts": ".".join("a" * 20_000) + " = 1",
    "a quoted key of many parts": ".".join(['"a"'] * 20_000) + " = 1",
    "a table of many parts": "[" + ".".join("a" * 20_000) + "]",
    "deep lists": "name = " + "[" * 100_000,
    "deep tables": "name = " + "{a = " * 40_000,
    "a long number": "name = " + "9" * 100_000,
    "a long number of another kind": "name = 0x" + "f" * 100_000,
    "many mistakes": "holidays = [" + "1," * 20_000 + "]",
    "many keys": "".join(f"a{n} = 1\n" for n in range(10_000)),
    "two names": "name = 'a'\nname = 'b'",
    "returns only": "name = 'a'\raction = 'b'",
    "a nought": "name = 'a\x00'",
    "a year long ago": _GOAL.format(1, "0001-01-01", "0002-01-01"),
    "a year to come": _GOAL.format(1, "2026-01-01", "9999-12-31"),
    "the end of all floats": _GOAL.format("1e308", "2026-01-01", "2027-01-01"),
    "the beginning of all floats": "[assumed]\naverage_won_value = 5e-324",
    "endless": "[[people]]\nid = 'a'\ncapacity_per_week = inf",
    "days without end": "[assumed]\nhorizon_days = 9007199254740993",
}


@pytest.fixture(scope="module")
def signing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company of its own, for agreements that stay in force, and deals that stay won."""
    home = tmp_path_factory.mktemp("signing")
    put_in_force(home)
    with open_company(home) as opened:
        yield opened


def _look_at_all(company: Company) -> dict[str, Any]:
    """Look at every view, as JSON and as a sheet; each answers, and soon."""
    told = {}
    for name in VIEWS:
        started = perf_counter()
        reply = company.ask("GET", f"/v1/{name}")
        assert (reply.status, perf_counter() - started < 5) == (200, True), (name, reply.body)
        assert company.ask("GET", f"/v1/{name}?format=csv").status == 200
        told[name] = reply.told
    return told


@pytest.mark.parametrize("bomb", _BOMBS)
def test_what_nobody_could_hold_to_is_not_signed(company: Company, bomb: str) -> None:
    """However large, deep or long a text is, it is refused soon, and neither shown nor stored."""
    before, started = company.count(), perf_counter()
    reply = company.ask("POST", "/v1/agreement", {"text": _BOMBS[bomb], **_SIGNED})
    check_problem(reply, (422, "bad_agreement", "/text"))
    assert perf_counter() - started < 5
    assert len(reply.body) < 1_000
    assert company.count() == before
    company.check_served()


def test_an_agreement_at_the_end_of_what_is_allowed_can_be_looked_at(signing: Company) -> None:
    """The largest goal by the smallest deals at the smallest rates, for all years there are, breaks no view."""
    rates = ("visit_to_lead", "lead_to_mql", "mql_to_sql", "sql_to_opportunity", "opportunity_to_customer")
    assumed = "".join(f"{name} = 0.000001\n" for name in rates)
    people = "".join(f"[[people]]\nid = 'O-{cap}'\ncapacity_per_week = {cap}\n" for cap in ("1e308", "5e-324", "0"))
    for begins, ends in (("2000-01-01", "2027-01-01"), ("1900-01-01", "1900-01-02")):
        text = f"{_GOAL.format('1e12', begins, ends)}[assumed]\naverage_won_value = 0.01\n{assumed}{people}"
        assert signing.ask("POST", "/v1/agreement", {"text": text, **_SIGNED}).status == 201
        _look_at_all(signing)
    assert signing.ask("GET", "/v1/agreement").status == 200
    assert signing.ask("GET", "/v1/plan?close_rate_plus=100&value_plus=-99&reps_plus=10000").status == 200


def test_the_largest_deals_add_up(signing: Company) -> None:
    """Deals of the most euros there are can be summed in every view; one of more is refused at the door."""
    for number in range(40):
        lead_id = f"L-large-{number}"
        told = {"value": 1e308, "source": "web", "created_at": tell_time(days=200 - number)}
        assert signing.ask("PUT", f"/v1/leads/{lead_id}", told).status == 200
        steps = [
            {"lead_id": lead_id, "stage": "opportunity", "value": 1e12, "occurred_at": tell_time(days=100)},
            {"lead_id": lead_id, "stage": ("customer", "sql")[number % 2], "occurred_at": tell_time(days=50)},
        ]
        assert signing.ask("POST", "/v1/stages", steps).told["accepted"] == 2
    for euros in (1e308, 1e12 + 1, -1):
        signing.check_refused(
            "POST",
            "/v1/leads/L-large-1/stage",
            {"stage": "customer", "value": euros},
            (422, "out_of_range", "/value"),
            told=euros,
        )
    assert signing.ask("PUT", "/v1/spending/web/2026-02", {"euros": 1e12}).status == 200
    _look_at_all(signing)
    ever = signing.ask("GET", "/v1/outcomes?period=1900-01-01/2200-01-01").told["totals"]
    assert (ever["won"], ever["euros_won"]) == (20, 20e12)


@pytest.mark.parametrize("period", _NO_PERIODS, ids=lambda value: ascii(value)[:20])
def test_what_is_no_period_is_refused(company: Company, period: str) -> None:
    """It is named by its parameter, and not shown."""
    for name in VIEWS:
        reply = company.ask("GET", f"/v1/{name}?period={quote(period)}")
        check_problem(reply, (422, "bad_parameter", "?period"))
        assert CANARY.encode() not in reply.body


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("period", _FAR_PERIODS)
def test_periods_without_anybody_in_them_are_empty(company: Company, name: str, period: str) -> None:
    """At both ends of the calendar there is nothing to see; only what is drawn for centuries ahead is refused."""
    started = perf_counter()
    reply = company.ask("GET", f"/v1/{name}?period={period}")
    if name == "forecast" and period[-10:] > "2031":
        check_problem(reply, (422, "bad_parameter", None))
    else:
        assert reply.status == 200
    assert perf_counter() - started < 5


@pytest.mark.parametrize("query", _NO_OPTIONS)
def test_what_is_no_option_is_refused(company: Company, query: str) -> None:
    """An option that a view does not know, or that does not fit it, is refused and not shown."""
    for name in VIEWS:
        reply = company.ask("GET", f"/v1/{name}?{query}")
        code = reply.told["code"]
        assert code in ("bad_parameter", "unknown_parameter", "unknown_table")
        check_problem(reply, (404 if code == "unknown_table" else 422, code, None))
        assert CANARY.encode() not in reply.body


def _tell_everywhere(company: Company, typed: str) -> None:
    """Write a text wherever a caller may write one of which figures are made."""
    lead_id, path = company.name(), quote(typed, safe="")
    told = dict.fromkeys(("source", "industry", "role", "country", "owner_id"), typed)
    assert company.ask("PUT", f"/v1/leads/{lead_id}", {**told, "created_at": tell_time(days=9)}).status == 200
    event = make_event(lead_id, type=typed, source=typed, properties={typed: typed, "title": typed, "page": typed})
    assert company.ask("POST", "/v1/events", event).status == 200
    assert company.ask("PUT", f"/v1/spending/{path}/2026-02", {"euros": 1}).status == 200
    for stage in ("mql", "lost", "customer"):
        body = {"stage": stage, "reason": typed, "by": typed, "note": typed, "value": 1}
        assert company.ask("POST", f"/v1/leads/{lead_id}/stage", body).status == 200
    contact = {"lead_id": lead_id, "kind": "call", "outcome": typed, "by": typed}
    assert company.ask("POST", "/v1/contacts", [contact]).told["accepted"] == 1


def test_what_strangers_typed_is_safe_in_every_figure(signing: Company) -> None:
    """It may be a row's key or a cell: it is text in JSON, runs in no spreadsheet, and each row can be opened."""
    for typed in _TYPED:
        _tell_everywhere(signing, typed)
    found = set()
    for view in VIEWS:
        for name, table in signing.ask("GET", f"/v1/{view}").told["tables"].items():
            keys = [row["key"] for row in table["rows"]]
            assert len(set(keys)) == len(keys)
            found |= {typed for typed in _TYPED for key in keys if typed.casefold()[:20] in key.casefold()}
            sheet = signing.ask("GET", f"/v1/{view}?format=csv&table={name}").body.decode()
            _check_sheet(sheet, len(keys))
            for key in keys[:20]:
                opened = signing.ask("GET", f"/v1/{view}?table={name}&row={quote(key, safe='')}")
                assert (opened.status, opened.told["row"]) == (200, key)
    assert len(found) > len(_TYPED) / 2


def _check_sheet(sheet: str, n_rows: int) -> None:
    rows = list(csv.reader(io.StringIO(sheet, newline="")))
    assert len(rows) == n_rows + 1
    assert len({len(row) for row in rows}) == 1
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "@", "\t", "\r", "\n", "＝")) or _is_number(cell)
        assert not cell.startswith("-") or _is_number(cell)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_acts_out_of_order_are_kept_and_break_nothing(signing: Company) -> None:
    """Sales may take a lost lead, refuse it twice in a second, and act on leads that nobody told of."""
    lead_id = signing.name()
    signing.ask("PUT", f"/v1/leads/{lead_id}", {})
    at = tell_time(minutes=1)
    for act in ("accept", "reject", "reject", "return", "accept"):
        for who in (lead_id, f"{lead_id}-nobody"):
            body = {"reason": "budget_next_year", "occurred_at": at, "id": signing.name("act")}
            reply = signing.ask(
                "POST", f"/v1/leads/{who}/{act}", {**body} if act != "accept" else {"occurred_at": at}
            )
            assert reply.status in (200, 202), reply.body
    query = "SELECT count(*) FROM stage_changes WHERE lead_id = :id"
    assert signing.read(query, id=lead_id)[0][0] >= 4
    assert signing.ask("GET", f"/v1/leads/{lead_id}").status == 200
    _look_at_all(signing)


def test_a_store_without_leads_or_model_answers_every_view(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is divided by nothing: each view says that it has nothing to say."""
    with serve(tmp_path_factory.mktemp("empty")) as server:
        for name in VIEWS:
            for query in ("", "?format=csv", "?period=2026-11"):
                status, body = server.get(f"/v1/{name}{query}")
                assert status == 200
                assert query == "?format=csv" or json.loads(body)["view"] == name
