"""Numbers that are none, or none that fit: at every door, one rule."""

import json
import math
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serving.hostile.company import KINDS, NEWS, Company, make_event

_WITH_ATTRIBUTES = (("PUT", "/v1/leads/L-number"), ("PUT", "/v1/accounts/A-number"), ("POST", "/v1/score"))


def shorten(value: Any) -> str:
    """Return the beginning of a value, for the name of a test."""
    return str(value)[:12]


def _fill(path: str, **fields: Any) -> dict[str, Any]:
    return {**({"id": "L"} if path == "/v1/score" else {}), **fields}


@pytest.mark.parametrize(("method", "path"), _WITH_ATTRIBUTES)
@pytest.mark.parametrize(
    "value",
    [
        *("12abc", " 12 ", "1,000", "1.000", "1k", "50-100", "\u0661\u0662", "\uff11\uff12", "0x10", "1_000"),
        *("", "-1", "1e3", "9999999999", "12\n", "\u00b2", "NaN", "Infinity", "null", "twelve"),
        *(True, False, 12.5, -0.5, [12], {"value": 12}, []),
    ],
)
def test_what_is_no_whole_number_is_refused(company: Company, method: str, path: str, value: Any) -> None:
    """A whole number is a JSON number without a fraction or up to nine plain digits; all else is 422."""
    expected = (422, "not_integer", "/employees")
    company.check_refused(method, path, _fill(path, employees=value), expected, told=value)
    if path != "/v1/score":
        company.check_kept(f"{method} {path}", "not_integer", "/employees")


@pytest.mark.parametrize(("method", "path"), _WITH_ATTRIBUTES)
@pytest.mark.parametrize("value", [2**63, -(2**63), 1e19, -1e300, 10**399], ids=shorten)
def test_whole_numbers_beyond_64_bits_are_refused(company: Company, method: str, path: str, value: Any) -> None:
    """What needs more than 63 bits and a sign is out of range."""
    expected = (422, "out_of_range", "/employees")
    company.check_refused(method, path, _fill(path, employees=value), expected, told=value)


@pytest.mark.parametrize(("method", "path"), _WITH_ATTRIBUTES)
@pytest.mark.parametrize("value", ["12", "1e3", "", True, [], {}])
def test_what_is_no_number_is_refused(company: Company, method: str, path: str, value: Any) -> None:
    """A number column takes JSON numbers only."""
    company.check_refused(method, path, _fill(path, revenue=value), (422, "not_number", "/revenue"), told=value)


@pytest.mark.parametrize(("method", "path"), KINDS)
@pytest.mark.parametrize("digits", [b"NaN", b"Infinity", b"-Infinity", b"+1", b"01", b".5", b"1.", b"0x10", b"1e"])
def test_what_is_no_json_number_is_no_json(company: Company, method: str, path: str, digits: bytes) -> None:
    """Words and notations that JSON does not have are 400 wherever they stand."""
    company.check_refused(method, path, b'{"deep":[{"x":%s}]}' % digits, (400, "invalid_json", None))


@pytest.mark.parametrize(("method", "path"), KINDS)
@pytest.mark.parametrize(
    "digits", [b"1e309", b"-1e309", b"1e999999999", b"9" * 5_000, b"-" + b"9" * 100_000], ids=shorten
)
def test_numbers_beyond_every_float_are_refused_at_once(
    company: Company, method: str, path: str, digits: bytes
) -> None:
    """A number that no float holds is 422 wherever it stands, and takes no time however long it is."""
    body = b'{"deep":[{"x":%s}]}' % digits
    company.check_refused(method, path, body, (422, "not_finite", "/deep/0/x"), told=digits[:100].decode())
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        company.ask(method, path, body)
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.05


@pytest.mark.parametrize(("value", "stored"), [(12, 12), (12.0, 12), (1e3, 1000), ("12", 12), ("007", 7), (0, 0)])
def test_whole_numbers_are_taken_in_plain_notations(company: Company, value: Any, stored: int) -> None:
    """Notations that leave no doubt are taken, and read back as the number that they are."""
    lead_id = company.name()
    assert company.ask("PUT", f"/v1/leads/{lead_id}", {"employees": value}).status == 200
    assert company.ask("GET", f"/v1/leads/{lead_id}").told["attributes"]["employees"] == stored


@settings(max_examples=40, deadline=None)
@given(
    value=st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0.1 + 0.2, -0.0, 5e-324, 1.7976931348623157e308, 2.2250738585072014e-308])
)
def test_every_float_comes_back_to_the_bit(company: Company, value: float) -> None:
    """What is stored is what was sent, down to the sign of nought."""
    assert company.ask("PUT", "/v1/leads/L-float", {"revenue": value, "other": value}).status == 200
    stored = company.ask("GET", "/v1/leads/L-float").told["attributes"]
    assert [repr(stored["revenue"]), repr(stored["other"])] == [repr(value)] * 2


@pytest.mark.parametrize("amount", [1.7e308, -1.7e308, 10**30, 10**399, -(10**399)], ids=shorten)
def test_no_amount_keeps_a_lead_from_being_scored(company: Company, amount: float) -> None:
    """Amounts that no float holds, or whose sum none holds, are clipped: the lead is scored now and ever after."""
    lead_id = company.name()
    company.ask("PUT", f"/v1/leads/{lead_id}", {"revenue": 1e308})
    for number in range(3):
        event = make_event(lead_id, id=f"{number}", properties={"pages": amount})
        reply = company.ask("POST", "/v1/events", event)
        assert (reply.status, reply.told["status"]) == (200, "accepted")
        assert 0 <= reply.told["lead"]["score"] <= 100
    probability = company.ask("GET", f"/v1/leads/{lead_id}").told["score"]["probability"]
    assert math.isfinite(probability)


def test_one_bad_number_in_a_batch_spoils_one_event(company: Company) -> None:
    """The others are taken, and the one that is refused is kept with its place in the batch."""
    good, lead_id = make_event(company.name("parked")), company.name("parked")
    told = [good, make_event(lead_id, occurred_at=1_763_719_200), make_event(lead_id, type=12.5)]
    reply = company.ask("POST", "/v1/events", told)
    assert reply.status == 200
    assert (reply.told["parked"], reply.told["rejected"]) == (1, 2)
    assert [item.get("path") for item in reply.told["items"]] == [None, "/1/occurred_at", "/2/type"]
    company.check_kept("POST /v1/events", "not_time", "/1/occurred_at")
    company.check_kept("POST /v1/events", "not_text", "/2/type")


@pytest.mark.parametrize(("method", "path"), NEWS)
def test_a_number_is_no_object(company: Company, method: str, path: str) -> None:
    """A number where an object belongs is refused at every door, and kept."""
    company.check_refused(method, path, json.dumps(12).encode(), (422, "not_an_object", ""))
    company.check_kept(f"{method} {path}", "not_an_object", "")
