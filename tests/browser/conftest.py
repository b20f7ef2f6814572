"""A company served for real, and Chromium to look at it: whatever goes wrong in a page fails its test."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from hotlead.local_server import find_free_port, serve_home
from hotlead.receiver import Receiver
from tests.browser.chromium import ARGUMENTS, find_chromium
from tests.browser.company import Company, found_company, read_company
from tests.browser.visits import Site, Visits
from tests.sharing import share


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is; without one nothing in this folder can be tested."""
    found = find_chromium()
    if found is None:
        pytest.skip("NO PAGE IS TESTED IN A BROWSER: install chromium, or name one in HOTLEAD_CHROMIUM")
    return found


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """Who is sent messages."""
    with Receiver() as running:
        yield running


@pytest.fixture(scope="session")
def site(chromium: str, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The company, served in a process of its own."""
    company = _lend_company(tmp_path_factory)
    port = find_free_port(0)
    # The service sends nothing to its own name, so it has another than its receiver.
    settings = {"HOTLEAD_PUBLIC_URL": "http://leads.test", "HOTLEAD_TRUSTED_TARGETS": receiver.target}
    with serve_home(company.home, port, settings):
        yield Site(address=f"http://127.0.0.1:{port}", company=company)


def _lend_company(factory: pytest.TempPathFactory) -> Company:
    """Copy the company in ``HOTLEAD_COMPANY``, or one that is founded once for all processes of a test run."""
    named = os.environ.get("HOTLEAD_COMPANY")
    founded = Path(named) if named else share(factory, "founded", _found)
    company = read_company(Path(shutil.copytree(founded, factory.mktemp("company") / "home")))
    assert company is not None, "HOTLEAD_COMPANY names no company: `python -m tests.browser.company` founds one"
    return company


def _found(home: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # Tests of the registry before us may have left theirs here.
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        found_company(home, datetime.now(UTC))


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium without a window. It ends with the file: as long as it runs, nobody else may run an event loop."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture
def visits(browser: Browser, site: Site) -> Iterator[Visits]:
    """Opens pages, watches them, and says at the end of the test what went wrong in any of them."""
    opened = Visits(browser, site)
    yield opened
    opened.close()
    assert not opened.troubles


@pytest.fixture
def visit(visits: Visits) -> Callable[..., Any]:
    """Open a page as somebody."""
    return visits.open
