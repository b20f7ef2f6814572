"""`hotlead export`: whole lists, guarded, and no half-written file."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from agreement.commitments import Feedback
from agreement.terms import Terms
from hotlead.store import NoStore
from hotlead.verbs.export import UnknownList
from serving.usecases.exporting import EXPORTS, read_rows
from serving.usecases.told import ToldStage
from tests.hotlead.verbs.stores import open_home, run_verb
from tests.serving.usecases.tellers import Teller, put_in_force


@pytest.fixture
def teller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Teller]:
    """A teller to the store of the home."""
    monkeypatch.delenv("HOTLEAD_DATABASE_URL", raising=False)
    opened = open_home(tmp_path)
    yield opened
    opened.database.close()


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read a file as a spreadsheet would."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_leads_are_exported_whole_and_guarded(teller: Teller, tmp_path: Path) -> None:
    """One row a lead, in the order of ids; a text that could be a formula is none."""
    teller.tell_lead("=cmd|calc", {"name": "x"}, owner_id="@anna", created_at=-86_400_000_000)
    teller.tell_lead("L-1", {"value": -3})
    run_verb(tmp_path, "export", "leads", "--out", str(tmp_path / "leads.csv"))
    first, second = read_csv(tmp_path / "leads.csv")
    assert [first["id"], second["id"]] == ["'=cmd|calc", "L-1"]
    assert [first["owner_id"], second["owner_id"]] == ["'@anna", ""]
    assert [first["created_at"], second["created_at"]] == ["1969-12-31T00:00:00Z", ""]
    assert second["attributes"] == '{"value": -3}'


def test_scores_and_alerts_are_exported_too(teller: Teller, tmp_path: Path) -> None:
    """Each list has its columns; a withheld probability is left empty."""
    teller.in_force = put_in_force(tmp_path / "model", withheld="too few wins")
    teller.tell_lead("L")
    teller.tell_downloads("L", 12)
    for name in ("scores", "alerts", "leads"):
        run_verb(tmp_path, "export", name, "--out", str(tmp_path / name))
    scores, (alert,) = read_csv(tmp_path / "scores"), read_csv(tmp_path / "alerts")
    assert [row["number"] for row in scores] == ["1", "2"]
    assert {row["probability"] for row in scores + read_csv(tmp_path / "leads")} == {""}
    assert (alert["lead_id"], alert["recipient_id"]) == ("L", "team")


def test_stages_and_timers_are_exported_with_acts_and_reasons(teller: Teller, tmp_path: Path) -> None:
    """Whoever wants the reasons of sales as labels reads them from the list of stages; timers say who kept what."""
    teller.terms = Terms(feedback=Feedback(within_micros=3_600_000_000))
    teller.tell_lead("L")
    at, said = teller.now, {"act": "rejected", "reason": "not_a_fit", "note": "=too small"}
    teller.tell(
        ToldStage(lead_id="L", key=b"1", stage="sql", occurred_at=at - 9),
        ToldStage(lead_id="L", key=b"2", stage="lost", occurred_at=at, **said),
    )
    for name in ("stages", "timers"):
        run_verb(tmp_path, "export", name, "--out", str(tmp_path / name))
    given, lost = read_csv(tmp_path / "stages")
    assert (given["stage"], lost["act"], lost["reason"]) == ("sql", "rejected", "not_a_fit")
    assert lost["note"] == "'=too small"
    (timer,) = read_csv(tmp_path / "timers")
    assert (timer["duty"], timer["met_at"] != "", timer["owner_id"]) == ("feedback", True, "team")


def test_pages_join_without_a_seam(teller: Teller) -> None:
    """However small the pages are, every row comes once, in order."""
    teller.in_force = None
    for number in range(7):
        teller.tell_lead(f"L{number}")
    for page in (1, 2, 3, 7, 100):
        pages = list(read_rows(teller.database, EXPORTS["leads"], page=page))
        assert [row[0] for rows in pages for row in rows] == [f"L{number}" for number in range(7)]


def test_a_failed_export_leaves_what_was_there(
    teller: Teller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file takes its name when it is whole, and no part stays behind."""
    teller.tell_lead("L")
    target = tmp_path / "out" / "leads.csv"
    target.parent.mkdir()
    target.write_text("before")
    monkeypatch.setattr("hotlead.verbs.export.write_csv", _break)
    with pytest.raises(OSError, match="full"):
        run_verb(tmp_path, "export", "leads", "--out", str(target))
    assert [path.read_text() for path in target.parent.iterdir()] == ["before"]


def test_mistakes_are_told(teller: Teller, tmp_path: Path) -> None:
    """A list that there is not, and a home without a store."""
    with pytest.raises(UnknownList, match="alerts"):
        run_verb(tmp_path, "export", "people", "--out", "-")
    with pytest.raises(NoStore, match="--home"):
        run_verb(tmp_path / "elsewhere", "export", "leads", "--out", "-")
    assert not (tmp_path / "elsewhere").exists()


def _break(*_: object) -> None:
    raise OSError("the disk is full")
