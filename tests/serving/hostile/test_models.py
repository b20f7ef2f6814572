"""Models: leads at the edge of what can be, bots that want to look hot, and artifacts that are none."""

import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.artifact import DamagedArtifact, MismatchingArtifact, load_scorer
from serving.championing import ScorerInForce
from serving.proving import RefusedArtifact, load_proven
from tests.serving.hostile.company import Company, make_event

_SAFE = (DamagedArtifact, MismatchingArtifact, RefusedArtifact, OSError)


def _describe(in_force: ScorerInForce, number: Any, text: Any) -> dict[str, Any]:
    columns = in_force.scorer.feature_set.schema.columns
    values = {column.name: number if column.is_number else text for column in columns}
    return values if text is None else {**values, "email": "x@unseen.example"}


@pytest.mark.parametrize(
    ("number", "text"),
    [(None, None), (9e15, "x" * 10_000), (-9e15, "-"), (0, "unseen before"), (9e15, "\U0001f600"), (0, "")],
    ids=["nothing", "most", "least", "unseen", "odd", "empty"],
)
def test_a_lead_at_the_edge_has_a_score(company: Company, in_force: ScorerInForce, number: Any, text: Any) -> None:
    """All there is may be missing, as large as can be or never seen: the score is finite, and doubts are told."""
    told = _describe(in_force, number, text)
    if number is not None and abs(number) > 2**53:
        told["employees"] = math.copysign(2**53, number)
    scored = company.ask("POST", "/v1/score", {"id": "edge", **told}).told
    assert 0 < scored["probability"] < 1
    assert scored["low_confidence"] or text is not None
    lead_id = company.name()
    stored = company.ask("PUT", f"/v1/leads/{lead_id}", told).told
    assert 0 <= stored["lead"]["score"] <= 100
    latest = company.ask("GET", f"/v1/leads/{lead_id}").told["score"]
    assert math.isfinite(latest["probability"])


def test_the_order_of_fields_changes_nothing(company: Company, leads: list[dict[str, Any]]) -> None:
    """Columns in another order have the same score, and those that are not known change it not at all."""
    for lead in leads[:20]:
        turned = dict(reversed(lead.items()))
        answers = [company.ask("POST", "/v1/score", told).told for told in (lead, turned, {**lead, "more": 1})]
        assert len({answer["probability"] for answer in answers}) == 1


def test_a_bot_turns_one_lead_hot_once(company: Company) -> None:
    """Thousands of visits make no more of a lead than it can be: one finite score, and one alert at most."""
    lead_id = company.name("bot")
    company.ask("PUT", f"/v1/leads/{lead_id}", {})
    for batch in range(4):
        visits = [make_event(lead_id, id=f"{batch}-{n}", type="pricing visit") for n in range(1_000)]
        score = company.ask("POST", "/v1/events", visits).told["leads"][0]["score"]
        assert 0 <= score <= 100
    assert len(company.ask("GET", f"/v1/alerts?lead={lead_id}").told["items"]) <= 1


def _truncate(folder: Path) -> None:
    path = folder / "member_0.txt"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _drop_line(folder: Path) -> None:
    path = folder / "member_0.txt"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:20] + lines[21:]))


def _flip_digit(folder: Path) -> None:
    path = folder / "member_0.txt"
    told = path.read_bytes()
    place = told.index(b"leaf_value=") + 15
    path.write_bytes(told[:place] + (b"7" if told[place : place + 1] != b"7" else b"8") + told[place + 1 :])


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_bytes(b"")


def _inflate(folder: Path) -> None:
    with (folder / "member_0.txt").open("ab") as file:
        file.truncate(100 * 2**20)


def _swap(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_text('{"tree": "of somebody else"}')


def _remove(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize("damage", [_truncate, _drop_line, _flip_digit, _empty, _inflate, _swap, _remove])
def test_a_damaged_artifact_is_refused(
    artifacts: dict[str, Path], in_force: ScorerInForce, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    """Whatever happened to its files, a model is refused with a reason, and this process lives."""
    folder = Path(shutil.copytree(artifacts["1"], tmp_path / "model"))
    assert load_scorer(folder) is not None
    damage(folder)
    with pytest.raises(_SAFE) as refused:
        load_proven(folder, in_force.champion.fingerprint)
    assert str(refused.value)
