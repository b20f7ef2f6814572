"""The site's doors: whoever may not, does not, on every route that there is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from serving.usecases.admitting import add_key
from serving.usecases.rights import Right, Role, Visitor
from serving.web.site import PageRoute
from tests.serving.web.browsers import Browser, Site, open_browser, open_site

# What is for everybody, or asks by itself: links in messages, health, assets, documents, the interface, live news.
_OTHERS = ("/a/{token}", "/healthz", "/readyz", "/metrics", "/static/", "/docs", "/openapi.json", "/live", "/v1/")


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """A served site."""
    with open_site(sqlite_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def browsers(site: Site) -> dict[Role, Browser]:
    """A browser of each role."""
    return {role: open_browser(site, role.value, role.value) for role in Role}


@pytest.fixture
def pages(site: Site) -> list[PageRoute]:
    """The routes of all pages."""
    return [route for route in site.app.router.routes if isinstance(route, PageRoute)]


def fill(route: Route) -> str:
    """Return an address of a route, of things that nobody has told of."""
    path = route.path
    for name in route.param_convertors:
        path = path.replace(f"{{{name}}}", "nothing-of-this-id")
    return path


def is_act(route: Route) -> bool:
    """Tell whether a route does something."""
    return "POST" in (route.methods or ())


def test_every_route_of_a_browser_is_guarded_by_the_site(site: Site, pages: list[PageRoute]) -> None:
    """A new page that goes around the site is found here: what is not the site's own is named above."""
    plain = [route.path for route in site.app.router.routes if isinstance(route, Route) and route not in pages]
    assert [path for path in plain if not path.startswith(_OTHERS)] == []
    assert {"/", "/account", "/setup/users"} <= {route.path for route in pages}


def test_only_signing_in_is_open_to_everybody(pages: list[PageRoute]) -> None:
    """Whatever else there is asks for a right."""
    assert {route.path for route in pages if route.right is None} == {"/sign-in", "/sign-in/{token}"}


@pytest.mark.usefixtures("browsers")
def test_nobody_sees_or_does_anything_without_a_session(site: Site, pages: list[PageRoute]) -> None:
    """Pages send to the page of signing in, acts are refused, and no answer tells of anything."""
    stranger = Browser(site, "never-a-session")
    for route in pages:
        if route.right is None:
            continue
        address = fill(route)
        if is_act(route):
            assert stranger.client.post(address, data={"csrf": "x"}).status_code == 401, route.path
        else:
            answer = stranger.client.get(address)
            assert answer.status_code == 303, route.path
            assert answer.headers["location"].startswith("/sign-in?next=%2F"), route.path


def test_no_act_is_done_for_another_page_than_ours(
    browsers: dict[Role, Browser], pages: list[PageRoute], site: Site
) -> None:
    """Without the token of this very session, with another's, or from another site: 403, and nothing is written."""
    ada, bob = browsers[Role.ADMIN], browsers[Role.REP]
    before = site.read("SELECT count(*) FROM audit")
    acts = [route for route in pages if is_act(route)]
    assert len(acts) > 10
    for route in acts:
        for headers, data in (
            ({}, {}),
            ({}, {"csrf": ""}),
            ({}, {"csrf": bob.csrf}),
            ({"x-csrf-token": bob.csrf}, {}),
            ({"origin": "https://evil.example"}, {"csrf": ada.csrf}),
            ({"origin": "null"}, {"csrf": ada.csrf}),
            ({"sec-fetch-site": "cross-site"}, {"csrf": ada.csrf}),
        ):
            answer = ada.client.post(fill(route), data=data, headers=headers)
            # A form without fields has no length.
            assert answer.status_code == 403, (route.path, headers, data)
    assert site.read("SELECT count(*) FROM audit") == before


def test_each_role_may_exactly_what_it_may(browsers: dict[Role, Browser], pages: list[PageRoute]) -> None:
    """Of every route and role: without the right 403, with it never, and never a failure of ours."""
    for role, browser in browsers.items():
        visitor, csrf = Visitor(id=role.value, name="", role=role), browser.csrf
        for route in pages:
            if route.path.startswith(("/sign-", "/account/sign-out")):
                continue
            data = {"csrf": csrf}
            address = fill(route)
            answer = browser.client.post(address, data=data) if is_act(route) else browser.client.get(address)
            is_refused = "your role does not include this" in answer.text
            assert is_refused == (not visitor.may(route.right or Right.SEE)), (role, route.path)
            assert (answer.status_code == 403) >= is_refused, (role, route.path)
            assert answer.status_code < 500, (role, route.path, answer.status_code)
            assert answer.status_code != 401, (role, route.path)


def test_a_page_is_never_kept_and_runs_nothing_of_strangers(browsers: dict[Role, Browser]) -> None:
    """Each header stands there once; assets are kept for good."""
    answer = browsers[Role.ADMIN].get("/account")
    names = [name for name, _ in answer.headers.raw]
    assert len(names) == len(set(names))
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    style = answer.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    asset = browsers[Role.ADMIN].get(style)
    assert asset.headers.get_list("cache-control") == ["public, max-age=31536000, immutable"]
    assert asset.headers.get_list("x-content-type-options") == ["nosniff"]


def test_a_link_on_another_site_leads_to_our_pages_and_its_scripts_do_not(browsers: dict[Role, Browser]) -> None:
    """Following a link from webmail shows the page; frames, images and scripts of strangers get nothing."""
    ada = browsers[Role.ADMIN]
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert ada.client.get("/account", headers=followed).status_code == 200
    for told in (
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
        {"sec-fetch-site": "cross-site"},
    ):
        assert ada.client.get("/account", headers=told).status_code == 403


@pytest.mark.parametrize("path", ["/nothing", "/setup/nothing", "/leads", "/é", "/%00"])
def test_a_browser_gets_a_page_where_there_is_none_and_a_program_a_problem(site: Site, path: str) -> None:
    """404 in words and with a way back, or as JSON to whoever does not ask for a page."""
    client = Browser(site, "").client
    page = client.get(path, headers={"accept": "text/html,*/*;q=0.8"})
    assert page.status_code == 404
    assert "Back to the queue" in page.text
    problem = client.get(path)
    assert (problem.status_code, problem.json()["code"]) == (404, "unknown_route")


def test_the_api_answers_browsers_as_it_does_programs(site: Site) -> None:
    """Below /v1 an error is a problem whatever is accepted."""
    answer = Browser(site, "").client.get("/v1/nothing", headers={"accept": "text/html"})
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_method_that_a_page_does_not_take_is_told_on_a_page(site: Site) -> None:
    """405 with the methods that there are."""
    answer = Browser(site, "").client.get("/sign-out", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert "press the button" in answer.text


def test_head_is_answered_like_get_without_a_page(browsers: dict[Role, Browser]) -> None:
    """Robots that look ahead get a status, and change nothing."""
    assert browsers[Role.REP].client.head("/account").status_code == 200


@pytest.mark.parametrize(
    ("host", "peer"),
    [("evil.example", "127.0.0.1"), ("127.0.0.1", "203.0.113.9"), ("127.0.0.1.evil.example", "::1")],
)
def test_an_open_service_answers_this_machine_by_its_own_name_alone(site: Site, host: str, peer: str) -> None:
    """Before the first user, a name that leads here from elsewhere, or another machine, gets nothing."""
    from starlette.testclient import TestClient

    client = TestClient(site.app, base_url=f"http://{host}", client=(peer, 5), follow_redirects=False)
    for path in ("/", "/setup/users", "/sign-in"):
        assert client.get(path).status_code == 421
    assert Browser(site, "").get("/setup/users").status_code == 200


def test_the_first_user_closes_pages_and_interface_alike(site: Site) -> None:
    """From then on pages want a session and programs a key, on this machine too."""
    client = Browser(site, "").client
    assert client.get("/v1/leads").status_code == 200
    open_browser(site, "ada", "admin")
    assert client.get("/").status_code == 303
    wait_until_closed(client)


def wait_until_closed(client: Any) -> None:
    """Wait, at most for the two seconds that a server may go on believing what it read."""
    import time

    deadline = time.monotonic() + 5
    while client.get("/v1/leads").status_code != 401:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_first_key_closes_the_pages_until_somebody_can_sign_in(site: Site) -> None:
    """With keys and without users nobody is anybody."""
    import random

    with site.service.database.writing() as connection:
        add_key(connection, name="CRM", scopes=["read"], at=1, randomness=random.SystemRandom())
    answer = Browser(site, "").client.get("/", follow_redirects=True)
    assert "hotlead users add" in answer.text
