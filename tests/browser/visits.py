"""Visits: pages in contexts of their own, watched for whatever a person would call broken."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, Response

from tests.browser.company import Company

WIDE, PHONE = {"width": 1360, "height": 860}, {"width": 390, "height": 844}
_PATIENCE_MILLISECONDS = 15_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the company is served."""

    address: str
    company: Company

    def tell(self, method: str, path: str, body: Any = None) -> Any:
        """Tell the service something as the CRM does, and return what it answers."""
        request = urllib.request.Request(
            self.address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": f"Bearer {self.company.key}", "content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                said = response.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.read().decode()}") from error
        return json.loads(said) if said else None


class Visits:
    """Opens pages and keeps what went wrong in them.

    Parameters
    ----------
    browser
        Where contexts are made, one a visit.
    site
        Whom they visit.
    """

    def __init__(self, browser: Browser, site: Site) -> None:
        self._browser, self._site = browser, site
        self._contexts: list[BrowserContext] = []
        self._expected: set[int] = set()
        self.troubles: list[str] = []

    def open(
        self, path: str = "/", *, user: str | None = "ada", size: dict[str, int] | None = None, **more: Any
    ) -> Page:
        """Open a page as a user who has signed in, or as nobody; `more` is of the context."""
        told: dict[str, Any] = {"viewport": size or WIDE, "base_url": self._site.address, **more}
        context = self._browser.new_context(**told)
        context.set_default_timeout(_PATIENCE_MILLISECONDS)
        self._contexts.append(context)
        if user is not None:
            token = self._site.company.sessions[user]
            context.add_cookies([{"name": "hotlead_session", "value": token, "url": self._site.address}])
        page = context.new_page()
        self._watch(page)
        page.goto(self._site.company.locate(path))
        return page

    def expect(self, *statuses: int) -> None:
        """Say which refusals belong to the test."""
        self._expected.update(statuses)

    def close(self) -> None:
        """Close all that was opened."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def _watch(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.troubles.append(f"{page.url}: {error}"))
        page.on("dialog", self._dismiss)
        page.on("requestfailed", self._see_failure)
        page.on("response", self._see_answer)

    def _hear(self, message: ConsoleMessage) -> None:
        # The status of an answer is judged where it is seen.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.troubles.append(f"{message.location.get('url')}: {message.text}")

    def _dismiss(self, dialog: Dialog) -> None:
        self.troubles.append(f"a dialog opened: {dialog.message}")
        dialog.dismiss()

    def _see_failure(self, request: Request) -> None:
        # Whoever leaves a page ends what it asks for.
        if request.failure != "net::ERR_ABORTED":
            self.troubles.append(f"{request.url}: {request.failure}")

    def _see_answer(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self.troubles.append(f"{response.request.method} {response.url}: {response.status}")
