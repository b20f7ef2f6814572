"""Pictures of the pages: those of the docs, or with ``python -m tests.browser.pictures FOLDER`` all of them."""

import argparse
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from hotlead.local_server import find_free_port, serve_home
from tests.browser.chromium import ARGUMENTS, find_chromium
from tests.browser.company import Company, found_company, read_company
from tests.browser.places import HOT, PLACES, Place
from tests.browser.visits import PHONE, WIDE, Site, Visits

DOCS = Path(__file__).parents[2] / "docs" / "screenshots"
# Stands in for the attack in pictures.
_CALM = "fresh-3"
_SCHEMES = ("light", "dark")
_SIZES = {"wide": (WIDE, 1.5), "phone": (PHONE, 2.0)}
_SHOWN = {
    "queue": ("/", "anna", ("wide-light", "wide-dark", "phone-light")),
    "lead": ("/leads/fresh-3", "anna", ("wide-light",)),
    "agreement": ("/agreement", "eero", ("wide-light",)),
    "model": ("/model", "sofia", ("wide-light",)),
    "setup": ("/setup/agreement/new", "ada", ("wide-light",)),
}
"""What the docs show: the address, who looks, and how."""


class NoChromium(LookupError):
    """There is no browser to draw pictures with."""


@contextmanager
def serve_for_pictures(home: Path) -> Iterator[Site]:
    """Serve the company of a home, without the leads whose names are attacks; found it where there is none."""
    company: Company = read_company(home) or found_company(home, datetime.now(UTC), is_attacked=False)
    port = find_free_port(0)
    with serve_home(home, port, {"HOTLEAD_PUBLIC_URL": f"http://127.0.0.1:{port}"}):
        yield Site(address=f"http://127.0.0.1:{port}", company=company)


def draw(site: Site, folder: Path, wanted: Iterable[tuple[str, Place, str]], *, is_whole: bool) -> list[str]:
    """Draw pages into a folder, the whole of each or what a screen shows, and return what went wrong in them."""
    chromium = find_chromium()
    if chromium is None:
        raise NoChromium("pictures need a browser: install chromium, or name one in HOTLEAD_CHROMIUM")
    folder.mkdir(parents=True, exist_ok=True)
    troubles = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        for name, place, how in wanted:
            troubles += _draw_one(browser, site, folder / f"{name}-{how}.png", place, how, is_whole=is_whole)
        browser.close()
    return troubles


def _draw_one(browser: Browser, site: Site, path: Path, place: Place, how: str, *, is_whole: bool) -> list[str]:
    size_name, scheme = how.split("-")
    size, scale = _SIZES[size_name]
    visits = Visits(browser, site)
    visits.expect(place.status)
    page = visits.open(place.path, user=place.user, size=size, color_scheme=scheme, device_scale_factor=scale)
    page.screenshot(path=path, full_page=is_whole)
    _shrink(path)
    visits.close()
    return [f"{path.name}: {trouble}" for trouble in visits.troubles]


def _shrink(path: Path) -> None:
    """Keep 256 colours: pages have few, and the docs stay light."""
    Image.open(path).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def list_all() -> Iterator[tuple[str, Place, str]]:
    """List every page in every way."""
    for place in PLACES:
        calm = replace(place, path=place.path.replace(HOT, _CALM))
        name = re.sub(r"[^a-z]+", "-", f"{calm.path}-{calm.user or 'nobody'}".lower()).strip("-")
        yield from ((name, calm, f"{size}-{scheme}") for size in _SIZES for scheme in _SCHEMES)


def list_for_docs() -> Iterator[tuple[str, Place, str]]:
    """List what the docs show."""
    for name, (path, user, ways) in _SHOWN.items():
        yield from ((name, Place(route=path, path=path, user=user), how) for how in ways)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="draw every page in every way into this folder")
    parser.add_argument("--home", type=Path, help="a company that was founded before, or where to found it")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, serve_for_pictures(told.home or Path(scratch)) as site:
        whole = told.folder is not None
        wanted = list_all() if whole else list_for_docs()
        troubles = draw(site, told.folder or DOCS, wanted, is_whole=whole)
    print("\n".join(troubles) or f"All pictures are in {told.folder or DOCS}.")


if __name__ == "__main__":
    _main()
