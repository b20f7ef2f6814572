"""Set up: a user let in by a link, an agreement looked at before it is signed, leads from a file."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.visits import Visits

_FILE = b"""Id;Name;E-mail;Company;Country;Employees;Notes
file-1;Ursula Brandt;ursula@example.com;Brandt KG;Germany;120;=1+1
file-2;"Ngozi ""N"" Obi";ngozi@example.com;Obi Ltd;Finland;40;"two
lines"
file-3;<b>Bold</b>;bold@example.com;Bold;Italy;;none
"""


def test_an_admin_lets_somebody_in_by_a_link(visits: Visits) -> None:
    """The link is shown once, and signs in whoever opens it, once."""
    page = visits.open("/setup/users/new")
    page.get_by_label("Signs in as").or_(page.locator("input[name=id]")).first.fill("matteo")
    page.locator("input[name=name]").fill("Matteo Fonte")
    page.get_by_label("Sales rep").check()
    page.get_by_role("button", name="Add").click()
    link = urlsplit(page.locator("#once").input_value()).path
    guest = visits.open(link, user=None)
    guest.locator("main").get_by_role("button").click()
    guest.wait_for_url(re.compile("/account"))
    expect(guest.get_by_text("Matteo Fonte").first).to_be_visible()
    page.goto("/setup/users")
    assert link not in page.content()
    visits.expect(403)
    late = visits.open(link, user=None)
    late.locator("main").get_by_role("button").click()
    expect(late.get_by_role("alert")).to_be_visible()


@pytest.mark.parametrize("has_script", [True, False])
def test_an_agreement_is_looked_at_before_it_is_signed(visits: Visits, has_script: bool) -> None:
    """A mistake is shown with its line; mended, what would change is said, and nothing is signed yet."""
    page = visits.open("/setup/agreement/new", user="eero", java_script_enabled=has_script)
    text = page.locator("textarea[name=text]")
    before = text.input_value()
    text.fill(before.replace('first_contact = "6 h"', 'first_contact = "soon"'))
    visits.expect(422)
    page.locator("main button.first").click()
    expect(page.get_by_role("alert")).to_contain_text("first_contact")
    page.locator("textarea[name=text]").fill(before.replace('first_contact = "6 h"', 'first_contact = "4 h"'))
    page.locator("main button.first").click()
    expect(page.locator("main")).to_contain_text("4 h")
    expect(page.get_by_role("button", name="Sign", exact=True)).to_be_visible()
    page.goto("/setup/agreement")
    expect(page.locator("main")).not_to_contain_text('first_contact = "4 h"')


@pytest.mark.parametrize("has_script", [True, False])
def test_leads_come_from_a_file(visits: Visits, has_script: bool) -> None:
    """The file is looked at, its columns are guessed and can be changed, and its leads stand in the queue."""
    page = visits.open("/setup/import", user="eero", java_script_enabled=has_script)
    body = _FILE.replace(b"file-", b"script-" if has_script else b"plain-")
    page.locator("input[type=file]").set_input_files({"name": "leads.csv", "mimeType": "text/csv", "buffer": body})
    page.get_by_role("button", name="Look at it").click()
    expect(page.locator("main")).to_contain_text("Ursula Brandt")
    page.get_by_role("button", name="Import 3 rows").click()
    for _ in range(20):
        if page.get_by_text("Done").count():
            break
        page.wait_for_timeout(500)
        if not has_script:
            page.reload()
    expect(page.get_by_text("Done").first).to_be_visible()
    page.goto(f"/leads/{'script' if has_script else 'plain'}-3")
    expect(page.locator("h1")).to_contain_text("<b>Bold</b>")
