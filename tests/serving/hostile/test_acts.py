"""Acts under attack: what is told of people's work on leads, and of what channels cost."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.serving.hostile.company import Company, check_problem


@pytest.mark.parametrize("act", ["stage", "accept", "reject", "return", "contacts"])
@pytest.mark.parametrize("name", ["note", "by", "id"])
@pytest.mark.parametrize("value", ["\ud800", "x" * 10_001, 5, {}], ids=["surrogate", "long", "number", "object"])
def test_an_act_with_a_text_that_is_none_is_refused(company: Company, act: str, name: str, value: Any) -> None:
    """Whatever people do about a lead, its fields take texts only, and none that cannot be kept."""
    company.ask("PUT", "/v1/leads/L-acts", {})
    body = {"stage": "sql", "kind": "call", "reason": "no_budget", name: value}
    before = company.count()
    reply = company.ask("POST", f"/v1/leads/L-acts/{act}", body)
    assert reply.status == 422
    assert reply.told["code"] in ("bad_unicode", "too_long", "not_text", "unknown_reason")
    assert company.count() == before


@pytest.mark.parametrize("until", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1999-01-01T00:00:00Z"])
def test_no_lead_wakes_before_it_sleeps(company: Company, until: str) -> None:
    """Nor at a moment outside of all calendars."""
    company.ask("PUT", "/v1/leads/L-sleeps", {})
    body = {"stage": "recycled", "until": until}
    company.check_refused("POST", "/v1/leads/L-sleeps/stage", body, (422, "out_of_range", "/until"), told=until)


@pytest.mark.parametrize(
    "month", ["0000-00", "2026-13", "202611", "1899-12", "2200-01", "\u0662\u0660\u0662\u0666-11", "x"]
)
def test_what_is_no_month_costs_nothing(company: Company, month: str) -> None:
    """It is refused by its code, and not shown."""
    path = f"/v1/spending/web/{quote(month)}"
    company.check_refused("PUT", path, {"euros": 1}, (422, "bad_month", None), told=month)


@pytest.mark.parametrize("euros", [-1, 1e308, 1e12 + 1, "1", True, 10**400])
def test_what_nobody_spent_is_refused(company: Company, euros: Any) -> None:
    """Less than nothing, more than there is, and what is no number."""
    reply = company.ask("PUT", "/v1/spending/web/2026-02", {"euros": euros})
    assert reply.told["code"] in ("out_of_range", "not_number", "not_finite")
    check_problem(reply, (422, reply.told["code"], "/euros"))
    assert all(each["channel"] != "web" for each in company.ask("GET", "/v1/spending").told["items"])
