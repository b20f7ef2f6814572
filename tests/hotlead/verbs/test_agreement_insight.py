"""`hotlead agreement attribution`, `outcomes` and `profile`: the figures of the API, from the store of a home."""

import json
from pathlib import Path

import pytest

from serving.usecases.told import ToldLead
from tests.hotlead.verbs.stores import ask_json, open_home, run_verb
from tests.serving.usecases.funnels import make_stage
from tests.serving.usecases.tellers import NOW


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which a lead of the web was won, and another was lost."""
    monkeypatch.delenv("HOTLEAD_DATABASE_URL", raising=False)
    teller = open_home(tmp_path / "home")
    for lead_id, end in (("won", "customer"), ("lost", "lost")):
        attributes = json.dumps({"source": "web", "industry": "Machinery"})
        lead = ToldLead(id=lead_id, attributes=attributes, created_at=NOW)
        teller.tell(lead, make_stage(lead_id, end, NOW + 1, 500.0))
    teller.database.close()
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("verb", "name", "value"),
    [("attribution", "revenue", 500.0), ("outcomes", "lost", 1), ("profile", "win_rate_of", 2)],
)
def test_each_verb_tells_the_figures_of_its_view(home: Path, verb: str, name: str, value: float) -> None:
    """The totals are those of the API, for a period that is asked for."""
    told = ask_json(home, "agreement", verb, "--period", "2000-01-01/2199-01-01")
    assert (told["view"], told["totals"][name]) == (verb, value)


def test_rules_rows_and_sheets_can_be_asked_for(home: Path) -> None:
    """A parameter, the leads behind a row, a spreadsheet and words for people are told from one verb."""
    asked = ("agreement", "attribution", "--period", "2000-01-01/2199-01-01")
    assert ask_json(home, *asked, "--set", "rule=first_touch")["totals"]["rule"] == "first_touch"
    assert ask_json(home, *asked, "--table", "channels", "--row", "web") == ["won", "lost"]
    sheet = run_verb(home, *asked, "--csv").stdout
    assert sheet.splitlines()[1].startswith("web,500")
    assert "What each channel brought and cost" in run_verb(home, *asked).stdout
