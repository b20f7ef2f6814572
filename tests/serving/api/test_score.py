"""POST /v1/score: what it answers."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from serving.championing import ScorerInForce
from serving.usecases.scoring import score_leads

Post = Callable[..., Any]
Refused = Callable[..., None]


def test_one_lead_answers_one_object(post: Post, leads: list[dict[str, Any]]) -> None:
    """One lead answers its score, its bucket and three reasons, told by the version in force."""
    answer = post(leads[0])
    assert answer.status_code == 200
    body = answer.json()
    assert body["id"] == leads[0]["id"]
    assert 0 < body["probability"] < 1
    assert body["score"] in range(101)
    assert body["bucket"] in ("cold", "warm", "hot")
    assert body["model_version"] == "1"
    assert body["as_of"] == "2026-03-01T09:00:00Z"
    assert body["warnings"] == []
    assert "probability_withheld" not in body
    assert len(body["reasons"]) == 3
    assert all(
        reason["text"] and reason["direction"] == ("up" if reason["effect"] > 0 else "down")
        for reason in body["reasons"]
    )


def test_an_array_answers_in_order(post: Post, leads: list[dict[str, Any]]) -> None:
    """An array answers an array in its order; an empty one answers an empty one."""
    assert [found["id"] for found in post(leads).json()] == [lead["id"] for lead in leads]
    assert post([]).json() == []


def test_a_batch_equals_singles_to_the_bit(post: Post, leads: list[dict[str, Any]]) -> None:
    """Leads that share no account score the same alone and together, with the same reasons."""
    apart = [{**lead, "account_id": f"A-{number}"} for number, lead in enumerate(leads)]
    assert post(apart).json() == [post(lead).json() for lead in apart]


def test_leads_of_an_account_see_each_others_events(
    in_force: ScorerInForce, post: Post, leads: list[dict[str, Any]]
) -> None:
    """A colleague in the array and the same colleague's events told by the lead give the same score."""
    lead, colleague = leads[0], {**leads[1], "account_id": leads[0]["account_id"]}
    told = [*lead["events"], *({**event, "lead_id": colleague["id"]} for event in colleague["events"])]
    together = post([lead, colleague]).json()[0]
    assert post({**lead, "events": told}).json() == together
    assert post([{**lead, "events": told}, colleague]).json()[0] == together
    assert post(lead).json()["probability"] != together["probability"]


def test_events_of_strangers_without_an_account_are_passed_over(post: Post, leads: list[dict[str, Any]]) -> None:
    """Without an account there are no colleagues, and the answer says so."""
    lead = {**leads[0], "account_id": None}
    told = [*lead["events"], {**leads[1]["events"][0], "lead_id": "L-99"}]
    plain, warned = post(lead).json(), post({**lead, "events": told}).json()
    assert warned["probability"] == plain["probability"]
    assert "account_id" in warned["warnings"][0]


def test_what_happens_later_changes_nothing(post: Post, leads: list[dict[str, Any]]) -> None:
    """Events after as_of, or recorded after it, are not read, and the answer says so."""
    late = {"type": "download", "occurred_at": "2026-03-01T09:00:00Z"}
    unrecorded = {**late, "occurred_at": "2026-02-01T09:00:00Z", "recorded_at": "2026-03-02T09:00:00Z"}
    plain = post(leads[0]).json()
    for event in (late, unrecorded):
        answer = post({**leads[0], "events": [*leads[0]["events"], event]}).json()
        assert answer["probability"] == plain["probability"]
        assert "after as_of" in answer["warnings"][0]


def test_as_of_defaults_to_the_clock(post: Post) -> None:
    """A lead that names no moment is looked at now."""
    assert post({"id": "L"}).json()["as_of"] == "2026-03-01T09:00:00Z"
    assert (
        post({"id": "L", "as_of": "2026-01-01T01:00:00.25+01:00"}).json()["as_of"] == "2026-01-01T00:00:00.250000Z"
    )


@pytest.mark.parametrize("most", [0, 1, 10])
def test_reasons_are_as_many_as_asked(post: Post, leads: list[dict[str, Any]], most: int) -> None:
    """The query says how many reasons a score may have."""
    assert len(post(leads[0], f"?reasons={most}").json()["reasons"]) == most


@pytest.mark.parametrize(
    "query",
    [
        "?reasons=11",
        "?reasons=-1",
        "?reasons=",
        "?reasons=3&reasons=4",
        "?reasons=3.0",
        "?reasons=%33",
        "?reasons=1e1",
    ],
)
def test_reasons_outside_of_their_range_are_refused(post: Post, refused: Refused, query: str) -> None:
    """Anything but one number from 0 to 10 is refused."""
    refused(post({"id": "L"}, query), 422, "bad_parameter")


def test_an_unknown_parameter_is_refused(post: Post, refused: Refused) -> None:
    """A misspelt parameter does not pass unnoticed."""
    refused(post({"id": "L"}, "?reason=3"), 422, "unknown_parameter")


def test_unknown_routes_and_methods_are_problems(refused: Refused, client: TestClient) -> None:
    """What is not there, or not to be done, is answered as a problem too."""
    refused(client.get("/v1/nothing"), 404, "unknown_route")
    refused(client.post("/v1/score/"), 404, "unknown_route")
    answer = client.get("/v1/score")
    refused(answer, 405, "wrong_method")
    assert answer.headers["allow"] == "POST"


def test_answers_carry_safety_headers(client: TestClient, post: Post) -> None:
    """Good answers and problems tell browsers not to guess, frame or store; no other origin is let in."""
    for answer in (post({"id": "L"}), post(b"{"), client.get("/nothing"), client.get("/docs")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("value", ["unheard of", None])
def test_strange_leads_have_finite_scores(
    post: Post, in_force: ScorerInForce, leads: list[dict[str, Any]], value: str | None
) -> None:
    """A lead with nothing known, or nothing known before, has a finite score of low confidence."""
    columns = in_force.scorer.feature_set.schema.columns
    strange = {column.name: None if column.is_number else value for column in columns if column.name != "email"}
    answer = post({"id": "L", **strange}).json()
    assert 0 < answer["probability"] < 1
    assert answer["low_confidence"]
    assert not post(leads[0]).json()["low_confidence"]


def test_the_largest_lead_has_a_finite_score(post: Post, in_force: ScorerInForce) -> None:
    """A lead at every upper end has a finite score."""
    columns = in_force.scorer.feature_set.schema.columns
    largest = {c.name: 1e18 if c.is_number else "z" * 10_000 for c in columns if c.name != "email"}
    assert 0 < post({"id": "L", **largest}).json()["probability"] < 1


def test_the_order_of_fields_does_not_matter(post: Post, leads: list[dict[str, Any]]) -> None:
    """The same lead told in another order scores the same."""
    assert post(dict(reversed(leads[0].items()))).json() == post(leads[0]).json()


def test_a_withheld_probability_says_why(
    post: Post, in_force: ScorerInForce, monkeypatch: pytest.MonkeyPatch, leads: list[dict[str, Any]]
) -> None:
    """A champion that must not publish a probability answers rank and bucket, and why."""
    usual = post(leads[0]).json()
    why = {"publishes_probability": False, "probability_withheld": "it missed its bound"}
    monkeypatch.setattr(in_force.scorer, "about_", why)
    withheld = post(leads[0]).json()
    assert withheld["probability"] is None
    assert withheld["probability_withheld"] == "it missed its bound"
    assert (withheld["score"], withheld["bucket"]) == (usual["score"], usual["bucket"])
    monkeypatch.setattr(in_force.scorer, "about_", {"publishes_probability": False})
    assert post(leads[0]).json()["probability_withheld"]


def test_our_own_mistakes_tell_nothing(
    post: Post, refused: Refused, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error of ours answers 500 as a problem, and its log line holds no word of the request."""

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the secret of L-1\nERROR admin logged in")

    monkeypatch.setattr("serving.api.score.score_leads", fail)
    answer = post({"id": "L-1"})
    refused(answer, 500, "internal_error")
    assert "secret" not in answer.text + caplog.text
    assert "RuntimeError in fail" in caplog.text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    ["id", "account_id", "created_at", "as_of", "events", "employees", "industry", "email", "x"]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=json_values | st.dictionaries(fields, json_values) | st.lists(st.dictionaries(fields, json_values)))
def test_no_json_breaks_the_service(post: Post, body: Any) -> None:
    """Whatever JSON is sent, the answer is a score or a problem of the caller's."""
    answer = post(json.dumps(body).encode())
    assert answer.status_code in (200, 400, 422)


def test_scoring_nothing_is_no_work(in_force: ScorerInForce) -> None:
    """No leads have no scores."""
    assert score_leads([], in_force.scorer, most_reasons=3) == []
