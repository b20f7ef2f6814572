"""Leads of a test's own, told by the CRM while the pages are open."""

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Locator, Page

from serving.web.marks import mark_lead
from tests.browser.cast import KEEN
from tests.browser.visits import Site


def tell_lead(site: Site, lead_id: str, *, owner_id: str = "anna", **told: Any) -> None:
    """Tell of a lead that some visits would turn hot."""
    name = lead_id.replace("-", " ").title()
    usual = {"name": name, "company": f"{name} Oy", "email": f"{lead_id}@example.com", "owner_id": owner_id}
    site.tell("PUT", f"/v1/leads/{lead_id}", KEEN | usual | told)


def turn_hot(site: Site, lead_id: str) -> None:
    """Tell of what a lead did just now, which turns it hot."""
    now = datetime.now(UTC)
    kinds = ["visit"] * 4 + ["demo_request"] * 2
    events = [
        {
            "id": f"{lead_id}-{number}",
            "lead_id": lead_id,
            "type": kind,
            "occurred_at": (now - timedelta(minutes=number)).isoformat(),
            "properties": {"pages": 5},
        }
        for number, kind in enumerate(kinds, start=1)
    ]
    site.tell("POST", "/v1/events", events)
    lead = site.tell("GET", f"/v1/leads/{lead_id}")
    assert lead["score"]["bucket"] == "hot", lead["score"]


def tell_hot_lead(site: Site, lead_id: str, **told: Any) -> None:
    """Tell of a lead, and of what turns it hot: it is handed over at once."""
    tell_lead(site, lead_id, **told)
    turn_hot(site, lead_id)


def find_row(page: Page, lead_id: str) -> Locator:
    """Find a lead's row in a list."""
    return page.locator(f"#{mark_lead(lead_id)}")
