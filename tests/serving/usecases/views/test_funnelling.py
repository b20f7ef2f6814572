"""The view of the funnel: from the store to rows, JSON and CSV, with the leads behind each row."""

import csv
from io import StringIO

import pytest

from agreement.goal import Assumptions
from agreement.terms import DEFAULT_TERMS, Terms
from tests.serving.api.desks import open_desk
from tests.serving.usecases.funnels import ago, look, tell_funnel, tell_stage
from tests.serving.usecases.tellers import Teller


@pytest.fixture
def teller(database):
    """A teller of eight leads of a fair, one of which rests, and a young one of the web."""
    teller = Teller(database, None)
    tell_funnel(teller, "fair", (8, 4, 2, 1, 1))
    tell_stage(teller, "fair-03", "recycled", ago(200))
    tell_funnel(teller, "web", (1, 1, 0, 0, 0), since=20)
    return teller


def get_cells(figures, table, key):
    """Return a row's cells."""
    return figures.get_table(table).get_row(key).cells


def test_the_funnel_is_counted_from_the_store(teller):
    """Numbers, rates with their intervals, days and euros are those that were told."""
    figures = look(teller, "funnel", DEFAULT_TERMS)
    lead, mql = (get_cells(figures, "stages", key) for key in ("lead", "mql"))
    assert (lead["reached"], lead["to_next"], lead["to_next_of"], lead["immature"]) == (9, 0.5, 8, 1)
    assert lead["to_next_low"] < 0.5 < lead["to_next_high"]
    assert (lead["median_days"], lead["slow_days"]) == (10, 10)
    assert (mql["standing"], mql["recycled"], mql["euros"]) == (2, 1, 20_000)
    assert figures.totals["average_won_value"] == 10_000
    assert figures.totals["average_won_value_n"] == 1
    assert get_cells(figures, "conversions", "mql:customer")["rate"] == 0.25
    assert get_cells(figures, "recycled", "mql")["woken_of"] == 1
    assert get_cells(figures, "sources", "web:lead")["reached"] == 1
    assert get_cells(figures, "owners", "anna:sql")["reached"] == 2


def test_every_row_opens_the_leads_behind_it(teller):
    """Rows carry as many leads as they count, each once, and all rows of a table have the same columns."""
    figures = look(teller, "funnel", DEFAULT_TERMS)
    assert figures.get_table("stages").get_row("opportunity").lead_ids == ("fair-00",)
    assert figures.get_table("standing").get_row("mql").lead_ids == ("fair-02", "web-00")
    assert figures.get_table("left").get_row("mql:recycled").lead_ids == ("fair-03",)
    assert figures.get_table("conversions").get_row("lead:mql").lead_ids == tuple(f"fair-0{n}" for n in range(4))
    for table in figures.tables:
        assert len({tuple(row.cells) for row in table.rows}) == 1
        for row in table.rows:
            counted = next(
                (row.cells[name] for name in ("reached", "standing", "recycled") if name in row.cells), None
            )
            assert counted in (None, len(row.lead_ids))
            assert len(set(row.lead_ids)) == len(row.lead_ids)


def test_a_horizon_and_an_assumed_value_come_from_the_agreement(teller):
    """Within five days nobody got on; where no value was told, the assumed one counts, and the notes say it."""
    terms = Terms(assumed=Assumptions(horizon_days=5, average_won_value=7.0))
    assert get_cells(look(teller, "funnel", terms), "stages", "lead")["to_next"] == 0
    tell_funnel(fresh := Teller(teller.database, None), "mail", (1, 1, 1, 1, 0))
    figures = look(fresh, "funnel", terms)
    assert get_cells(figures, "standing", "opportunity")["unvalued"] == 1
    assert any("count with the average won value" in note for note in figures.notes)


def test_an_empty_store_has_a_funnel_too(database):
    """Nothing is shown as a share of nothing."""
    figures = look(Teller(database, None), "funnel", DEFAULT_TERMS)
    assert [row.cells["to_next"] for row in figures.get_table("stages").rows] == [None] * 5
    assert figures.get_table("sources").rows == []
    assert figures.totals["average_won_value"] is None


def test_the_api_answers_as_json_as_csv_and_with_leads(teller, tmp_path):
    """One address gives all tables, one of them for a spreadsheet, or the leads behind a row."""
    url = teller.database.engine.url.render_as_string(hide_password=False)
    with open_desk(url, tmp_path) as desk:
        status, told = desk.ask("GET", "/v1/funnel")
        assert (status, told["tables"]["stages"]["rows"][1]["key"]) == (200, "mql")
        assert told["tables"]["stages"]["rows"][1]["leads"] == 5
        answer = desk.client.get("/v1/funnel?format=csv&table=sources")
        rows = list(csv.DictReader(StringIO(answer.text)))
        assert [row["key"] for row in rows[:2]] == ["fair:lead", "fair:mql"]
        assert rows[0]["agreement"] == DEFAULT_TERMS.version
        _, opened = desk.ask("GET", "/v1/funnel?table=stages&row=sql")
        assert opened["lead_ids"] == ["fair-00", "fair-01"]
        _, month = desk.ask("GET", "/v1/funnel?period=2020-01")
        assert month["tables"]["stages"]["rows"][0]["reached"] == 0
