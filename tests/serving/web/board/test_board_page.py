"""The board: its figures are the API's, each opens the leads behind it, nothing told by strangers runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.serving.web.board.boards import HOSTILE, ask_api, open_board, read_page
from tests.serving.web.browsers import Site, open_browser

_YEAR = "2026-01-01/2027-01-01"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A company with a history, whose store nobody writes to in these tests."""
    home = tmp_path_factory.mktemp("board")
    with open_board(f"sqlite:///{home}/hotlead.db", home) as opened:
        yield opened


@pytest.fixture
def visit(site: Site) -> TestClient:
    """Anybody on this machine: nobody has made a user or a key."""
    return TestClient(site.app, base_url="http://127.0.0.1", client=("127.0.0.1", 5), follow_redirects=False)


def load(visit: TestClient, path: str) -> Any:
    """Load a page that is there."""
    answer = visit.get(path)
    assert answer.status_code == 200, answer.text[-600:]
    return answer


def test_every_figure_opens_the_leads_that_the_api_names(visit: TestClient) -> None:
    """Each linked figure of the whole board leads to as many leads as the same row of the API has, and to them."""
    links = read_page(load(visit, f"/agreement?parts=all&period={_YEAR}").text).found
    figures = {href for href, look, _ in links if "figured" in look}
    assert len(figures) > 25
    assert {href.split("view=")[1].split("&")[0] for href in figures} >= {"attainment", "funnel", "outcomes"}
    for href in figures:
        wanted = visit.get(ask_api(href)).json()["lead_ids"]
        page = read_page(load(visit, href).text)
        assert any(text.startswith(f"{len(wanted):,} lead") for text in page.texts)
        shown = [link.removeprefix("/leads/") for link, _, _ in page.found if link.startswith("/leads/")]
        assert shown == wanted[:50]


def test_the_promises_of_the_board_are_those_of_the_api(visit: TestClient) -> None:
    """Actual, target and share of each promise are what the API answers."""
    rows = visit.get(f"/v1/attainment?period={_YEAR}&table=commitments").json()["tables"]["commitments"]["rows"]
    text = " ".join("".join(read_page(load(visit, f"/agreement?period={_YEAR}").text).texts).split())
    assert len(rows) == 8
    for row in rows:
        if row["attainment"] is not None and row["attainment"] < 0.99:
            assert f"{100 * row['attainment']:.0f} %" in text
        assert f"{row['actual']:,}" in text
    reached = visit.get(f"/v1/funnel?period={_YEAR}").json()["tables"]["stages"]["rows"]
    whole = "".join(read_page(load(visit, f"/agreement?parts=all&period={_YEAR}").text).texts)
    assert all(f"{row['reached']:,}" in whole for row in reached)


def test_the_first_view_leaves_what_takes_long_for_later(visit: TestClient) -> None:
    """The board shows promises at once, and names where the rest is asked for, with and without a script."""
    text = load(visit, "/agreement").text
    assert "data-from=" in text
    assert 'href="/agreement?parts=all#board-later"' in text
    whole = load(visit, "/agreement?parts=all").text
    assert "data-from=" not in whole
    assert 'id="board-later"' in whole


def test_what_strangers_told_runs_nowhere(visit: TestClient) -> None:
    """A channel and an owner that are named like a script are shown as texts on every page of the board."""
    pages = [
        "/agreement?parts=all",
        "/agreement?print=1",
        "/agreement/leads?view=attainment&table=supply&row=supply:mql",
    ]
    pages += [f"/agreement/{view}?period={_YEAR}" for view in ("attainment", "outcomes", "funnel", "plan")]
    for path in pages:
        page = read_page(load(visit, path).text)
        assert page.running == [], path
    text = load(visit, "/agreement").text
    assert "<script>alert" not in text
    assert HOSTILE in "".join(read_page(text).texts)


def test_each_view_has_its_page_and_each_table_its_sheet(visit: TestClient) -> None:
    """Every table of the API is on its view's page, with its own title, and is sent as the API's CSV."""
    for view in ("attainment", "attribution", "outcomes", "profile", "funnel", "plan", "forecast"):
        told = visit.get(f"/v1/{view}?period={_YEAR}").json()
        text = load(visit, f"/agreement/{view}?period={_YEAR}").text
        for name, table in told["tables"].items():
            assert f'id="table-{name}"' in text, (view, name)
            sheet = load(visit, f"/agreement/{view}.csv?period={_YEAR}&table={name}")
            assert sheet.headers["content-type"].startswith("text/csv")
            assert sheet.text == visit.get(f"/v1/{view}?period={_YEAR}&table={name}&format=csv").text
            assert len(sheet.text.splitlines()) >= len(table["rows"]) + 1


def test_every_column_of_every_view_has_a_name(visit: TestClient) -> None:
    """No page shows the name that a program has for a figure."""
    for view in ("attainment", "attribution", "outcomes", "funnel", "plan", "forecast", "profile"):
        texts = read_page(load(visit, f"/agreement/{view}?period={_YEAR}").text).texts
        told = visit.get(f"/v1/{view}?period={_YEAR}").json()
        columns = {name for table in told["tables"].values() for row in table["rows"] for name in row}
        keys = {str(cell) for table in told["tables"].values() for row in table["rows"] for cell in row.values()}
        unnamed = {name for name in columns | set(told["totals"]) if "_" in name} - keys
        assert sorted(unnamed & set(texts)) == [], view


def test_leads_come_in_pages(visit: TestClient) -> None:
    """Fifty leads a page, the next from the address, each lead once."""
    path = f"/agreement/leads?view=funnel&table=stages&row=lead&period={_YEAR}"
    wanted = visit.get(ask_api(path)).json()["lead_ids"]
    assert 50 < len(wanted) <= 100
    first, second = (read_page(load(visit, path + more).text) for more in ("", "&first=50"))
    shown = [href for page in (first, second) for href, _, _ in page.found if href.startswith("/leads/")]
    assert shown == [f"/leads/{lead_id}" for lead_id in wanted]
    for odd in ("-1", "x", "9" * 30, "5000", "²"):
        assert load(visit, f"{path}&first={odd}").text.count('href="/leads/') == 50


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/agreement?period=nonsense", 422),
        ("/agreement/nothing", 404),
        ("/agreement/nothing.csv", 404),
        ("/agreement/leads?view=nothing", 404),
        ("/agreement/leads?view=funnel&table=nothing", 404),
        ("/agreement/leads?view=funnel&table=stages&row=nothing", 404),
        ("/agreement/attainment?bucket=nothing", 422),
        ("/agreement/forecast?period=2190-01-01/2199-01-01", 422),
    ],
)
def test_what_nobody_can_show_is_said(visit: TestClient, path: str, status: int) -> None:
    """A period, view, table or row that is none is refused with a page that says what to do."""
    answer = visit.get(path)
    assert answer.status_code == status
    assert "<h1>" in answer.text


def test_periods_before_history_and_far_ahead_are_shown(visit: TestClient) -> None:
    """The first and the last periods of any calendar have a board, without a link beyond it."""
    for period in ("1900-01-01/1900-01-08", "2199-12-30/2200-01-01", "2026-02", "2026-W01"):
        load(visit, f"/agreement?period={period}")


def test_the_sheet_of_paper_has_everything_on_one_page(visit: TestClient) -> None:
    """The one-pager needs no script, and asks for nothing later."""
    text = load(visit, "/agreement?print=1").text
    assert 'class="paper"' in text
    assert "data-from" not in text
    assert "data-live" not in text


def test_a_company_without_anything_is_told_what_to_do(tmp_path: Path) -> None:
    """Without an agreement, a goal and a lead, every part says what is missing; no page fails."""
    with open_board(f"sqlite:///{tmp_path}/hotlead.db", tmp_path, n_leads=0, agreement="") as empty:
        client = TestClient(empty.app, base_url="http://127.0.0.1", client=("127.0.0.1", 5))
        text = load(client, "/agreement?parts=all").text
        for said in (
            "Nobody has signed an agreement",
            "names no goal",
            "No lead has come yet",
            "No lead was handed over",
        ):
            assert said in text
        for path in ("/agreement?print=1", *(f"/agreement/{view}" for view in ("attainment", "plan", "profile"))):
            load(client, path)


def test_a_rep_sees_the_board_and_a_stranger_does_not(tmp_path: Path) -> None:
    """Everybody who signed in may look; who did not is asked to."""
    with open_board(f"sqlite:///{tmp_path}/hotlead.db", tmp_path, n_leads=5) as opened:
        rep = open_browser(opened, "ada", "rep", "ada")
        assert rep.get("/agreement").status_code == 200
        stranger = TestClient(
            opened.app, base_url="http://127.0.0.1", client=("127.0.0.1", 5), follow_redirects=False
        )
        for path in ("/agreement", "/agreement/funnel", "/agreement/funnel.csv", "/agreement/leads?view=funnel"):
            assert stranger.get(path).headers["location"].startswith("/sign-in")


def test_the_state_of_a_promise_follows_from_the_figures_of_the_api(visit: TestClient) -> None:
    """In a week under way marketing is on course where its forecast reaches the target; one lead late is a miss."""
    told = visit.get("/v1/attainment?period=2026-W47").json()["tables"]
    rows = load(visit, "/agreement?period=2026-W47").text.split('<tr class="promise">')[1:]
    wanted = [_name_state(row, told) for row in told["commitments"]["rows"]]
    assert [next(state for state in _STATES if f">{state}<" in row) for row in rows] == wanted
    assert len(set(wanted)) >= 3


_STATES = ("Kept", "Missed", "On course", "Behind", "Still open", "Nothing due")


def _name_state(row: dict[str, Any], told: dict[str, Any]) -> str:
    its = {each["key"]: each for name in ("supply", "duties") for each in told[name]["rows"]}[row["key"]]
    if row["is_kept"] is False:
        return "Missed"
    if row["side"] == "marketing":
        if row["is_kept"]:
            return "Kept"
        return "On course" if its["forecast"] >= its["target"] else "Behind"
    if its["due"]:
        return "Still open"
    return "Kept" if row["is_kept"] else "Nothing due"


def test_rows_are_called_what_people_call_them(visit: TestClient) -> None:
    """A row of ours is named in words, in its table and above its leads; what strangers told stays as it is."""
    plan = " ".join(read_page(load(visit, "/agreement/plan").text).texts)
    assert "Marketing · Customer" in plan
    assert "marketing:customer" not in plan
    behind = load(visit, f"/agreement/leads?view=funnel&table=conversions&row=mql:sql&period={_YEAR}").text
    assert "MQL · SQL" in behind
    channels = load(visit, f"/agreement/attribution?period={_YEAR}").text
    assert "cold call" in channels
