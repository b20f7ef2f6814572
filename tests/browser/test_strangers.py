"""Strangers: what comes from public forms is shown as it was told, and does nothing, wherever it stands."""

import csv
import io
import re
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import expect

from hotlead.receiver import Receiver
from tests.browser.cast import HOSTILE_NAMES
from tests.browser.leads import find_row, tell_hot_lead
from tests.browser.looking import find_sticking_out
from tests.browser.visits import PHONE, Site, Visits

_ATTACK = HOSTILE_NAMES["script"]
_REFLECTED = (
    "/?q={}",
    "/?owner={}",
    "/sign-in?next={}",
    "/agreement?period={}",
    "/agreement/leads?view={}",
    "/leads/{}",
    "/setup/people/change?id={}",
    "/setup/audit?who={}",
    "/model?hot={}",
    "/nowhere/{}",
)


@pytest.mark.parametrize("kind", HOSTILE_NAMES)
def test_a_lead_is_called_what_it_said(visits: Visits, kind: str) -> None:
    """Its page shows the name letter by letter, wide and on a phone, and nothing of it comes to life."""
    page = visits.open(f"/leads/fresh-{kind}", user="anna")
    assert (page.locator("h1").text_content() or "").strip()
    if kind not in ("blank", "endless"):
        expect(page.locator("h1")).to_contain_text(HOSTILE_NAMES[kind].strip()[:40])
    assert page.locator("main img").count() == 0
    assert page.locator("main script").count() == 0
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert not find_sticking_out(page)


def test_an_act_on_an_attack_says_its_name_and_is_undone(visits: Visits) -> None:
    """The message, the dialog and the row show the name of the lead as text."""
    page = visits.open("/?q=fresh-script", user="anna")
    row = find_row(page, "fresh-script")
    row.get_by_role("button", name="Accept").click()
    expect(page.locator("#messages")).to_contain_text("<img src=x")
    row.get_by_role("button", name="Undo").click()
    # What the same rep did in a test before is told for ten seconds.
    expect(page.locator("#messages .said")).to_have_count(0, timeout=15_000)
    row.get_by_role("link", name="Reject").click()
    expect(page.get_by_role("dialog").get_by_role("heading")).to_contain_text("<img src=x")
    audit = visits.open("/setup/audit")
    expect(audit.locator("main")).to_contain_text("fresh-script")


def test_what_stands_in_an_address_is_no_markup(visits: Visits) -> None:
    """Whatever a link makes a page say back is text."""
    visits.expect(404, 422)
    page = visits.open("/account")
    for address in _REFLECTED:
        page.goto(address.format(quote(_ATTACK, safe="")))
        assert page.locator("img[src=x]").count() == 0, address
        assert page.locator("body > script, main script").count() == 0, address


def test_a_file_of_attacks_is_looked_at_as_text(visits: Visits) -> None:
    """Its name, its columns, its cells and the rows that are refused are shown letter by letter."""
    text = io.StringIO()
    csv.writer(text).writerows(
        [["lead_id", _ATTACK, "name"], ["", _ATTACK, _ATTACK], ["attacks-1", "=1+1", _ATTACK]]
    )
    file = {"name": '"><img src=x>.csv', "mimeType": "text/csv", "buffer": text.getvalue().encode()}
    page = visits.open("/setup/import", user="eero")
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Look at it").click()
    expect(page.locator("main")).to_contain_text("<img src=x onerror")
    assert page.locator("img[src=x]").count() == 0
    page.get_by_role("button", name=re.compile("Import")).click()
    expect(page.get_by_text("Done").first).to_be_visible(timeout=20_000)
    assert page.locator("img[src=x]").count() == 0
    page.goto("/leads/attacks-1")
    expect(page.locator("h1")).to_contain_text("<img src=x")
    assert page.locator("img[src=x]").count() == 0


def test_the_page_behind_a_message_shows_an_attack_as_text(site: Site, visits: Visits, receiver: Receiver) -> None:
    """The message holds the name as it was told; its link shows it, and lets it do nothing."""
    channel = {"owner_id": "jonas", "kind": "webhook", "url": f"http://{receiver.target}/hotlead"}
    receiver.trust(site.tell("POST", "/v1/channels", channel)["secret"])
    tell_hot_lead(site, "told-attack", owner_id="jonas", name=_ATTACK, company=_ATTACK)
    received = receiver.wait_for(lambda message: "told-attack" in message.lead_ids, 20)
    assert received is not None
    (lead,) = received.payload["data"]["leads"]
    assert lead["name"] == _ATTACK
    page = visits.open(urlsplit(lead["link"]).path, user=None)
    expect(page.locator("main")).to_contain_text("<img src=x")
    assert page.locator("img[src=x]").count() == 0
