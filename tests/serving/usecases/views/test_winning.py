"""The view of outcomes: who was won and lost, why, by whom, and of what kind."""

import csv
import json
from io import StringIO

import pytest

from agreement.terms import DEFAULT_TERMS
from serving.usecases.told import ToldAccount, ToldLead, ToldStage
from tests.serving.api.desks import open_desk
from tests.serving.usecases.funnels import ago, look, make_stage
from tests.serving.usecases.tellers import Teller


@pytest.fixture
def teller(database):
    """A teller of two wins, three losses and one open lead."""
    teller = Teller(database, None)
    teller.tell(ToldAccount(id="acme", attributes='{"employees": 120, "industry": "Machinery"}'))
    for number, (end, owner, value) in enumerate(
        [("customer", "anna", 500.0), ("customer", "bea", None), *[("lost", "bea", None)] * 3, (None, "anna", None)]
    ):
        attributes = json.dumps({"source": "web" if number < 3 else "fair"})
        teller.tell(
            ToldLead(id=f"{number}", attributes=attributes, created_at=ago(50), owner_id=owner, account_id="acme"),
            make_stage(f"{number}", "sql", ago(40)),
        )
        if end is not None:
            teller.tell(make_stage(f"{number}", end, ago(20 if number < 4 else 500), value))
    reason = ToldStage(lead_id="2", key=b"r" * 16, stage="lost", occurred_at=ago(1), reason="competitor")
    teller.tell(reason)
    return teller


def test_ends_of_the_period_are_counted(teller):
    """Two won and two lost in the year; a loss of long ago and an open lead are none."""
    totals = look(teller, "outcomes", DEFAULT_TERMS).totals
    assert (totals["won"], totals["lost"], totals["win_rate"], totals["euros_won"]) == (2, 2, 0.5, 500.0)
    assert totals["win_rate_low"] < 0.5 < totals["win_rate_high"]
    assert (totals["median_days_to_win"], totals["median_days_to_loss"]) == (30, 30)


def test_reasons_owners_and_segments_are_told(teller):
    """Each table divides the same ends, with the leads behind each row."""
    figures = look(teller, "outcomes", DEFAULT_TERMS)
    reasons, owners, segments = figures.tables
    competitor = reasons.get_row("competitor")
    assert (competitor.cells["lost"], competitor.cells["from_sql"], competitor.lead_ids) == (1, 1, ["2"])
    assert competitor.cells["means"] == "Chose a competitor"
    assert reasons.get_row("unknown").lead_ids == ["3"]
    assert owners.get_row("anna").cells["win_rate"] == 1.0
    assert owners.get_row("bea").cells["win_rate_of"] == 3
    assert segments.get_row("employees: 50 to 249").cells["win_rate_of"] == 4
    assert segments.get_row("industry: machinery").lead_ids == ["0", "1", "2", "3"]
    assert segments.get_row("source: fair").cells["lost"] == 1
    assert "1 of 2 losses came without a reason." in figures.notes


def test_it_is_answered_as_json_and_csv(teller, tmp_path):
    """The API tells the same figures, as JSON and as a spreadsheet."""
    url = teller.database.engine.url.render_as_string(hide_password=False)
    with open_desk(url, tmp_path) as desk:
        told = desk.ask("GET", "/v1/outcomes")[1]
        assert [row["key"] for row in told["tables"]["owners"]["rows"]] == ["anna", "bea"]
        sheet = desk.client.get("/v1/outcomes?format=csv&table=owners").text
        assert [line["won"] for line in csv.DictReader(StringIO(sheet))] == ["1", "1"]


def test_an_empty_store_has_no_outcomes(database):
    """Nothing ended, and nothing is divided."""
    figures = look(Teller(database, None), "outcomes", DEFAULT_TERMS)
    assert (figures.totals["win_rate"], figures.totals["win_rate_of"]) == (None, 0)
    assert all(list(table.rows) == [] for table in figures.tables)
