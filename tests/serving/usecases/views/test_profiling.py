"""The view of the profile: what buyers have in common, beside what the agreement asks for."""

import csv
import json
from io import StringIO

import pytest

from agreement.criteria import HandOver
from agreement.terms import DEFAULT_TERMS, Terms
from serving.usecases.told import ToldLead
from tests.serving.api.desks import open_desk
from tests.serving.usecases.funnels import ago, look, make_stage
from tests.serving.usecases.tellers import Teller

TERMS = Terms(handover=HandOver(industries=("Machinery",)))


@pytest.fixture
def teller(database):
    """A teller of leads of three industries: one buys, one does not, and a young one is open."""
    teller = Teller(database, None)
    items = []
    for industry, n, n_won in (("Machinery", 40, 0), ("Medical devices", 40, 20), ("Retail", 60, 8)):
        for number in range(n):
            lead_id, told = f"{industry[:2]}-{number:02d}", {"industry": industry, "name": f"Ada {number}"}
            items.append(ToldLead(id=lead_id, attributes=json.dumps(told), created_at=ago(200)))
            if number < n_won:
                items.append(make_stage(lead_id, "customer", ago(100), 1_000.0))
    items.append(ToldLead(id="young", attributes='{"industry": "Retail"}', created_at=ago(5)))
    teller.tell(*items)
    return teller


def test_the_profile_is_read_from_the_store(teller):
    """The best and the worst stand with counts, lifts, euros and leads, and the agreement is contradicted."""
    figures = look(teller, "profile", TERMS)
    best, worst, pairs, criteria = figures.tables
    medical, machinery = best.get_row("industry: medical devices"), worst.get_row("industry: machinery")
    assert (medical.cells["win_rate_count"], medical.cells["win_rate_of"]) == (20, 40)
    assert medical.cells["lift"] == pytest.approx(0.5 / (8 / 100))
    assert 1 < medical.cells["lift_low"] < medical.cells["lift"] < medical.cells["lift_high"]
    assert medical.cells["value_per_lead"] == 500.0
    assert len(machinery.lead_ids) == 40
    assert pairs.rows == []
    assert criteria.get_row("industry: Machinery").cells["finding"] == "worse"
    assert criteria.get_row("industry: medical devices").cells["finding"] == "left out"
    assert figures.notes[0].startswith(
        "The agreement asks for Machinery; its leads close less often than others: 0 of"
    )
    assert figures.totals["left_out"] == 1


def test_who_somebody_is_is_no_kind(teller):
    """Names and addresses are nowhere among what leads have in common."""
    told = json.dumps(look(teller, "profile", TERMS).to_json(), default=str)
    assert "Ada" not in told
    assert "ada" not in told


def test_it_is_answered_as_json_and_csv(teller, tmp_path):
    """The API tells the same figures, as JSON and as a spreadsheet."""
    url = teller.database.engine.url.render_as_string(hide_password=False)
    with open_desk(url, tmp_path) as desk:
        told = desk.ask("GET", "/v1/profile")[1]
        assert [row["key"] for row in told["tables"]["best"]["rows"]] == ["industry: medical devices"]
        assert "The agreement names no criteria of the hand-over to compare with." in told["notes"]
        sheet = desk.client.get("/v1/profile?format=csv").text
        assert [line["leads"] for line in csv.DictReader(StringIO(sheet))] == ["40"]


def test_an_empty_store_has_no_profile(database):
    """Nothing is found, and nothing is divided."""
    figures = look(Teller(database, None), "profile", DEFAULT_TERMS)
    assert all(list(table.rows) == [] for table in figures.tables)
    assert figures.totals["win_rate"] is None
