"""The agreement over HTTP: what is in force, what was signed, and signing another."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from features.times import to_datetime
from tests.serving.api.desks import Desk, list_problems, open_desk
from tests.serving.usecases.tellers import NOW

LEADS = ["Anna Lee, marketing", "Otto Berg, sales"]
SPRING = 'name = "spring"\nzone = "Europe/Helsinki"\n[[response]]\nbucket = "hot"\nfirst_contact = "4 h"\n'
SUMMER = SPRING.replace("spring", "summer").replace("4 h", "2 h")
SIGNED: dict[str, Any] = {"text": SPRING, "begins": "2026-01-01", "ends": "2030-01-01", "signed_by": LEADS}


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A desk without a model, on both databases."""
    with open_desk(request.getfixturevalue(request.param), tmp_path) as opened:
        yield opened


def test_without_a_signature_the_file_is_in_force(desk: Desk, tmp_path: Path) -> None:
    """What nobody has signed says so, and follows its file."""
    (tmp_path / "home" / "agreement.toml").write_text(SPRING)
    told = desk.ask("GET", "/v1/agreement")[1]
    assert (told["name"], told["is_signed"], told["begins"], told["signed_by"]) == ("spring", False, None, [])
    assert told["terms"]["response"][0]["first_contact"] == "4 h"
    assert told["warnings"] == []
    assert desk.ask("GET", "/v1/agreement/versions")[1] == {"items": [], "next": None}


def test_what_is_signed_is_in_force_at_once(desk: Desk) -> None:
    """The next request is answered under the new version, which can be read back with its text."""
    status, signed = desk.ask("POST", "/v1/agreement", SIGNED)
    assert (status, signed["status"], signed["begins"], signed["ends"]) == (
        201,
        "signed",
        "2026-01-01",
        "2030-01-01",
    )
    told = desk.ask("GET", "/v1/agreement")[1]
    assert (told["version"], told["is_signed"], told["signed_by"]) == (signed["version"], True, LEADS)
    version = desk.ask("GET", f"/v1/agreement/versions/{signed['version']}")[1]
    assert (version["text"], version["terms"], version["is_in_force"]) == (SPRING, told["terms"], True)
    assert list_problems(desk.ask("GET", "/v1/agreement/versions/winter-1"))[:2] == (404, "unknown_version")


def test_a_rehearsal_signs_nothing(desk: Desk) -> None:
    """A dry run names every field that would change, and needs nobody's name."""
    desk.ask("POST", "/v1/agreement", SIGNED)
    asked = {"text": SUMMER, "ends": "2030-01-01", "dry_run": True}
    status, told = desk.ask("POST", "/v1/agreement", asked)
    assert (status, told["status"], told["name"]) == (200, "checked", "summer")
    assert told["differences"] == [
        {"path": "name", "before": "spring", "after": "summer"},
        {"path": "response[hot].first_contact", "before": "4 h", "after": "2 h"},
    ]
    assert any(sentence.startswith("goal:") for sentence in told["advice"])
    assert desk.ask("GET", "/v1/agreement")[1]["version"] == told["instead_of"]
    assert len(desk.ask("GET", "/v1/agreement/versions")[1]["items"]) == 1


def test_versions_come_in_pages_the_latest_first(desk: Desk) -> None:
    """Signing again prevails and takes nothing back; one of the list is in force."""
    for text in (SPRING, SUMMER, SPRING):
        assert desk.ask("POST", "/v1/agreement", {**SIGNED, "text": text})[0] == 201
    listed, path = [], "/v1/agreement/versions?limit=2"
    while path:
        page = desk.ask("GET", path)[1]
        listed += page["items"]
        path = page["next"] and f"/v1/agreement/versions?limit=2&cursor={page['next']}"
    assert [each["number"] for each in listed] == [3, 2, 1]
    assert [each["name"] for each in listed] == ["spring", "summer", "spring"]
    assert [each["is_in_force"] for each in listed] == [True, False, False]
    assert desk.ask("GET", f"/v1/agreement/versions/{listed[0]['version']}")[1]["number"] == 3


@pytest.mark.parametrize(
    ("told", "code", "path"),
    [
        ({"text": None}, "missing", "/text"),
        ({"text": 3}, "not_text", "/text"),
        ({"text": 'nome = "x"'}, "bad_agreement", "/text"),
        ({"text": "name = "}, "bad_agreement", "/text"),
        ({"text": "a = " + "[" * 5_000}, "bad_agreement", "/text"),
        ({"text": 'name = "a\\u0000b"'}, "bad_agreement", ""),
        ({"text": f'name = "{"a" * 5_000}"'}, "bad_agreement", ""),
        ({"begins": "20260101"}, "not_date", "/begins"),
        ({"begins": "2026-02-30"}, "not_date", "/begins"),
        ({"ends": 2030}, "not_date", "/ends"),
        ({"ends": None}, "bad_agreement", ""),
        ({"ends": "2026-01-01"}, "bad_agreement", ""),
        ({"begins": "0001-01-01"}, "bad_agreement", ""),
        ({"ends": "9999-12-31"}, "bad_agreement", ""),
        ({"begins": "2001-01-01", "ends": "2002-01-01"}, "bad_agreement", ""),
        ({"signed_by": LEADS[:1]}, "bad_agreement", "/signed_by"),
        ({"signed_by": [LEADS[0], f" {LEADS[0]} "]}, "bad_agreement", "/signed_by"),
        ({"signed_by": "Anna and Otto"}, "not_an_array", "/signed_by"),
        ({"signed_by": ["Anna", 3]}, "not_text", "/signed_by/1"),
        ({"signed_by": [f"p{n}" for n in range(11)]}, "too_long", "/signed_by"),
        ({"dry_run": "yes"}, "not_boolean", "/dry_run"),
        ({"signed_on": "2026-01-01"}, "unknown_field", "/signed_on"),
    ],
)
def test_each_mistake_has_a_code_and_signs_nothing(desk: Desk, told: dict[str, Any], code: str, path: str) -> None:
    """What nobody could hold to is refused with the place of the mistake, and nothing is stored."""
    assert list_problems(desk.ask("POST", "/v1/agreement", {**SIGNED, **told})) == (422, code, path)
    assert desk.ask("GET", "/v1/agreement/versions")[1]["items"] == []


def test_a_bad_agreement_is_told_by_its_line(desk: Desk) -> None:
    """The detail names the table and the key, or the line that is no TOML."""
    wrong = SPRING.replace('"4 h"', '"soon"')
    assert "response 1 first_contact" in desk.ask("POST", "/v1/agreement", {**SIGNED, "text": wrong})[1]["detail"]
    broken = desk.ask("POST", "/v1/agreement", {**SIGNED, "text": "name = 'a'\nzone = =\n"})[1]["detail"]
    assert "line 2" in broken
    assert "\n" not in json.dumps(broken)


def test_readyz_tells_what_the_signatures_leave_open(desk: Desk, tmp_path: Path) -> None:
    """A file that differs from what is signed is among the troubles, and is no reason to be away."""
    desk.ask("POST", "/v1/agreement", SIGNED)
    (tmp_path / "home" / "agreement.toml").write_text(SUMMER)
    troubles = desk.ask("GET", "/readyz")[1]["troubles"]
    assert [trouble for trouble in troubles if "does not count until it is signed" in trouble]
    assert desk.ask("GET", "/v1/agreement")[1]["warnings"][0]["code"] == "file_differs"


def test_the_worker_tells_the_team_once_that_the_agreement_ends(desk: Desk) -> None:
    """Days before the end a notice goes out over the team's channel, and no second one with the next rounds."""
    today = to_datetime(NOW).date()
    desk.ask("POST", "/v1/agreement", {**SIGNED, "ends": str(today + timedelta(days=20))})
    hook = {"owner_id": "team", "kind": "webhook", "url": "https://crm.example/hook"}
    desk.ask("POST", "/v1/channels", hook)
    worker = desk.service.worker
    assert worker.do_round() == 1
    assert worker.do_round() == 0
    worker.deliver(is_retry=False)
    ((message, channel),) = desk.notebook.sent
    assert (message.kind, message.recipient_id, channel.url) == ("hotlead.notice", "team", hook["url"])
    assert "nothing is signed for afterwards" in message.sentence
    assert [each["code"] for each in desk.ask("GET", "/v1/agreement")[1]["warnings"]] == ["ends_soon"]
