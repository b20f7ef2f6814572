"""The board: every figure opens its leads, and the week is one page of paper."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.visits import Visits

_PAGE = re.compile(rb"/Type\s*/Page[^s]")


@pytest.mark.parametrize("has_script", [True, False])
def test_a_figure_opens_its_leads_and_a_lead_its_page(visits: Visits, has_script: bool) -> None:
    """From the funnel to the leads behind it to one of them, with script and without."""
    page = visits.open("/agreement?parts=all", user="eero", java_script_enabled=has_script)
    page.locator('a[href*="table=stages"]').first.click()
    page.wait_for_url(re.compile("/agreement/leads"))
    rows = page.locator("tbody tr")
    assert rows.count() > 0
    rows.first.get_by_role("link").first.click()
    page.wait_for_url(re.compile("/leads/"))
    expect(page.locator("h1")).not_to_be_empty()


def test_the_heavy_half_comes_by_itself(visits: Visits) -> None:
    """The first half is there at once; the second takes its place without a word."""
    page = visits.open("/agreement", user="eero")
    expect(page.locator('main a[href*="view=funnel"]').first).to_be_visible(timeout=15_000)


def test_the_week_is_one_page_of_paper(visits: Visits) -> None:
    """The print view is one A4 page, without the navigation."""
    page = visits.open("/agreement?print=1", user="eero")
    paper = page.pdf(format="A4", print_background=True)
    assert len(_PAGE.findall(paper)) == 1
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Pages")).to_be_hidden()
