"""The queue's page: whose leads it shows, what its address asks for, and that strangers' words stay words."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.championing import ScorerInForce
from serving.usecases.told import Snooze, ToldStage
from serving.web.marks import mark_lead
from serving.web.sparks import draw_spark
from tests.serving.usecases.tellers import NOW, put_in_force
from tests.serving.web.browsers import Browser, Site, open_browser, open_site

HOSTILE = '"><script>alert(1)</script>\u202e'


@pytest.fixture(scope="module")
def in_force(tmp_path_factory: pytest.TempPathFactory) -> ScorerInForce:
    """A model by which leads turn hot early."""
    return put_in_force(tmp_path_factory.mktemp("home"))


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path, in_force: ScorerInForce) -> Iterator[Site]:
    """A site without leads."""
    with open_site(sqlite_url, tmp_path, in_force) as opened:
        yield opened


@pytest.fixture
def anna(site: Site) -> Browser:
    """A rep who owns leads."""
    return open_browser(site, "anna", "rep", "anna")


def list_marks(page: str) -> list[str]:
    """List the rows of a page, by the ids of their elements."""
    return re.findall(r'<li id="(lead-[0-9a-f]{16})"', page)


def test_a_rep_sees_their_own_leads_and_can_look_at_the_others(site: Site, anna: Browser) -> None:
    """Without a filter the page holds one's own leads; everybody's name their owners."""
    site.tell_lead("own", owner_id="anna", name="Mine")
    site.tell_lead("other", owner_id="bo", name="Others")
    assert list_marks(anna.get("/?bucket=all").text) == [mark_lead("own")]
    everybody = anna.get("/?bucket=all&owner=all").text
    assert sorted(list_marks(everybody)) == sorted([mark_lead("own"), mark_lead("other")])
    assert "<bdi>bo</bdi>" in everybody
    assert list_marks(anna.get("/?bucket=all&owner=bo").text) == [mark_lead("other")]


def test_words_of_strangers_are_text_wherever_they_stand(site: Site, anna: Browser) -> None:
    """A hostile name, company, role and id appear as they are, and no element comes of them."""
    hostile_id = 'L/"><script>alert(2)</script>'
    site.tell_lead(hostile_id, owner_id="anna", name=HOSTILE, company=HOSTILE, role=HOSTILE)
    page = anna.get("/?bucket=all").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert list_marks(page) == [mark_lead(hostile_id)]


def test_many_leads_are_turned_page_by_page(site: Site, anna: Browser) -> None:
    """Fifty rows a page; the next page holds the rest, and the way back to the first."""
    for number in range(53):
        site.tell_lead(f"L{number}", owner_id="anna")
    first = anna.get("/?bucket=all").text
    following = re.search(r'href="(/\?[^"]*cursor=[^"]*)" rel="next"', first)
    assert following is not None
    second = anna.get(following[1].replace("&amp;", "&")).text
    marks = [*list_marks(first), *list_marks(second)]
    assert (len(list_marks(first)), len(marks), len(set(marks))) == (50, 53, 53)
    assert "First page" in second


@pytest.mark.parametrize(
    "asked",
    ["sort=best", "bucket=lukewarm", "cursor=xyz", "due=never", "stage=%00", "owner=%00", "q=%00", "show=1"],
)
def test_an_address_that_asks_for_nothing_there_is_is_refused_plainly(anna: Browser, asked: str) -> None:
    """Nobody gets a 500 for what they typed into an address."""
    answer = anna.get(f"/?{asked}")
    assert 400 <= answer.status_code < 500
    assert "</html>" in answer.text


def test_an_empty_field_of_the_form_asks_for_nothing(site: Site, anna: Browser) -> None:
    """A browser sends all fields of a form, also those left empty."""
    site.tell_lead("own", owner_id="anna")
    assert list_marks(anna.get("/?bucket=all&q=&stage=&owner=me").text) == [mark_lead("own")]


def test_an_empty_queue_says_what_to_do(site: Site, anna: Browser) -> None:
    """No leads at all, none of one's own, none that match: each says its own."""
    assert "No leads yet" in anna.get("/").text
    site.tell_lead("other", owner_id="bo")
    assert "No open lead is yours" in anna.get("/").text
    site.tell_lead("own", owner_id="anna")
    assert "No lead matches" in anna.get("/?q=nobody").text


def test_overdue_is_said_in_words_and_snoozed_leads_have_their_own_list(site: Site, anna: Browser) -> None:
    """A duty that ran out says so; a snoozed lead is out of the queue and behind its tab."""
    site.tell_lead("late", owner_id="anna")
    site.tell(Snooze(lead_id="late", until=NOW + 10**12))
    assert list_marks(anna.get("/?bucket=all").text) == []
    assert "Snoozed 1" in anna.get("/").text
    assert list_marks(anna.get("/?bucket=all&show=snoozed").text) == [mark_lead("late")]


def test_the_row_offers_what_can_be_done_about_its_own_lead(site: Site, anna: Browser) -> None:
    """Controls are drawn once for many leads, and each row's lead to its own."""
    for lead_id in ("a/b", "c&d"):
        site.tell_lead(lead_id, owner_id="anna", name=f"Name of {lead_id}")
        site.tell(ToldStage(lead_id=lead_id, key=b"s", stage="sql", occurred_at=NOW))
    rows = anna.get("/?bucket=all").text.split("<li id=")[1:]
    assert len(rows) == 2
    for row, (path, name) in zip(
        sorted(rows, key=lambda text: "c&amp;d" in text), (("a%2Fb", "a/b"), ("c%26d", "c&amp;d")), strict=True
    ):
        assert f'formaction="/leads/{path}/accept"' in row
        assert f"Name of {name}" in row
        assert "leadid" not in row


def test_a_spark_begins_with_the_first_score() -> None:
    """What is missing is left out; one score alone is no line."""
    assert draw_spark([None, 0, 100]) == "M28,14 54,2"
    assert draw_spark([None, None, 50]) == ""
