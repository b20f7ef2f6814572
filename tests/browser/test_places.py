"""Every page, as everybody's eyes, hands and readers meet it."""

import os
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from serving.app import create_app
from serving.settings import Settings
from tests.browser.looking import find_barriers, find_sticking_out
from tests.browser.places import HOT, PLACES, Place, list_shown
from tests.browser.visits import PHONE, Site, Visits

_NARROW = {"width": 320, "height": 640}
# Between them they hold every part in every colour; HOTLEAD_EVERY_PLACE=1 looks at all others too, for minutes.
_OF_ALL_PARTS = (
    *("/sign-in as None", "/ as anna", f"/leads/{HOT} as anna", f"/leads/{HOT}/reject as anna"),
    *("/agreement?parts=all as eero", "/agreement/plan as ada", "/model as sofia", "/setup/people as ada"),
    *("/setup/agreement/new as ada", "/setup/audit as ada"),
)
_LOOKED_AT = [place for place in PLACES if os.environ.get("HOTLEAD_EVERY_PLACE") or str(place) in _OF_ALL_PARTS]


def test_no_page_is_left_out(tmp_path: Path) -> None:
    """Every route that shows something has an address here, and those that are always looked at are there."""
    assert set(_OF_ALL_PARTS) <= {str(place) for place in PLACES}
    app = create_app(Settings(home=tmp_path, works=False))
    assert list_shown(list(app.router.routes)) == {place.route for place in PLACES}


@pytest.mark.parametrize("place", _LOOKED_AT, ids=str)
def test_nobody_is_shut_out(visits: Visits, place: Place) -> None:
    """In light and dark, wide and narrow: no serious finding of axe-core, and nothing sticks out."""
    visits.expect(place.status)
    page = visits.open(place.path, user=place.user)
    found = find_barriers(page)
    page.emulate_media(color_scheme="dark")
    found += find_barriers(page, ["color-contrast"])
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    found += find_barriers(page, ["target-size"]) + find_sticking_out(page)
    page.set_viewport_size(_NARROW)  # type: ignore[arg-type]
    found += find_sticking_out(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_page_can_run_nothing_of_strangers(site: Site, place: Place) -> None:
    """Its policy names no source but our own, and no script or style stands in it."""
    headers = {"cookie": f"hotlead_session={site.company.sessions[place.user]}"} if place.user else {}
    request = urllib.request.Request(site.address + site.company.locate(place.path), headers=headers)
    try:
        answer = urllib.request.urlopen(request, timeout=20)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        policy, text = answer.headers["content-security-policy"], answer.read().decode()
    assert answer.status == place.status
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert " style=" not in text
    assert "<script>" not in text
    assert "<img src=x" not in text
