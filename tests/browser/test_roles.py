"""Roles: what each finds on the pages, and what is closed to them."""

import pytest
from playwright.sync_api import expect

from tests.browser.leads import find_row, tell_hot_lead
from tests.browser.visits import Site, Visits

_PLACES = {
    "anna": ["Queue", "Agreement", "Model"],
    "sofia": ["Queue", "Agreement", "Model"],
    "eero": ["Queue", "Agreement", "Model", "Set up"],
    "ada": ["Queue", "Agreement", "Model", "Set up"],
}
_TABS = {"eero": {"Users", "Audit"}, "ada": set[str]()}


@pytest.mark.parametrize("user", _PLACES)
def test_everybody_finds_their_places(visits: Visits, user: str) -> None:
    """The navigation names the places that a role may enter, and no others."""
    page = visits.open("/account", user=user)
    links = page.get_by_role("navigation", name="Pages").get_by_role("link")
    assert [text.strip() for text in links.all_text_contents()][: len(_PLACES[user])] == _PLACES[user]
    assert ("Set up" in _PLACES[user]) == (links.get_by_text("Set up").count() == 1)


@pytest.mark.parametrize("user", _TABS)
def test_set_up_shows_what_may_be_set_up(visits: Visits, user: str) -> None:
    """A team lead sets up people and the agreement; users and the audit are an admin's."""
    page = visits.open("/setup", user=user)
    shown = set(page.locator("main").get_by_role("link").all_inner_texts())
    for word in ("Users", "Audit"):
        assert any(word in text for text in shown) == (word not in _TABS[user])


@pytest.mark.parametrize(
    ("user", "path"), [("anna", "/setup"), ("sofia", "/setup/people"), ("eero", "/setup/users")]
)
def test_a_closed_page_says_so(visits: Visits, user: str, path: str) -> None:
    """Whoever guesses an address is told what to do, and finds the way back."""
    visits.expect(403)
    page = visits.open(path, user=user)
    expect(page.get_by_text("ask an admin")).to_be_visible()
    page.get_by_role("link", name="queue").click()
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()


def test_only_who_may_act_is_offered_to(site: Site, visits: Visits) -> None:
    """A scientist and a colleague who does not own a lead see it without buttons; owner and team lead may act."""
    tell_hot_lead(site, "whose", owner_id="anna")
    for user, count in (("sofia", 0), ("jonas", 0), ("anna", 1), ("eero", 1)):
        page = visits.open("/?owner=all&q=whose", user=user)
        expect(find_row(page, "whose").get_by_role("button", name="Accept")).to_have_count(count)
