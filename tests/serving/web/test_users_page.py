"""Users, keys and the audit on the pages of set-up."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from serving.usecases.auditing import record_audit
from tests.serving.usecases.tellers import NOW
from tests.serving.web.browsers import Browser, Site, open_browser, open_site

HOSTILE = '"><script>alert(1)</script>'
_SHOWN = re.compile(r'id="once"[^>]*value="([^"]+)"')


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """A served site."""
    with open_site(sqlite_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def ada(site: Site) -> Browser:
    """An admin's browser."""
    return open_browser(site, "ada", "admin")


def find_shown(answer: Any) -> str:
    """Find what a page shows once."""
    found = _SHOWN.search(answer.text)
    assert found is not None
    return unescape(found[1])


def list_deeds(site: Site) -> list[Any]:
    """List what the audit has of users and keys, who did it and to what."""
    return site.read(
        "SELECT who, what, target FROM audit WHERE what LIKE 'user.%' OR what LIKE 'key.%' ORDER BY id"
    )


def test_a_user_is_added_let_in_changed_and_ended(site: Site, ada: Browser) -> None:
    """The link is shown once and signs them in; each step stands in the audit."""
    before = len(list_deeds(site))
    added = ada.press("/setup/users", id="bob@example.com", name=HOSTILE, role="rep", person="")
    link = find_shown(added)
    assert link.startswith("http://127.0.0.1/sign-in/")
    assert "<script>alert" not in added.text
    assert link not in ada.get("/setup/users").text
    bob = Browser(site, "")
    page = bob.client.get(link)
    csrf = re.search(r'name="csrf" value="(\w+)"', page.text)
    assert csrf is not None
    assert bob.client.post(link, data={"csrf": csrf[1]}).status_code == 303
    assert bob.get("/account").status_code == 200
    assert ada.press("/setup/users/change", id="bob@example.com", name="Bob", role="lead").status_code == 303
    assert bob.get("/account").status_code == 303
    assert "Bob" in ada.get("/setup/users/end?id=bob%40example.com").text
    assert ada.press("/setup/users/end", id="bob@example.com").headers["location"] == "/setup/users?done=ended"
    assert "Ended" in ada.get("/setup/users").text
    told = list_deeds(site)[before:]
    assert told == [("ada", f"user.{deed}", "bob@example.com") for deed in ("add", "link", "change", "end")]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"id": "not a name", "role": "rep"}, "signs in by"),
        ({"id": "", "role": "rep"}, "signs in by"),
        ({"id": "eve", "role": "queen"}, "a role is one of"),
        ({"id": "eve", "role": ""}, "a role is one of"),
        ({"id": "ada", "role": "rep"}, "there is a user ada already"),
        ({"id": "eve", "role": "rep", "name": "x" * 201}, "1 to 200 printable"),
        ({"id": "eve", "role": "rep", "name": "a\nb"}, "1 to 200 printable"),
    ],
)
def test_what_does_not_fit_a_user_is_told_and_what_was_typed_stays(
    ada: Browser, told: dict[str, str], says: str
) -> None:
    """A form comes back with the reason, and nobody is added."""
    answer = ada.press("/setup/users", **told)
    assert answer.status_code == 422
    assert says in unescape(answer.text)
    assert "eve" not in ada.get("/setup/users").text


def test_the_last_admin_stays(ada: Browser) -> None:
    """Nobody can leave a service that nobody administers, not even by a smaller role."""
    for answer in (
        ada.press("/setup/users/end", id="ada"),
        ada.press("/setup/users/change", id="ada", name="Ada", role="rep"),
    ):
        assert answer.status_code == 422
        assert "somebody must administer" in answer.text
    assert ada.get("/setup/users").status_code == 200


def test_somebody_unknown_is_not_found(ada: Browser) -> None:
    """To look at, to change, to link or to end: 404."""
    assert ada.get("/setup/users/change?id=nobody").status_code == 404
    assert ada.get("/setup/users/end").status_code == 404
    for path in ("/setup/users/link", "/setup/users/end", "/setup/users/change"):
        assert ada.press(path, id="nobody", role="rep", name="x").status_code == 404
    assert ada.get("/setup/keys/revoke?id=nothing").status_code == 404
    assert ada.press("/setup/keys/revoke", id="nothing").status_code == 404


def test_the_first_user_is_an_admin_and_closes_the_door(site: Site) -> None:
    """On an open service a rep cannot be first, and no key comes before somebody who can sign in."""
    anybody = Browser(site, "")
    assert "The first user ends the open door" in anybody.get("/setup/users/new").text
    assert anybody.press("/setup/keys", name="CRM", scope="read").status_code == 422
    assert "Add an admin first" in anybody.get("/setup/keys").text
    assert anybody.press("/setup/users", id="bob", role="rep").status_code == 422
    assert "From now on everybody signs in" in anybody.press("/setup/users", id="ada", role="admin").text
    assert anybody.get("/setup/users").status_code == 303


def test_a_key_is_shown_once_and_revoked_after_a_question(site: Site, ada: Browser) -> None:
    """It opens the interface until then, and both deeds stand in the audit without the key."""
    made = ada.press("/setup/keys", name=HOSTILE, scope="read")
    key = find_shown(made)
    assert "<script>alert" not in made.text
    headers = {"authorization": f"Bearer {key}"}
    assert ada.client.get("/v1/leads", headers=headers).status_code == 200
    assert key not in ada.get("/setup/keys").text
    asked = ada.get(f"/setup/keys/revoke?id={key[3:11]}")
    assert "Revoke this key?" in asked.text
    assert ada.client.get("/v1/leads", headers=headers).status_code == 200
    assert ada.press("/setup/keys/revoke", id=key[3:11]).headers["location"] == "/setup/keys?done=revoked"
    assert "Revoked" in ada.get("/setup/keys").text
    assert [deed for deed in list_deeds(site) if deed[1].startswith("key.")] == [
        ("ada", "key.add", key[3:11]),
        ("ada", "key.revoke", key[3:11]),
    ]
    assert key not in str(site.read("SELECT * FROM audit"))


def test_a_key_that_signs_is_a_secret(ada: Browser) -> None:
    """Where it is asked for, the page shows a secret of Standard Webhooks."""
    assert find_shown(ada.press("/setup/keys", name="Form", scope="ingest", signs="1")).startswith("whsec_")


@pytest.mark.parametrize(
    "told", [{"name": "", "scope": "read"}, {"name": "CRM"}, {"name": "CRM", "scope": "everything"}]
)
def test_a_key_needs_a_name_and_something_it_may_do(ada: Browser, told: dict[str, str]) -> None:
    """A form comes back with the reason, and no key is made."""
    answer = ada.press("/setup/keys", **told)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "No program has a key" in ada.get("/setup/keys").text


def test_the_audit_is_filtered_and_paged_by_its_address(site: Site, ada: Browser) -> None:
    """Every entry is on exactly one page, the latest first, and filters narrow them."""
    with site.service.database.writing() as connection:
        for number in range(120):
            record_audit(
                connection,
                at=NOW + number,
                who="" if number % 2 else "ada",
                what="lead.accept",
                target=f"L-{number}",
            )
    seen, path = list[str](), "/setup/audit?what=lead"
    while path:
        page = ada.get(path).text
        seen += re.findall(r"<bdi>(L-\d+)</bdi>", page)
        older = re.search(r'href="([^"]+)">Older', page)
        path = unescape(older[1]) if older else ""
    assert seen == [f"L-{number}" for number in reversed(range(120))]
    assert len(re.findall(r"<bdi>L-\d+</bdi>", ada.get("/setup/audit?what=lead.accept&who=-").text)) == 50
    assert re.findall(r"<bdi>(L-\d+)</bdi>", ada.get("/setup/audit?target=L-7&who=-").text) == ["L-7"]
    assert "Nothing like this was done" in ada.get("/setup/audit?target=L-7&who=ada").text
    assert "Nothing like this was done" in ada.get("/setup/audit?what=le").text


@pytest.mark.parametrize("before", ["x", "-1", "1.5", "²", "9" * 40])
def test_a_page_of_the_audit_that_cannot_be_is_refused(ada: Browser, before: str) -> None:
    """A cursor is a number that the database can hold."""
    assert ada.client.get("/setup/audit", params={"before": before}).status_code == 400
