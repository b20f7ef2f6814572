"""Signing in and out on the pages: by password, by link, from many browsers, and never by accident."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from features.times import DAY
from serving.app import create_app
from serving.settings import Settings
from serving.usecases import passwords
from serving.usecases.enrolling import add_user, change_user, end_user, make_link
from serving.usecases.signing_in import SESSION_LASTS, set_password
from serving.web.cookies import DEVICE, SESSION, VISIT
from serving.web.guessing import PER_DEVICE, PER_NAME
from tests.serving.usecases.tellers import NOW
from tests.serving.web.browsers import Site, open_site

PASSWORD = "a horse, a battery and a staple"
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]{96})"')


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def site(request: pytest.FixtureRequest, tmp_path: Path, quick_hashes: None) -> Iterator[Site]:
    """A site on each database, with an admin and a rep who has a password."""
    with open_site(request.getfixturevalue(request.param), tmp_path) as opened:
        with opened.service.database.writing() as connection:
            for user_id, role in (("ada", "admin"), ("bob", "rep")):
                add_user(connection, user_id=user_id, name=user_id, role=role, person_id=None, at=NOW, by="")
            set_password(connection, "bob", PASSWORD, at=NOW, by="bob")
        yield opened


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash cheaply here: what these tests look at is not how long a password takes."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._take_nobodys.cache_clear()
    yield
    passwords._take_nobodys.cache_clear()


def open_stranger(site: Site) -> TestClient:
    """Open a browser that has never been here."""
    return TestClient(site.app, base_url="http://127.0.0.1", client=("127.0.0.1", 5), follow_redirects=False)


def send(client: TestClient, path: str, source: str = "", **told: str) -> Any:
    """Load a page and send its form."""
    found = _CSRF.search(client.get(source or path).text)
    assert found is not None
    return client.post(path, data={"csrf": found[1], **told})


def sign_in(client: TestClient, password: str = PASSWORD, name: str = "bob", then: str = "/account") -> Any:
    """Sign in by the form."""
    return send(client, "/sign-in", name=name, password=password, next=then)


def make_address(site: Site, user_id: str = "bob") -> str:
    """Make a link, and return its path."""
    with site.service.database.writing() as connection:
        return f"/sign-in/{make_link(connection, user_id, at=site.clock[0], by='ada')}"


def test_a_password_opens_the_page_that_was_asked_for(site: Site) -> None:
    """From a closed page to signing in and back to it, filters and all."""
    client = open_stranger(site)
    closed = client.get("/account?saved=1&x=%2F%2Fy")
    assert closed.status_code == 303
    page = client.get(closed.headers["location"])
    then = re.search(r'name="next" value="([^"]*)"', page.text)
    assert then is not None
    answer = sign_in(client, then=then[1].replace("&amp;", "&"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?saved=1&x=%2F%2Fy")
    assert client.get("/account").status_code == 200
    assert client.get("/sign-in?next=/account").headers["location"] == "/account"


@pytest.mark.parametrize(
    "then", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_to_no_other_site(site: Site, then: str) -> None:
    """Where the next page would be a stranger's, it is ours."""
    client = open_stranger(site)
    assert f'value="{then}"' not in client.get("/sign-in", params={"next": then}).text
    assert sign_in(client, then=then).headers["location"] == "/"
    assert client.get("/sign-in", params={"next": then}).headers["location"] == "/"


def test_nobody_learns_which_names_there_are(site: Site) -> None:
    """A wrong password, an unknown name, a user without a password and one whose access ended look the same."""
    with site.service.database.writing() as connection:
        add_user(connection, user_id="eve", name="Eve", role="rep", person_id=None, at=NOW, by="ada")
        set_password(connection, "eve", PASSWORD, at=NOW, by="eve")
        end_user(connection, "eve", at=NOW, by="ada")
    answers = [
        sign_in(open_stranger(site), "wrong" if name == "bob" else PASSWORD, name)
        for name in ("bob", "nobody", "ada", "eve")
    ]
    assert {answer.status_code for answer in answers} == {403}
    said = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
    assert len(said) == 1
    assert not any(SESSION in answer.cookies for answer in answers)


def test_signing_in_begins_a_new_session_and_ends_the_one_before(site: Site) -> None:
    """A token that somebody planted, or knew from before, never becomes a session."""
    client = open_stranger(site)
    client.cookies.set(SESSION, "planted-by-a-stranger", domain="127.0.0.1", path="/")
    sign_in(client)
    first = client.cookies[SESSION]
    assert len(first) >= 43
    assert first != "planted-by-a-stranger"
    # The browser goes to a link, while it is signed in.
    address = make_address(site)
    send(client, address)
    assert client.cookies[SESSION] != first
    other = open_stranger(site)
    other.cookies.set(SESSION, first)
    assert other.get("/account").status_code == 303
    assert VISIT not in client.cookies


def test_a_form_of_a_stranger_signs_nobody_in(site: Site) -> None:
    """Without the token of this very browser the right password begins nothing (login CSRF)."""
    stranger, victim = open_stranger(site), open_stranger(site)
    found = _CSRF.search(stranger.get("/sign-in").text)
    assert found is not None
    victim.get("/sign-in")
    told = {"name": "bob", "password": PASSWORD}
    for csrf in ("", found[1]):
        assert victim.post("/sign-in", data={"csrf": csrf, **told}).status_code == 403
    assert open_stranger(site).post("/sign-in", data={"csrf": found[1], **told}).status_code == 403
    assert SESSION not in victim.cookies


def test_signing_out_ends_the_session_and_leaves_no_cookie(site: Site) -> None:
    """Who kept the cookie is out too."""
    client = open_stranger(site)
    sign_in(client)
    token = client.cookies[SESSION]
    assert send(client, "/sign-out", "/account").headers["location"] == "/sign-in"
    assert SESSION not in client.cookies
    client.cookies.set(SESSION, token)
    assert client.get("/account").status_code == 303


def test_one_button_signs_out_everywhere(site: Site) -> None:
    """All browsers of this user are out, those of others stay."""
    phone, laptop, ada = open_stranger(site), open_stranger(site), open_stranger(site)
    for client in (phone, laptop):
        sign_in(client)
    send(ada, make_address(site, "ada"))
    assert "in 2 browsers" in phone.get("/account").text
    send(phone, "/account/sign-out", "/account")
    assert [client.get("/account").status_code for client in (phone, laptop, ada)] == [303, 303, 200]


def test_a_session_ends_with_the_role_the_access_or_after_two_weeks(site: Site) -> None:
    """Another role and an end to access count from the next click on."""
    change: dict[str, Any] = {"user_id": "bob", "name": "bob", "person_id": None, "at": NOW, "by": "ada"}
    client, database = open_stranger(site), site.service.database
    sign_in(client)
    with database.writing() as connection:
        change_user(connection, role="rep", **{**change, "name": "Bob B."})
    assert client.get("/account").status_code == 200
    with database.writing() as connection:
        change_user(connection, role="lead", **change)
    assert client.get("/account").status_code == 303
    sign_in(client)
    site.clock[0] += SESSION_LASTS - 1
    assert client.get("/account").status_code == 200
    site.clock[0] += 1
    assert client.get("/account").status_code == 303
    sign_in(client)
    with database.writing() as connection:
        end_user(connection, "bob", at=site.clock[0], by="ada")
    assert client.get("/account").status_code == 303
    assert sign_in(client).status_code == 403


def test_a_password_is_chosen_and_ends_other_sessions(site: Site) -> None:
    """Short, long, unlike and one's own name are refused with a reason; a good one signs in from then on."""
    client, other = open_stranger(site), open_stranger(site)
    for each in (client, other):
        sign_in(each)
    for password, again in (("short", "short"), ("x" * 1_001, "x" * 1_001), (PASSWORD, PASSWORD + "x"), ("", "")):
        answer = send(client, "/account/password", "/account", password=password, again=again)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    fresh = "another horse, another staple"
    assert send(client, "/account/password", "/account", password=fresh, again=fresh).status_code == 303
    assert (client.get("/account").status_code, other.get("/account").status_code) == (200, 303)
    assert [sign_in(open_stranger(site), word).status_code for word in (PASSWORD, fresh)] == [403, 303]


def test_a_link_signs_in_once_and_only_when_the_button_is_pressed(site: Site) -> None:
    """A robot that looks ahead uses nothing up; the second who presses is told to ask for another."""
    address = make_address(site)
    robot, bob, late = open_stranger(site), open_stranger(site), open_stranger(site)
    assert robot.get(address).status_code == robot.head(address).status_code == 200
    assert send(bob, address).headers["location"] == "/account"
    assert bob.get("/account").status_code == 200
    answer = send(late, address)
    assert answer.status_code == 403
    assert "has been used" in answer.text
    assert SESSION not in late.cookies


def test_a_link_ends_after_a_day_by_another_and_with_the_access(site: Site) -> None:
    """What was made before, or too long ago, signs nobody in."""
    former = make_address(site)
    latest = make_address(site)
    assert send(open_stranger(site), former).status_code == 403
    site.clock[0] += DAY
    assert send(open_stranger(site), latest).status_code == 403
    again = make_address(site)
    with site.service.database.writing() as connection:
        end_user(connection, "bob", at=site.clock[0], by="ada")
    assert send(open_stranger(site), again).status_code == 403
    assert send(open_stranger(site), "/sign-in/guessed").status_code == 403


def test_two_who_press_at_once_are_not_both_signed_in(site: Site) -> None:
    """Of eight at the same moment one gets the session."""
    address, clients = make_address(site), [open_stranger(site) for _ in range(8)]
    forms = [_CSRF.search(client.get(address).text) for client in clients]
    statuses, together = list[int](), threading.Barrier(len(clients))

    def press(client: TestClient, csrf: str) -> None:
        together.wait()
        statuses.append(client.post(address, data={"csrf": csrf}).status_code)

    threads = [
        threading.Thread(target=press, args=(client, found[1]))
        for client, found in zip(clients, forms, strict=True)
        if found
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303] + [403] * 7


def test_guesses_are_told_to_wait_and_a_known_browser_is_not(site: Site) -> None:
    """Above the limit a stranger's right password is not even looked at; that of a known browser is."""
    known, stranger = open_stranger(site), open_stranger(site)
    sign_in(known)
    send(known, "/sign-out", "/account")
    assert DEVICE in known.cookies
    answers = [sign_in(stranger, "wrong") for _ in range(PER_NAME + 1)]
    assert [answer.status_code for answer in answers] == [403] * PER_NAME + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "Too many tries" in answers[-1].text
    assert sign_in(stranger).status_code == 429
    assert sign_in(known).status_code == 303
    assert send(open_stranger(site), make_address(site)).status_code == 303
    counted = site.service.meters.registry.get_sample_value("hotlead_refused_sign_ins_total")
    assert counted == 2
    assert PER_DEVICE >= PER_NAME


@pytest.mark.parametrize(
    ("address", "prefix", "is_secure"), [("https://leads.example", "__Host-", True), ("", "", False)]
)
def test_cookies_are_of_this_host_alone(tmp_path: Path, address: str, prefix: str, is_secure: bool) -> None:
    """No script reads them, no other site sends them, and by https no neighbour sets them."""
    app = create_app(Settings(home=tmp_path, works=False, public_url=address), clock=lambda: NOW)
    with TestClient(app, base_url="https://127.0.0.1", client=("127.0.0.1", 5), follow_redirects=False) as client:
        with app.state.service.database.writing() as connection:
            add_user(connection, user_id="ada", name="Ada", role="admin", person_id=None, at=NOW, by="")
            link = make_link(connection, "ada", at=NOW, by="")
        set_by = client.get("/sign-in").headers.get_list("set-cookie")
        set_by += send(client, f"/sign-in/{link}").headers.get_list("set-cookie")
        assert {told.partition("=")[0] for told in set_by} == {prefix + name for name in (SESSION, VISIT, DEVICE)}
        for told in set_by:
            assert "HttpOnly" in told
            assert "SameSite=lax" in told
            assert "Path=/" in told
            assert "Domain" not in told
            assert ("Secure" in told) == is_secure
        assert client.get("/account").status_code == 200
