"""The queue as a rep works with it: by mouse, by keyboard alone, without script, and beside a colleague."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.leads import find_row, tell_hot_lead, tell_lead, turn_hot
from tests.browser.visits import PHONE, Site, Visits

# From the news of an event to the row: the service looks twice a second, the page waits a little for more.
_SOON = 20_000
# An act can be undone for ten seconds; then a worker applies it.
_APPLIED = 25_000
_MOST_TABS = 60
# By then an answer that has come is on the page.
_REDRAWN = 250


def test_an_act_is_answered_at_once_and_can_be_undone(site: Site, visits: Visits) -> None:
    """The row says what was done, the message lets it be undone, and then it never was."""
    tell_hot_lead(site, "undo-me")
    page = visits.open("/?q=undo-me", user="anna")
    row = find_row(page, "undo-me")
    _mark(page)
    row.get_by_role("button", name="Accept").click()
    expect(row.get_by_text("Accepted")).to_be_visible()
    expect(page.locator("#messages").get_by_text("Accepted Undo Me.")).to_be_visible()
    row.get_by_role("button", name="Undo").click()
    expect(row.get_by_role("button", name="Accept")).to_be_visible()
    expect(page.locator("#messages .said")).to_have_count(0)
    assert _is_marked(page)
    assert "accepted" not in str(site.tell("GET", "/v1/leads/undo-me/why")).lower()


def test_a_rep_rejects_with_a_reason_without_a_mouse(site: Site, visits: Visits) -> None:
    """Tab reaches the row, r asks for the reason in a dialog, Enter rejects, z undoes it."""
    tell_hot_lead(site, "by-keyboard")
    page = visits.open("/?q=by-keyboard", user="anna")
    row = find_row(page, "by-keyboard")
    _tab_into(page, row.get_attribute("id") or "")
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("No b")
    expect(dialog.get_by_label("Reason")).to_have_value("no_budget")
    _tab_to(page, "Reject")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(row.get_by_text("Rejected")).to_be_visible()
    _tab_into(page, row.get_attribute("id") or "")
    page.keyboard.press("z")
    expect(row.get_by_text("Rejected")).to_have_count(0)


def test_keys_move_between_rows_and_open_a_lead(visits: Visits) -> None:
    """The keys j and arrow down go on, k goes back, Enter opens the lead; Escape closes what was opened."""
    page = visits.open("/?owner=all&bucket=all", user="anna")
    rows = page.locator("[data-keys]")
    rows.nth(0).focus()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(2)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    rows.nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/leads/"))


def test_a_hot_lead_arrives_in_two_queues_and_an_act_in_one_shows_in_the_other(site: Site, visits: Visits) -> None:
    """Neither page is loaded again: the row slides in, and goes where the act puts it."""
    tell_lead(site, "arriving", owner_id="anna")
    own = visits.open("/?bucket=hot", user="anna")
    lead = visits.open("/?bucket=hot&owner=all", user="eero")
    for page in (own, lead):
        _mark(page)
        expect(find_row(page, "arriving")).to_have_count(0)
    turn_hot(site, "arriving")
    for page in (own, lead):
        expect(find_row(page, "arriving")).to_be_visible(timeout=_SOON)
        expect(page.locator("#news")).to_contain_text("Arriving")
    find_row(own, "arriving").get_by_role("link", name="Reject").click()
    dialog = own.get_by_role("dialog")
    dialog.get_by_label("Reason").select_option("competitor")
    dialog.get_by_role("button", name="Reject").click()
    expect(find_row(own, "arriving").get_by_text("Rejected")).to_be_visible()
    expect(find_row(lead, "arriving")).to_have_count(0, timeout=_APPLIED)
    expect(find_row(own, "arriving")).to_have_count(0, timeout=_APPLIED)
    for page in (own, lead):
        assert _is_marked(page)


def test_without_script_a_lead_is_rejected_and_it_is_undone(site: Site, visits: Visits) -> None:
    """Links and forms alone: the reason on a page of its own, then the queue with a message that undoes it."""
    tell_hot_lead(site, "no-script")
    page = visits.open("/?q=no-script", user="anna", java_script_enabled=False)
    find_row(page, "no-script").get_by_role("link", name="Reject").click()
    page.get_by_label("Reason").select_option("not_a_fit")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("Rejected No Script.")).to_be_visible()
    page.locator("#messages").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Rejected No Script.")).to_have_count(0)
    expect(find_row(page, "no-script").get_by_role("link", name="Reject")).to_be_visible()


def test_a_call_is_told_on_a_phone(site: Site, visits: Visits) -> None:
    """With a thumb: the menu of what came of the call is reached, and large enough to hit."""
    tell_hot_lead(site, "by-thumb")
    page = visits.open("/?q=by-thumb", user="anna", size=PHONE, has_touch=True, is_mobile=True)
    row = find_row(page, "by-thumb")
    row.get_by_text("Call", exact=True).tap()
    button = row.get_by_role("button", name="No answer")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 40
    button.tap()
    expect(row.locator(".held")).to_contain_text("No answer")


def test_filters_are_in_the_address(visits: Visits) -> None:
    """Whose leads, which, and in which order can be sent to a colleague as a link; Back goes back."""
    page = visits.open("/", user="eero")
    page.get_by_label("Whose leads").select_option("jonas")
    page.wait_for_url(re.compile("owner=jonas"))
    page.get_by_role("link", name="Hot", exact=True).click()
    page.wait_for_url(re.compile("bucket=hot"))
    assert "owner=jonas" in page.url
    page.go_back()
    assert "bucket=hot" not in page.url


def test_late_news_does_not_bring_old_filters_back(site: Site, visits: Visits) -> None:
    """What was asked for before other filters were chosen is not shown after them."""
    page = visits.open("/", user="eero")
    late: list[Route] = []

    def hold(route: Route) -> None:
        is_part = "x-hotlead-part" in route.request.headers
        if late or not is_part or "owner=" in route.request.url:
            route.continue_()
        else:
            late.append(route)

    page.route(lambda address: "/live" not in address, hold)
    tell_hot_lead(site, "late-news")
    _wait_for(page, lambda: bool(late))
    page.get_by_label("Whose leads").select_option("jonas")
    page.wait_for_url(re.compile("owner=jonas"))
    with page.expect_response(late[0].request.url):
        late[0].continue_()
    page.wait_for_timeout(_REDRAWN)
    page.get_by_role("link", name="Hot", exact=True).click()
    page.wait_for_url(re.compile("bucket=hot"))
    assert "owner=jonas" in page.url


def _wait_for(page: Page, is_true: Callable[[], bool]) -> None:
    """Wait until something of the browser's is so."""
    for _ in range(_SOON // _REDRAWN):
        if is_true():
            return
        page.wait_for_timeout(_REDRAWN)
    raise AssertionError("waited in vain")


def _mark(page: Page) -> None:
    """Mark a page, which forgets it when it is loaded again."""
    page.evaluate("() => { window.isMarked = true }")


def _is_marked(page: Page) -> bool:
    return bool(page.evaluate("() => window.isMarked"))


def _tab_into(page: Page, element_id: str) -> None:
    """Press Tab until something in an element has the focus."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("id => document.getElementById(id).contains(document.activeElement)", element_id):
            return
    raise AssertionError("Tab does not reach it")


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until a button of this name has the focus."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.textContent.trim()") == name:
            return
    raise AssertionError(f"Tab does not reach {name}")
