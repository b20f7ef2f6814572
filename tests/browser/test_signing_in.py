"""Signing in with a browser: by the form, by nobody, and out again."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.browser.cast import PASSWORD
from tests.browser.visits import Visits

Visit = Callable[..., Any]


def test_a_user_signs_in_by_the_form_and_out_again(visit: Visit) -> None:
    """Name and password lead to the page that was asked for; after signing out it is closed again."""
    page = visit("/account", user=None)
    assert "/sign-in" in page.url
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    expect(page.get_by_role("banner").get_by_text("Anna Lindqvist")).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/sign-in*")
    page.goto("/account")
    assert "/sign-in" in page.url


def test_a_wrong_password_is_told_without_script(visits: Visits) -> None:
    """The form says what is wrong, keeps the name, and never says which of the two was wrong."""
    visits.expect(403)
    page = visits.open("/sign-in", user=None, java_script_enabled=False)
    page.get_by_label("Name").fill("nobody")
    page.get_by_label("Password").fill("guessed")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("nobody")
