"""Boards: a company with an invented history under an agreement, looked at through its pages and its API."""

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.serving.usecases.agreed_histories import NOW, write_history
from tests.serving.web.browsers import Site, open_site

HOSTILE = '"><script>alert(1)</script>\u202eevil' + "x" * 40
AGREEMENT = f"""
name = "agreed"
zone = "Europe/Berlin"
[goal]
revenue = 1000000
begins = 2026-01-01
ends = 2027-01-01
own_sources = ["Cold call"]
[[supply]]
quality = "mql"
count = 20
per = "week"
[[supply]]
quality = "lead"
count = 9
per = "week"
channel = '{HOSTILE}'
[[response]]
bucket = "hot"
first_contact = "4 h"
attempts = 3
attempts_within = "40 h"
[[response]]
bucket = "warm"
first_contact = "16 h"
[feedback]
within = "24 h"
[[people]]
id = "ada"
name = '{HOSTILE}'
"""


class Links(HTMLParser):
    """Gathers the links of a page with their texts, and each script and style in it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.running: list[str] = []
        self.texts: list[str] = []
        self._open: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a link; note what would run, or be styled inline."""
        told = {name: value or "" for name, value in attrs}
        self.running += [name for name in told if name.startswith("on") or name == "style"]
        if tag == "script" and not told.get("src", "").startswith("/static/"):
            self.running.append(tag)
        if tag == "a":
            self._open = [told.get("href", ""), told.get("class", "")]

    def handle_endtag(self, tag: str) -> None:
        """Close a link."""
        if tag == "a" and self._open:
            self.found.append((self._open[0], self._open[1], "".join(self._open[2:])))
            self._open = None

    def handle_data(self, data: str) -> None:
        """Keep texts."""
        self.texts.append(data)
        if self._open is not None:
            self._open.append(data)


def read_page(text: str) -> Links:
    """Read a page."""
    links = Links()
    links.feed(text)
    return links


def ask_api(address: str) -> str:
    """Return where the API answers the leads of an address of the board."""
    told = dict(parse_qsl(urlsplit(address).query))
    view = told.pop("view")
    told.pop("first", None)
    return f"/v1/{view}?{urlencode(told)}"


@contextmanager
def open_board(url: str, home: Path, *, n_leads: int = 90, agreement: str = AGREEMENT) -> Iterator[Site]:
    """Open a site with a history; without an agreement where its text is empty."""
    (home / "home").mkdir()
    if agreement:
        (home / "home" / "agreement.toml").write_text(agreement, "utf-8")
    with open_site(url, home) as site:
        site.clock[0] = NOW
        with site.service.database.writing() as connection:
            write_history(connection, n_leads=n_leads, seed=5)
        yield site
