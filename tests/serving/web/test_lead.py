"""A lead's page: everything about one lead, whatever strangers wrote, and however much it did."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import event

from features.times import DAY
from serving.championing import ScorerInForce
from serving.usecases.told import ToldAccount, ToldContact, ToldEvent, ToldLead, ToldNote, ToldStage
from tests.serving.usecases.tellers import KEEN, NOW, put_in_force
from tests.serving.web.browsers import Browser, Site, open_browser, open_site

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e'
_TITLES = (
    "What the agreement asks for now",
    "Timeline",
    "Why this chance",
    "Alerted, or why not",
    "Others at this company",
    "What changed",
    "Everything that happened",
    "As told",
    "Where the score comes from",
)


class Tags(HTMLParser):
    """Counts the elements of a page, and gathers the names of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: Counter[str] = Counter()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Take an element."""
        self.names[tag] += 1
        self.attributes |= {name for name, _ in attrs}


@pytest.fixture(scope="module")
def in_force(tmp_path_factory: pytest.TempPathFactory) -> ScorerInForce:
    """A model by which leads turn hot early."""
    return put_in_force(tmp_path_factory.mktemp("home"))


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path, in_force: ScorerInForce) -> Iterator[Site]:
    """A site with one lead to whom everything has happened."""
    with open_site(sqlite_url, tmp_path, in_force) as opened:
        yield opened


@pytest.fixture
def browser(site: Site) -> Browser:
    """A rep's browser."""
    return open_browser(site, "a.user", "rep", "anna")


def make_events(lead_id: str, count: int, *, every: int = 60_000_000, kind: str = "download") -> list[ToldEvent]:
    """Make events, the latest a minute ago."""
    return [
        ToldEvent(
            lead_id=lead_id,
            key=number.to_bytes(16, "big"),
            type=kind,
            occurred_at=NOW - (number + 1) * every,
            properties=json.dumps({"pages": 3}),
        )
        for number in range(count)
    ]


def fill(site: Site, lead_id: str = "L", text: str = "Ada", **more: Any) -> None:
    """Let everything happen to a lead, with one text wherever a stranger can write one."""
    told = {**KEEN, "name": text, "role": text, "company": text, text[:100]: text, **more}
    site.tell(ToldAccount(id="A", attributes=json.dumps({"city": text})))
    site.tell(ToldLead(id=lead_id, attributes=json.dumps(told), account_id="A", owner_id="anna"))
    site.tell(ToldLead(id=f"{lead_id}2", attributes=json.dumps(told), account_id="A", owner_id=text[:100]))
    site.tell(*make_events(lead_id, 12), *make_events(f"{lead_id}2", 1, kind=text[:100]))
    fact = {"lead_id": lead_id, "told_by": text[:100]}
    site.tell(
        ToldContact(key=b"c" * 16, kind=text[:50], outcome=text[:50], note=text, occurred_at=NOW - DAY, **fact),
        ToldStage(key=b"s" * 16, stage="sql", note=text, reason=text[:50], occurred_at=NOW - DAY, **fact),
        ToldNote(key=b"n" * 16, text=text, occurred_at=NOW - DAY, **fact),
    )


def test_a_page_tells_all_there_is(site: Site, browser: Browser) -> None:
    """Every section is there, under headings in order, each with what it is about."""
    fill(site)
    answer = browser.get("/leads/L")
    assert answer.status_code == 200
    titles = [unescape(title) for title in re.findall(r"<h2[^>]*>(.*?)</h2>", answer.text)]
    assert [title for title in titles if title in _TITLES] == list(_TITLES)
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", answer.text) == ["<bdi>Ada</bdi>"]
    assert "The average lead" in answer.text
    assert "Turned hot" in unescape(answer.text)
    assert 'href="/leads/L2"' in answer.text
    for kind in ("event", "score", "alert", "contact", "stage", "note"):
        assert f'class="happening {kind}"' in answer.text


@pytest.mark.parametrize("text", [HOSTILE, "Ä" * 5_000, "💥\u200d" * 40, "W" * 5_000])
def test_whatever_strangers_write_is_text(site: Site, browser: Browser, text: str) -> None:
    """In every place it can appear: no mark-up of theirs, and no page that grows with it."""
    fill(site, text=text)
    answer = browser.get("/leads/L")
    assert answer.status_code == 200
    tags = Tags()
    tags.feed(answer.text)
    assert tags.names["script"] == 1
    assert not tags.attributes & {"onerror", "onload", "style"}
    # Icons alone are drawn by an image.
    assert tags.names["img"] <= 1
    assert len(answer.content) < 100_000


@pytest.mark.parametrize("lead_id", ["a/b", "../x", "?q=1&b#c", "ü ö", '"><i>'])
def test_any_id_has_its_page(site: Site, browser: Browser, lead_id: str) -> None:
    """An id may hold any sign: its page is found under its quoted form, and links to others work too."""
    fill(site, lead_id)
    answer = browser.get(f"/leads/{quote(lead_id, safe='')}")
    assert answer.status_code == 200
    assert f'href="/leads/{quote(lead_id + "2", safe="")}"' in answer.text


def test_a_lead_of_ten_thousand_events_costs_little(site: Site, browser: Browser) -> None:
    """Neither the bytes nor the queries grow with what a lead did."""
    site.tell_lead("small")
    site.tell(*make_events("small", 3))
    site.tell_lead("large")
    site.tell(*make_events("large", 10_000, every=7 * 60_000_000))
    counts = {}
    for lead_id in ("small", "large"):
        queries: list[str] = []
        engine = site.service.database._readers
        event.listen(engine, "before_cursor_execute", lambda *told, seen=queries: seen.append(told[2]))
        answer = browser.get(f"/leads/{lead_id}?range=all")
        counts[lead_id] = len(queries)
        assert answer.status_code == 200
        assert len(answer.content) < 100_000
    assert counts["large"] <= 2 * counts["small"] + 10
    assert counts["small"] < 70


def test_the_story_is_turned_over_page_by_page(site: Site, browser: Browser) -> None:
    """Links lead back to the beginning; a page behind it, or a bad link, is no failure."""
    site.tell_lead("L")
    site.tell(*make_events("L", 130, every=3_600_000_000, kind="page_visit"))
    path, pages, seen = "/leads/L", 0, 0
    while path:
        text = browser.get(path).text
        story = text[text.index('id="story"') :]
        crowds = sum(int(number) for number in re.findall(r'<span class="tag">(\d+) ×</span>', story))
        alone = len(re.findall(r'class="happening event"', story)) - len(
            re.findall(r'<span class="tag">\d+ ×', story)
        )
        pages, seen = pages + 1, seen + crowds + alone
        following = re.search(r'class="button" href="([^"]+before=[^"]+)#story"', story)
        path = unescape(following[1]) if following else ""
    assert (pages, seen) == (3, 130)
    assert browser.get("/leads/L?before=1.event.00").status_code == 200
    assert browser.get("/leads/L?before=9.score.x&range=ever").status_code == 200


def test_a_lead_nobody_told_of_is_explained(site: Site, browser: Browser) -> None:
    """Events that wait for a lead are told of; an id of nothing is a plain answer."""
    site.tell(*make_events("early", 3))
    waiting = browser.get("/leads/early")
    assert (waiting.status_code, "3 events wait for it" in waiting.text) == (404, True)
    never = browser.get("/leads/never")
    assert (never.status_code, "There is no lead of this id" in never.text) == (404, True)


def test_without_a_model_a_lead_has_a_page(sqlite_url: str, tmp_path: Path) -> None:
    """No score, no reasons, no curve: what is known is shown, and what is missing is said."""
    with open_site(sqlite_url, tmp_path) as site:
        fill(site)
        text = open_browser(site, "a.user", "rep", "anna").get("/leads/L").text
    assert "Not scored yet" in text
    assert "There is no score to give reasons for yet." in text
    assert "No model is in force" in unescape(text)


def test_a_withheld_probability_is_nowhere(sqlite_url: str, tmp_path: Path) -> None:
    """Where the model vouches for the rank alone, the page tells the score, why, and no chance at all."""
    shy = put_in_force(tmp_path / "shy", withheld="it missed its bound")
    with open_site(sqlite_url, tmp_path, shy) as site:
        fill(site)
        text = open_browser(site, "a.user", "rep", "anna").get("/leads/L").text
    assert "it missed its bound" in text
    assert "What moves this score" in text
    main = text[text.index('id="main"') :]
    shown = re.sub(r'"[^"]*"', '""', main)
    assert re.findall(r">[^<]*\d ?%[^<]*<", shown) == []


def test_a_forgotten_model_leaves_the_reasons_that_were_kept(site: Site, browser: Browser) -> None:
    """When the model that gave a score is no longer in force, the page says so and adds up all the same."""
    fill(site)
    assert "these are the reasons that were kept" not in browser.get("/leads/L").text
    site.app.state.championing.in_force = None
    assert "these are the reasons that were kept" in browser.get("/leads/L").text
