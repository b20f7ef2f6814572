"""Acts: what sales says of a hand-over, over the API: read strictly, done once, in any order."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agreement.lives import Act
from agreement.terms import DEFAULT_TERMS
from features.times import SECOND
from serving.api.acts import read_acceptance, read_refusal, read_return, read_stage_change
from serving.api.attributes import BadField
from serving.championing import ScorerInForce
from serving.drafting import FILE
from tests.serving.api.desks import Desk, list_problems, open_desk

NOW = 1_790_000_000 * SECOND
_LATER, _EARLIER = "2027-01-15T08:00:00Z", "2026-01-15T08:00:00Z"
_AGREED = """
name = "Nordic"

[handover]
bucket = "cold"
required = ["email|phone"]

[feedback]
within = "8 h"

[[people]]
id = "anna"
"""


@pytest.fixture
def desk(sqlite_url: str, tmp_path: Path, in_force: ScorerInForce) -> Iterator[Desk]:
    """A desk whose agreement hands over whoever can be reached."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / FILE).write_text(_AGREED, "utf-8")
    with open_desk(sqlite_url, tmp_path, in_force) as opened:
        yield opened


@pytest.mark.parametrize(
    ("told", "code", "path"),
    [
        ({}, "missing", "/reason"),
        ({"reason": "because"}, "unknown_reason", "/reason"),
        ({"reason": 3}, "not_text", "/reason"),
        ({"reason": "not_now", "until": "soon"}, "not_time", "/until"),
        ({"reason": "not_now", "until": _EARLIER}, "out_of_range", "/until"),
        ({"reason": "not_now", "note": "x" * 2_001}, "too_long", "/note"),
        ([], "not_an_object", ""),
    ],
)
def test_each_mistake_in_a_refusal_has_a_code_and_a_path(told: Any, code: str, path: str) -> None:
    """A refusal that cannot be taken names the rule and the field."""
    with pytest.raises(BadField) as refused:
        read_refusal("L", told, NOW, by="crm", terms=DEFAULT_TERMS)
    assert (refused.value.code, refused.value.path) == (code, path)


def test_an_unknown_reason_is_answered_with_the_choices() -> None:
    """Who gives a reason that nobody agreed on is told all of them."""
    with pytest.raises(BadField, match="no_answer, not_now, budget_next_year"):
        read_refusal("L", {"reason": "?"}, NOW, by="crm", terms=DEFAULT_TERMS)


@pytest.mark.parametrize(
    ("reason", "stage"), [("not_now", "recycled"), ("no_need", "lost"), ("missing_information", "mql")]
)
def test_the_reason_says_what_becomes_of_a_lead(reason: str, stage: str) -> None:
    """A refusal is a step to the stage that was agreed for its reason."""
    item = read_refusal("L", {"reason": reason, "until": _LATER}, NOW, by="crm", terms=DEFAULT_TERMS).item
    assert (item.stage, item.act, item.reason, item.told_by) == (stage, Act.REJECTED, reason, "crm")


@pytest.mark.parametrize(
    ("told", "code", "path"),
    [
        ({"value": -1}, "out_of_range", "/value"),
        ({"value": "12"}, "not_number", "/value"),
        ({"value": True}, "not_number", "/value"),
        ({"reason": "x" * 201}, "too_long", "/reason"),
        ({"until": _EARLIER}, "out_of_range", "/until"),
    ],
)
def test_a_stage_takes_a_reason_a_date_and_a_value(told: Any, code: str, path: str) -> None:
    """What comes with a stage is read strictly too; a reason may be anybody's."""
    with pytest.raises(BadField) as refused:
        read_stage_change("L", {"stage": "lost", **told}, NOW)
    assert (refused.value.code, refused.value.path) == (code, path)
    item = read_stage_change("L", {"stage": "customer", "reason": "price", "value": 12_500}, NOW).item
    assert (item.reason, item.value, item.act) == ("price", 12_500.0, None)


def test_an_act_that_comes_again_is_the_same(desk: Desk) -> None:
    """By its id an act is known for ever; the second one changes nothing."""
    assert desk.ask("PUT", "/v1/leads/L", {"email": "a@b.example"})[0] == 200
    for status in ("accepted", "duplicate"):
        answer = desk.ask("POST", "/v1/leads/L/reject", {"id": "r-1", "reason": "no_need"})
        assert (answer[0], answer[1]["status"]) == (200, status)
    keys = {
        read("L", {"id": "1"}, NOW, by="crm", **more).item.key
        for read, more in ((read_acceptance, {}), (read_return, {"terms": DEFAULT_TERMS}))
    }
    assert len(keys) == 2


def test_an_act_may_come_before_its_lead(desk: Desk) -> None:
    """What sales says of a lead that nobody has told of waits for it."""
    assert desk.ask("POST", "/v1/leads/L/reject", {"reason": "not_now", "until": _LATER})[0] == 202
    desk.ask("PUT", "/v1/leads/L", {"email": "a@b.example"})
    told = desk.ask("GET", "/v1/leads/L")[1]
    assert (told["stage"]["stage"], told["wake_at"]) == ("recycled", _LATER)


def test_a_lead_shows_what_it_lacks_and_what_is_owed_to_it(desk: Desk) -> None:
    """A qualified lead names the missing information; handed over, it shows its clocks; why tells both."""
    desk.ask("PUT", "/v1/leads/L", {"employees": 10})
    told = desk.ask("GET", "/v1/leads/L")[1]
    lacks = {"is_ready": False, "unmet": [], "missing": ["email|phone"], "waits_until": None}
    assert (told["stage"]["stage"], told["handover"], told["timers"]) == ("mql", lacks, [])
    assert "It is not handed over: email or phone is missing." in _list_sentences(desk)
    desk.ask("PUT", "/v1/leads/L", {"phone": "+49 1"})
    told = desk.ask("GET", "/v1/leads/L")[1]
    (timer,) = told["timers"]
    assert (told["stage"]["stage"], told["handover"], told["owner"]["id"]) == ("sql", None, "anna")
    assert (timer["duty"], timer["state"], timer["owner_id"]) == ("feedback", "due", "anna")
    assert any(said.startswith("Anna owes it an answer to marketing by ") for said in _list_sentences(desk))
    desk.ask("POST", "/v1/leads/L/accept", {"by": "anna"})
    assert desk.ask("GET", "/v1/leads/L")[1]["timers"][0]["state"] == "met"


def test_an_act_is_told_in_a_sentence(desk: Desk) -> None:
    """Why a lead sleeps is said with who put it aside, the reason in words, and until when."""
    desk.ask("PUT", "/v1/leads/L", {"email": "a@b.example"})
    desk.ask("POST", "/v1/leads/L/reject", {"reason": "budget_next_year", "by": "anna", "until": _LATER})
    sentences = _list_sentences(desk)
    assert any(
        said.startswith("anna did not take it: Budget next year. It is recycled now, until ") for said in sentences
    )
    assert any(said.startswith("It was put aside, and wakes on ") for said in sentences)


def test_a_refused_act_can_be_sent_again_from_what_was_kept(desk: Desk) -> None:
    """A reason that nobody agreed on is kept; once it is agreed, a replay takes the act in as of its time."""
    desk.ask("PUT", "/v1/leads/L", {"email": "a@b.example"})
    refused = desk.ask("POST", "/v1/leads/L/reject", {"reason": "price"})
    assert list_problems(refused) == (422, "unknown_reason", "/reason")
    agreed = _AGREED + '\n[[reasons]]\ncode = "price"\nmeans = "Too dear"\nbecomes = "lost"\n'
    (desk.service.settings.home / FILE).write_text(agreed, "utf-8")
    desk.service.agreeing.refresh()
    assert desk.ask("POST", "/v1/rejections/replay", {})[1]["taken"] == {"accepted": 1}
    assert desk.ask("GET", "/v1/leads/L")[1]["stage"]["stage"] == "lost"


def _list_sentences(desk: Desk) -> list[str]:
    why = desk.ask("GET", "/v1/leads/L/why")[1]
    return [step["sentence"] for step in (*why["past"], *why["present"])]
