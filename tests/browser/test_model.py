"""The model page: a threshold is tried before it is saved."""

import re

from playwright.sync_api import expect

from tests.browser.visits import Visits


def test_a_threshold_is_tried_before_it_is_saved(visits: Visits) -> None:
    """Moving the slider shows what a week would bring, and offers to save it; nothing is changed by looking."""
    page = visits.open("/model", user="sofia")
    page.get_by_label("Hot from (%)").fill("60")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(re.compile("hot=60"))
    offered = page.get_by_role("link", name=re.compile("60"))
    expect(offered).to_be_visible()
    offered.click()
    expect(page.get_by_role("heading", name="Set the hot threshold?")).to_be_visible()


def test_without_script_a_threshold_is_tried_too(visits: Visits) -> None:
    """The number and a button do what the slider does."""
    page = visits.open("/model", user="sofia", java_script_enabled=False)
    page.get_by_label("Hot from (%)").fill("60")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(re.compile("hot=60"))
    expect(page.get_by_role("link", name=re.compile("60"))).to_be_visible()


def test_who_may_not_promote_is_offered_nothing(visits: Visits) -> None:
    """A rep reads how good the model is, and finds no order to give."""
    page = visits.open("/model", user="anna")
    expect(page.locator("h1")).to_be_visible()
    assert page.locator('a[href*="/model/promote"]').count() == 0
