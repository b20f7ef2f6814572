"""Owners: told strictly, read back as told, and beside those of the agreement."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.serving.api.desks import Desk, list_problems, open_desk

ANNA = {
    "name": "Anna",
    "zone": "Europe/Helsinki",
    "working_hours": "Mon-Fri 09:00-17:00",
    "quiet_hours": "22:00-07:00",
    "holidays_of": ["FI", "DE-BY"],
    "industries": ["Software"],
    "products": [],
    "places": ["FI"],
    "manager_id": "boss",
    "capacity_per_week": 5.0,
    "is_active": True,
    "takes_leads": False,
}


@pytest.fixture
def desk(sqlite_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk without a model."""
    with open_desk(sqlite_url, tmp_path) as opened:
        yield opened


def test_what_is_told_is_read_back(desk: Desk) -> None:
    """Every field comes back as it was told, with where we know the person from."""
    status, answer = desk.ask("PUT", "/v1/owners/an%2Fna", {"id": "an/na", **ANNA})
    assert status == 200
    assert answer == desk.ask("GET", "/v1/owners/an%2Fna")[1]
    owner = answer["owner"]
    assert {name: owner[name] for name in ANNA} == ANNA
    assert (owner["id"], owner["source"], owner["channels"]) == ("an/na", "told", 0)


def test_what_is_left_out_is_as_agreed_for_everybody(desk: Desk, tmp_path: Path) -> None:
    """Somebody told by name alone has the zone and the hours of the agreement."""
    usual = 'zone = "Europe/Rome"\nworking_hours = "Mon-Fri 08:00-16:00"\nholidays_of = ["IT"]\n'
    agreed = f'{usual}[[people]]\nid = "carlo"\n'
    (tmp_path / "home" / "agreement.toml").write_text(agreed)
    owner = desk.ask("PUT", "/v1/owners/bea", {"name": "Bea"})[1]["owner"]
    assert (owner["zone"], owner["working_hours"]) == ("Europe/Rome", "Mon-Fri 08:00-16:00")
    assert owner["holidays_of"] == ["IT"]
    listed = {each["id"]: each["source"] for each in desk.ask("GET", "/v1/owners")[1]["items"]}
    assert listed == {"bea": "told", "carlo": "agreement", "team": "built_in"}


@pytest.mark.parametrize(
    ("field", "value", "code", "path"),
    [
        ("zone", "Mars/Base", "unknown_zone", "/zone"),
        ("zone", 3, "not_text", "/zone"),
        ("working_hours", "now and then", "bad_hours", "/working_hours"),
        ("working_hours", "Mon-Fri 09:00-09:00", "bad_hours", "/working_hours"),
        ("holidays_of", ["XX"], "unknown_holidays", "/holidays_of"),
        ("holidays_of", "FI", "not_an_array", "/holidays_of"),
        ("quiet_hours", "22:00", "bad_hours", "/quiet_hours"),
        ("quiet_hours", "22:00-22:00", "bad_hours", "/quiet_hours"),
        ("places", "FI", "not_an_array", "/places"),
        ("places", ["FI", 3], "not_text", "/places/1"),
        ("capacity_per_week", -1, "out_of_range", "/capacity_per_week"),
        ("capacity_per_week", "5", "not_number", "/capacity_per_week"),
        ("is_active", "true", "not_boolean", "/is_active"),
        ("name", "", "empty", "/name"),
        ("id", "otto", "different_id", "/id"),
        ("shoe_size", 43, "unknown_field", "/shoe_size"),
    ],
)
def test_each_mistake_has_a_code_and_a_path(desk: Desk, field: str, value: Any, code: str, path: str) -> None:
    """A mistake is refused with its field, and nothing is stored."""
    answer = desk.ask("PUT", "/v1/owners/anna", {**ANNA, field: value})
    assert list_problems(answer) == (422, code, path)
    assert desk.ask("GET", "/v1/owners/anna")[0] == 404


@pytest.mark.parametrize("field", ["zone", "working_hours", "quiet_hours"])
def test_a_refused_value_is_not_echoed(desk: Desk, field: str) -> None:
    """What was sent does not come back in a problem, so that no log of answers holds it."""
    assert "Ada" not in json.dumps(desk.ask("PUT", "/v1/owners/anna", {field: "Ada's own"}))


def test_the_team_is_nobody_to_tell_of(desk: Desk) -> None:
    """The id of the team is taken."""
    assert list_problems(desk.ask("PUT", "/v1/owners/team", ANNA))[:2] == (422, "reserved_id")


def test_who_is_removed_stays_where_the_agreement_names_them(desk: Desk, tmp_path: Path) -> None:
    """Removing takes away what the CRM told, and says whether the agreement speaks of the person too."""
    (tmp_path / "home" / "agreement.toml").write_text('[[people]]\nid = "carlo"\nname = "Carlo"\n')
    for person in ("anna", "carlo"):
        desk.ask("PUT", f"/v1/owners/{person}", {"name": "Told"})
    assert desk.ask("DELETE", "/v1/owners/anna") == (200, {"status": "removed", "stays": False})
    assert desk.ask("DELETE", "/v1/owners/carlo") == (200, {"status": "removed", "stays": True})
    assert list_problems(desk.ask("DELETE", "/v1/owners/anna"))[:2] == (404, "unknown_owner")
    assert desk.ask("GET", "/v1/owners/carlo")[1]["owner"]["name"] == "Carlo"
