"""Notes: what people write down about leads: kept once, shown with the lead, and no contact."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serving.championing import ScorerInForce
from serving.store.database import Database
from serving.store.notes import list_notes
from serving.usecases.exporting import EXPORTS, read_rows
from serving.usecases.told import ToldNote
from tests.serving.api.desks import Desk, list_problems, open_desk
from tests.serving.usecases.tellers import KEEN, NOW, Teller

NOTE = {"id": "n-1", "text": "Asks for the price of forty seats.", "by": "anna"}
PATH = "/v1/leads/L-1/notes"


@pytest.fixture
def desk(database: Database, tmp_path: Path, in_force: ScorerInForce) -> Iterator[Desk]:
    """A desk that knows one lead."""
    with open_desk(database.engine.url.render_as_string(hide_password=False), tmp_path, in_force) as opened:
        opened.ask("PUT", "/v1/leads/L-1", KEEN)
        yield opened


def test_a_note_is_kept_once_and_shown(desk: Desk) -> None:
    """The second telling of a note is a duplicate; the lead shows it with who wrote it."""
    assert desk.ask("POST", PATH, NOTE)[1]["status"] == "accepted"
    assert desk.ask("POST", PATH, NOTE)[1]["status"] == "duplicate"
    shown = desk.ask("GET", "/v1/leads/L-1")[1]["notes"]
    assert [(note["text"], note["told_by"]) for note in shown] == [(NOTE["text"], "anna")]


def test_a_lead_shows_its_latest_ten_notes(desk: Desk) -> None:
    """Of a dozen notes the latest ten are shown, the latest first."""
    for day in range(1, 13):
        told = {"text": f"day {day}", "occurred_at": f"2026-01-{day:02}T08:00:00Z"}
        assert desk.ask("POST", PATH, told)[0] == 200
    shown = [note["text"] for note in desk.ask("GET", "/v1/leads/L-1")[1]["notes"]]
    assert shown == [f"day {day}" for day in range(12, 2, -1)]


def test_a_note_is_no_contact(database: Database, in_force: ScorerInForce) -> None:
    """A note answers no alert, and is none of the lead's contacts."""
    with database.reading() as connection:
        assert list_notes(connection, "L-1", most=1) == []
    teller = Teller(database, in_force)
    teller.tell_lead("L-1")
    ingested = teller.tell(ToldNote(lead_id="L-1", key=b"0" * 16, text="hello", occurred_at=NOW, told_by="anna"))
    assert ingested.answers[0][0].status == "accepted"
    with database.reading() as connection:
        assert [row.text for row in list_notes(connection, "L-1", most=9)] == ["hello"]
        assert connection.exec_driver_sql("SELECT count(*) FROM contacts").scalar() == 0


def test_a_note_waits_for_its_lead(desk: Desk) -> None:
    """A note about a lead that nobody has told of is parked, and there once it is told."""
    assert desk.ask("POST", "/v1/leads/L-2/notes", NOTE)[0] == 202
    desk.ask("PUT", "/v1/leads/L-2", KEEN)
    assert desk.ask("GET", "/v1/leads/L-2")[1]["notes"][0]["text"] == NOTE["text"]


@pytest.mark.parametrize(
    ("told", "code", "path"),
    [
        ({}, "missing", "/text"),
        ({"text": "  "}, "empty", "/text"),
        ({"text": 3}, "not_text", "/text"),
        ({"text": "x" * 2_001}, "too_long", "/text"),
        ({"text": "x", "occurred_at": "soon"}, "not_time", "/occurred_at"),
        ({"text": "x", "by": ["anna"]}, "not_text", "/by"),
        ([NOTE], "not_an_object", ""),
    ],
)
def test_a_note_is_read_strictly(desk: Desk, told: Any, code: str, path: str) -> None:
    """What is no note is refused with its code and the field in the way, and kept to be replayed."""
    assert list_problems(desk.ask("POST", PATH, told)) == (422, code, path)
    assert desk.ask("GET", "/v1/rejections")[1]["counts"] == {code: 1}


def test_notes_are_exported(desk: Desk) -> None:
    """The export has each note with its lead, its moments and who wrote it."""
    desk.ask("POST", PATH, NOTE)
    rows = [row for page in read_rows(desk.service.database, EXPORTS["notes"]) for row in page]
    assert [(row[0], row[1], row[4]) for row in rows] == [("L-1", NOTE["text"], "anna")]


def test_a_forgotten_lead_leaves_no_note(desk: Desk) -> None:
    """With a lead its notes are gone."""
    desk.ask("POST", PATH, NOTE)
    assert desk.client.delete("/v1/leads/L-1").is_success
    with desk.service.database.reading() as connection:
        assert list_notes(connection, "L-1", most=9) == []
