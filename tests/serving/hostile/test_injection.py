"""Injection: what a visitor of a public form may type, and what an address may ask for."""

import csv
import io
import json
import logging
import re
from urllib.parse import quote

import pytest

from serving.logs import OneLine
from serving.spreadsheets import write_csv
from tests.serving.hostile.company import CANARY, Company, check_problem, make_event

_TYPED = [
    *("<script>alert(1)</script>", "<svg/onload=alert(1)>", '"><img src=x onerror=alert(1)>', "</title><script>"),
    *('=HYPERLINK("http://x","y")', "+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "Bob\r\nBcc: all@x.com"),
    *("<!channel>", "<@U123>", "<https://evil|Invoice>", "[Pay](http://evil)", "<at>all</at>", "${x}", "{{7*7}}"),
    *(
        "${jndi:ldap://x/a}",
        "\n2026-11-21 ERROR admin logged in",
        "'; DROP TABLE leads; --",
        "%s%n%x",
        "\x1b]0;x\x07",
    ),
    *(
        "$(reboot)",
        "`reboot`",
        "../../x",
        "C:\\x",
        "/etc/passwd",
        "\\\\host\\share",
        "{0.__class__}",
        "\u202etxt.exe",
    ),
]
_LISTS = ("/v1/leads", "/v1/alerts", "/v1/rejections", "/v1/deliveries", "/v1/leads/L-list/scores")


@pytest.mark.parametrize("typed", _TYPED, ids=ascii)
def test_what_a_visitor_types_is_text(company: Company, typed: str) -> None:
    """It is stored and answered as it came, as JSON that no browser takes for a page, and resolved by nobody."""
    lead_id = company.name()
    told = {"name": typed, "company": typed, "industry": typed, "note": typed}
    assert company.ask("PUT", f"/v1/leads/{lead_id}", told).status == 200
    assert company.ask("POST", "/v1/events", make_event(lead_id, properties={"text": typed})).status == 200
    for path in (f"/v1/leads/{lead_id}", f"/v1/leads/{lead_id}/events", "/v1/leads?limit=500&sort=-id"):
        reply = company.ask("GET", path)
        assert typed in _list_texts(reply.told)
        assert reply.headers["content-type"] == "application/json"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["content-security-policy"].startswith("default-src 'none'")
        assert b"\n" not in reply.body


def _list_texts(told: object) -> set[str]:
    if isinstance(told, str):
        return {told}
    inner = told.values() if isinstance(told, dict) else told if isinstance(told, list) else ()
    return {text for each in inner for text in _list_texts(each)}


def test_the_manual_shows_nothing_of_anybody(company: Company) -> None:
    """The page's policy lets no script run, and nothing that was sent stands in it."""
    company.ask("PUT", "/v1/leads/L-page", {CANARY: CANARY, "industry": CANARY})
    for path in ("/docs", "/openapi.json"):
        reply = company.ask("GET", path)
        assert CANARY not in reply.body.decode()
        assert reply.headers["x-content-type-options"] == "nosniff"
    policy = company.ask("GET", "/docs").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert not re.search(r"<script|\son\w+=", company.ask("GET", "/docs").body.decode())


@pytest.mark.parametrize("path", _LISTS)
@pytest.mark.parametrize(
    "query",
    [
        *("limit=-1", "limit=1e9", "limit=0", "limit=501", "limit=5000", "limit=%D9%A3", "limit=", "limit=1.0"),
        *("limit=1;drop", "limit=5&limit=6", "offset=-5", "sort=score;drop", "sort=password_hash", "sort=", "x"),
        *("cursor=x", "cursor=", "cursor=%00", "cursor=W10", "cursor=WyJhIiwxXQ", "cursor=%FF", "__class__=x"),
        *("cursor=" + "A" * 5_000, "&".join(["limit=1"] * 60), "limit=%31%30%30%30"),
    ],
    ids=lambda value: value[:24],
)
def test_no_parameter_reaches_further_than_it_may(company: Company, path: str, query: str) -> None:
    """What is no limit, no sort and no cursor of ours is 422, on every list."""
    company.ask("PUT", "/v1/leads/L-list", {})
    reply = company.ask("GET", f"{path}?{query}")
    assert reply.told["code"] in ("bad_parameter", "unknown_parameter")
    check_problem(reply, (422, reply.told["code"], None))


@pytest.mark.parametrize(
    "query", ["q=%25", "q=_", "q=%27%20OR%201=1--", "owner=%27%20OR%201=1--", "account=%22%3B--"]
)
def test_no_word_is_taken_for_a_pattern_or_a_query(company: Company, query: str) -> None:
    """Signs that mean something to a database are letters like others."""
    company.ask("PUT", "/v1/leads/L-plain", {})
    reply = company.ask("GET", f"/v1/leads?{query}&limit=500")
    assert reply.status == 200
    assert all(item["id"].startswith(("%", "_", "'")) for item in reply.told["items"])


@pytest.mark.parametrize(
    "name", ["../../x", "C:\\x", "/etc/passwd", "a\x00b", "", "x" * 61, "a\nb", "<b>"], ids=ascii
)
def test_an_import_is_named_by_a_word_or_not_at_all(company: Company, name: str) -> None:
    """The name of an import is no path, and no file is ever named by a caller."""
    for method, path, body in (("PUT", "/v1/leads/L-import", {}), ("POST", "/v1/events", make_event("L-import"))):
        reply = company.ask(method, f"{path}?import={quote(name, safe='')}", body)
        check_problem(reply, (422, "bad_parameter", None))


@pytest.mark.parametrize("typed", [*_TYPED, -2, -2.5, None, True], ids=ascii)
def test_a_spreadsheet_runs_nothing(typed: object) -> None:
    """A cell that a spreadsheet could run begins with an apostrophe; numbers stay numbers, rows stay whole."""
    file = io.StringIO()
    write_csv(file, ("name", "score"), [(typed, 1)])
    rows = list(csv.reader(io.StringIO(file.getvalue(), newline="")))
    assert (len(rows), rows[1][1]) == (2, "1")
    cell = rows[1][0]
    assert (
        cell.startswith(("'", "-2"))
        if str(typed)[:1] in "=+-@\t\r\n"
        else not cell.startswith("'") or typed == cell
    )
    assert isinstance(typed, str) or not cell.startswith("'")


@pytest.mark.parametrize("typed", _TYPED, ids=ascii)
def test_a_log_entry_is_one_line(typed: str) -> None:
    """Should anything of a stranger's ever be logged, it breaks no line and moves no cursor."""
    record = logging.LogRecord("hotlead", logging.ERROR, "x.py", 1, "%s", (typed,), None)
    line = OneLine().format(record)
    assert line.isprintable()
    assert json.loads(line)["message"] == typed
