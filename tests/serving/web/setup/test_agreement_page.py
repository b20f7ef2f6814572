"""The agreement's pages: mistakes with their lines, what would change, and a signature only from who means it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.serving.web.browsers import Browser, Site, open_browser, open_site

_TEXT = """name = "Ours"
zone = "Europe/Helsinki"

[goal]
revenue = 1000000
begins = 2026-01-01
ends = 2199-01-01

[[people]]
id = "anna"
capacity_per_week = 5
"""
_HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """A site where nothing is signed yet."""
    with open_site(sqlite_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def lead(site: Site) -> Browser:
    """A team lead, who may sign."""
    return open_browser(site, "lea", "lead")


def _sign(lead: Browser, text: str = _TEXT, **told: Any) -> Any:
    before = lead.press("/setup/agreement/check", text=text).text.partition('name="instead_of" value="')[2]
    usual = {"text": text, "name": ["Anna, marketing", "Bo, sales"], "instead_of": before.partition('"')[0]}
    return lead.press("/setup/agreement/sign", **(usual | told))


def test_all_mistakes_are_told_with_their_lines(site: Site, lead: Browser) -> None:
    """Each mistake names its line and shows it; the text stays in the form, and nothing is stored."""
    text = _TEXT.replace("1000000", "-3").replace("= 5", '= "five"')
    answer = lead.press("/setup/agreement/check", text=text)
    assert answer.status_code == 422
    for line in ("Line 5", "Line 11", "2 mistakes", "<code", "revenue = -3"):
        assert line in answer.text
    assert "capacity_per_week = &#34;five&#34;" in answer.text
    assert site.read("SELECT * FROM agreements") == []


def test_what_would_change_is_shown_before_anything_is_kept(site: Site, lead: Browser) -> None:
    """Differences, sentences, advice and the people's capacity; nothing is stored."""
    answer = lead.press("/setup/agreement/check", text=_TEXT)
    assert answer.status_code == 200
    for part in ("revenue 1,000,000", "1,000,000 €", "hot leads a week its people can answer", "Was it meant?"):
        assert part in answer.text
    assert site.read("SELECT * FROM agreements") == []
    assert site.read("SELECT * FROM audit WHERE what LIKE 'agreement%'") == []


def test_a_version_is_signed_and_in_force(site: Site, lead: Browser) -> None:
    """Two names sign; the version is in force at once, in the list, and in the audit."""
    answer = _sign(lead)
    assert answer.status_code == 303, answer.text
    ((version,),) = site.read("SELECT version FROM agreements")
    page = lead.get("/setup/agreement").text
    assert f'In force: <bdi class="setup-text">{version}</bdi>' in page
    assert "Anna, marketing, Bo, sales" in page
    assert site.service.agreeing.get().version == version
    assert site.read("SELECT who, target FROM audit WHERE what = 'agreement.sign'") == [("lea", version)]
    shown = lead.client.get("/setup/agreement/version", params={"version": version})
    assert (shown.status_code, "revenue = 1000000" in shown.text) == (200, True)
    # The text lies in the form again, to the letter.
    assert _TEXT.replace('"', "&#34;") in lead.get("/setup/agreement/new").text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"name": ["Anna", "  "]}, "name both team leads"),
        ({"name": ["Anna", "anna".title()]}, "name both team leads"),
        ({"ends": "2020-01-01", "begins": "2019-01-01"}, "are over"),
        ({"begins": "tomorrow"}, "give a day as in"),
        ({"instead_of": "another"}, "has changed since you looked"),
        ({"text": "name = "}, "mistake"),
    ],
)
def test_what_cannot_be_signed_is_not(site: Site, lead: Browser, told: dict[str, Any], said: str) -> None:
    """One name, days that are over, and what was not looked at are refused with the reason."""
    text = str(told.get("text", _TEXT))
    if "text" in told:
        answer = lead.press("/setup/agreement/sign", name=["Anna", "Bo"], text=text)
    else:
        answer = _sign(lead, **told)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert site.read("SELECT * FROM agreements") == []


def test_a_file_counts_before_the_text(lead: Browser) -> None:
    """A chosen file is looked at; one that is not UTF-8 is told."""
    csrf = lead.get("/setup/agreement/new").text.partition('name="csrf" value="')[2].partition('"')[0]
    for body, status in ((_TEXT.encode("utf-8-sig"), 200), (_TEXT.encode("utf-16"), 422)):
        file = {"file": ("agreement.toml", body, "application/toml")}
        answer = lead.client.post("/setup/agreement/check", data={"csrf": csrf, "text": "x"}, files=file)
        assert answer.status_code == status


def test_hostile_words_are_text(lead: Browser) -> None:
    """Names in the text, and those of who signs, run nothing anywhere."""
    text = _TEXT.replace('"Ours"', f"'{_HOSTILE}'")
    checked = lead.press("/setup/agreement/check", text=text)
    assert (checked.status_code, "<script>alert" in checked.text) == (200, False)
    assert _sign(lead, text, name=[_HOSTILE, "Bo"]).status_code == 303
    assert "<script>alert" not in lead.get("/setup/agreement").text


def test_the_text_can_be_changed_after_a_look(lead: Browser) -> None:
    """Going back to the text keeps every letter of it, without a script."""
    text = "\n  # first line is blank\n" + _TEXT
    answer = lead.press("/setup/agreement/edit", text=text.replace("\n", "\r\n"), begins="2027-01-01")
    assert text.replace('"', "&#34;") in answer.text
    assert 'value="2027-01-01"' in answer.text
