"""`hotlead agreement funnel` and `plan`: the figures of the API as a table, as CSV, as JSON and as leads."""

import json

import pytest

from hotlead.verbs.agreement.viewing import UnknownOption
from serving.usecases.views.figures import BadOption
from tests.hotlead.verbs.stores import open_home, run_verb
from tests.serving.usecases.funnels import tell_funnel

AGREEMENT = """
[goal]
revenue = 100000
begins = 2026-01-01
ends = 2027-01-01

[assumed]
least_measured = 1
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with a goal and a fair of four leads, one of which signed."""
    monkeypatch.delenv("HOTLEAD_DATABASE_URL", raising=False)
    monkeypatch.setattr("hotlead.verbs.agreement.viewing.read_clock", lambda: teller.now)
    teller = open_home(tmp_path)
    tell_funnel(teller, "fair", (4, 2, 1, 1, 1))
    (tmp_path / "agreement.toml").write_text(AGREEMENT, "utf-8")
    return tmp_path


def test_the_funnel_is_printed_written_and_opened(home):
    """People see tables, a spreadsheet gets one, a program all, and a row opens its leads."""
    days = ("--period", "2025-01-01/2026-12-31")
    assert "Where leads stand now" in run_verb(home, "agreement", "funnel", *days).stdout
    lines = run_verb(home, "agreement", "funnel", *days, "--csv").stdout.splitlines()
    assert [line.split(",")[:2] for line in lines[1:3]] == [["lead", "4"], ["mql", "2"]]
    told = json.loads(run_verb(home, "agreement", "funnel", *days, "--json").stdout)
    assert told["tables"]["stages"]["rows"][4]["reached"] == 1
    opened = run_verb(home, "agreement", "funnel", *days, "--table", "stages", "--row", "mql")
    assert opened.stdout.split() == ["fair-00", "fair-01"]


def test_the_plan_takes_changes(home):
    """Twice the value of a deal is half the deals; a parameter that is none, or out of range, is refused."""
    told = json.loads(run_verb(home, "agreement", "plan", "--set", "value_plus=100", "--json").stdout)
    customers = told["tables"]["needs"]["rows"][0]
    assert (customers["key"], customers["total"], customers["what_if_total"]) == ("marketing:customer", 10, 5)
    with pytest.raises(UnknownOption, match="close_rate_plus"):
        run_verb(home, "agreement", "plan", "--set", "charm_plus=1")
    with pytest.raises(BadOption, match="value_plus"):
        run_verb(home, "agreement", "plan", "--set", "value_plus=-1000")
