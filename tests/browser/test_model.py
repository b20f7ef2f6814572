"""The model page: a threshold is tried before it is saved, and a model is promoted and taken back."""

import re

from playwright.sync_api import expect

from tests.browser.visits import Visits

# An order is carried out by another process, which reads the registry and compares both models.
_ORDER_MILLISECONDS = 120_000


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


def test_the_slider_shows_what_it_would_do(visits: Visits) -> None:
    """Each step of it redraws the bench alone, and leads back to the threshold in force."""
    page = visits.open("/model", user="sofia")
    bench = page.locator("#bench")
    expect(bench).to_contain_text("In force: hot from")
    page.get_by_label("Hot from, in per cent").fill("30")
    expect(bench).to_contain_text("If hot began at 30")
    page.get_by_label("Hot from, in per cent").press("ArrowRight")
    expect(bench).to_contain_text("If hot began at 30.1")
    bench.get_by_role("link", name="Back to the one in force").click()
    expect(bench).to_contain_text("In force: hot from")


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


def test_a_model_is_promoted_and_taken_back(visits: Visits) -> None:
    """An order is carried out while its page waits; what it did is in force, and is undone the same way."""
    page = visits.open("/model", user="sofia")
    page.get_by_role("link", name="Promote version 2").click()
    page.get_by_label("Why").fill("Learned from more wins.")
    page.get_by_role("button", name="Compare, then promote version 2").click()
    expect(page.get_by_text("Version 2 is the champion")).to_be_visible(timeout=_ORDER_MILLISECONDS)
    page.get_by_role("link", name="Back to the model").click()
    expect(page.get_by_text("Learned from more wins.")).to_be_visible()
    page.get_by_role("link", name="Go back to version 1").click()
    page.get_by_role("button", name="Go back to version 1").click()
    expect(page.get_by_text("Version 1 is the champion")).to_be_visible(timeout=_ORDER_MILLISECONDS)
