"""The quick way to read a lead beside the strict one."""

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from serving.api.attributes import BadField
from serving.api.plain_bodies import PlainReader
from serving.api.reading import Wanted, read_leads
from serving.api.strict_json import JsonError, decode
from serving.championing import ScorerInForce
from serving.usecases.scoring import AskedLead

NOW = 1_700_000_000_000_000
# Each kind of value is mostly plain and sometimes odd, or hardly a lead would be without an oddity.
plain_moments = st.sampled_from(["2026-03-01T09:00:00Z", "2026-03-01t09:00:00.5z", "2026-03-01T09:00:00+00:00"])
odd_moments = st.sampled_from(
    [
        "2026-03-01T09:00:00+0000",
        "2026-03-01T10:00:00+01:00",
        "2026-03-01T09:00:00",
        "1850-01-01T00:00:00Z",
        "never",
        "",
    ]
)
odd = st.none() | st.booleans() | st.sampled_from(["", "  ", "12", "1e3", "a : b", '":', "a@b.c", "\u200b", [], {}])
numbers = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)


def _mostly(plain: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 15).flatmap(lambda draw: odd if draw == 15 else plain)


moments = _mostly(plain_moments, odd_moments)
events = st.fixed_dictionaries(
    {"type": _mostly(st.sampled_from(["download", "visit"]), st.just(" ")), "occurred_at": moments},
    optional={
        "recorded_at": _mostly(plain_moments | st.none(), odd_moments),
        "lead_id": _mostly(st.sampled_from(["L", "M"]) | st.none(), st.just("")),
        "properties": st.none()
        | st.dictionaries(st.sampled_from(["pages", "x"]), _mostly(numbers, odd), max_size=2),
    },
)
leads = st.fixed_dictionaries(
    {"id": _mostly(st.sampled_from(["L", "L/1", "é"]), st.sampled_from([" ", "\x00"]))},
    optional={
        "number_1": _mostly(numbers | st.none(), odd),
        "account_id": _mostly(st.just("A") | st.none(), st.just("")),
        "created_at": moments | st.none(),
        "as_of": moments | st.none(),
        "events": st.lists(events, max_size=3) | st.none(),
        "employees": _mostly(st.integers(0, 10**9) | st.sampled_from(["12", 1e3]) | st.none(), numbers | odd),
        "industry": _mostly(st.text(max_size=5) | st.none(), numbers | odd),
        "email": _mostly(st.just("ada@example.com") | st.none(), odd),
    },
)


def _describe(lead: AskedLead | None) -> Any:
    """Describe all there is of a lead; as text, since a missing amount is NaN and equals nothing."""
    if lead is None:
        return None
    told = {field.name: getattr(lead, field.name) for field in fields(lead)}
    events = {field.name: list(getattr(lead.events, field.name)) for field in fields(lead.events)}
    return repr({**told, "attributes": sorted(lead.attributes.items()), "events": events})


def _read_strictly(body: bytes, wanted: Wanted) -> AskedLead | None:
    try:
        return read_leads(decode(body), wanted, NOW)[0]
    except (JsonError, BadField):
        return None


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lead=leads, spaced=st.booleans())
def test_what_is_read_quickly_is_read_strictly_too(
    in_force: ScorerInForce, lead: dict[str, Any], spaced: bool
) -> None:
    """Whatever the quick way takes, the strict way reads the same."""
    feature_set = in_force.scorer.feature_set
    body = json.dumps(lead, separators=(", ", ": ") if spaced else (",", ":")).encode()
    found = PlainReader(feature_set).find_lead(body, NOW)
    event("quick" if found is not None else "left to the strict way")
    if found is not None:
        assert _describe(found) == _describe(_read_strictly(body, Wanted.by(feature_set)))


def test_usual_leads_are_read_quickly(in_force: ScorerInForce, leads: list[dict[str, Any]]) -> None:
    """The leads that a CRM sends take the quick way."""
    reader = PlainReader(in_force.scorer.feature_set)
    for lead in leads:
        for separators in ((",", ":"), (", ", ": ")):
            assert reader.find_lead(json.dumps(lead, separators=separators).encode(), NOW) is not None


@pytest.mark.parametrize(
    "body",
    [
        b'{"id":"L","id":"L"}',
        b'{"id":"L","employees":1,"employees":1}',
        b'{"id":"L","employees":1,"employe\\u0065s":1}',
        b'{"id":"L","industry":":","industry":"x"}',
        b'{"id":"L","industry":"\\":","employees" :1,"employees":1}',
        b'{"id":"L","events":[{"type":"t","type":"t","occurred_at":"2026-03-01T09:00:00Z"}]}',
        b'{"id":"L","events":[{"type":"t","occurred_at":"2026-03-01T09:00:00Z","properties":{"x":1,"x":2}}]}',
        b'[{"id":"L"}]',
        b"{",
        b"",
        b"\xff",
    ],
)
def test_what_is_odd_is_left_to_the_strict_way(in_force: ScorerInForce, body: bytes) -> None:
    """Repeated keys, arrays and rubbish are not for the quick way."""
    assert PlainReader(in_force.scorer.feature_set).find_lead(body, NOW) is None
