"""Authentication: every route of the service asks who is there, and browsers of other sites get nowhere."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from starlette.routing import Route

from serving.doors import Door, list_doors
from serving.meters import Meters
from serving.usecases.admitting import SCOPES, add_key
from serving.web.alert_page import PATH as LINK
from serving.web.assets import ASSETS
from serving.web.site import PageRoute
from tests.serving.api.desks import Desk, open_desk
from tests.serving.usecases.tellers import NOW

_PUBLIC = {"/healthz", "/readyz", "/docs", "/openapi.json"}
_OTHER_SITES: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "https://evil.example", "content-type": "text/plain"},
    {"origin": "http://127.0.0.1.evil.example", "content-type": "application/x-www-form-urlencoded"},
    {"origin": "http://127.0.0.1:3000", "cookie": "session=1"},
]


@pytest.fixture
def keyed(sqlite_url: str, tmp_path: Path) -> Iterator[tuple[Desk, dict[str, str]]]:
    """A desk with a key for each scope."""
    with open_desk(sqlite_url, tmp_path) as desk:
        with desk.service.database.writing() as connection:
            keys = {
                scope: add_key(connection, name=scope, scopes=[scope], at=NOW, randomness=Random(scope)).text
                for scope in SCOPES
            }
        yield desk, keys


def _list_doors(desk: Desk) -> list[Door]:
    return list(list_doors(desk.service, Meters(), 1_000))


def _knock(desk: Desk, door: Door, **headers: str) -> Any:
    path = door.path.replace("{", "").replace("}", "")
    content = b"{}" if door.method in ("POST", "PUT") else None
    named = {"content-type": "application/json", **{name.replace("_", "-"): told for name, told in headers.items()}}
    return desk.client.request(door.method, path, content=content, headers=named)


def _check(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.request.url
    assert answer.headers["content-type"] == "application/problem+json"


def test_every_route_is_a_door_or_meant_for_all(keyed: tuple[Desk, dict[str, str]]) -> None:
    """A route beside the list of doors is noticed; pages are guarded by the site, and little is beside them."""
    desk, _ = keyed
    doors = {door.path for door in _list_doors(desk)}
    routes = [route for route in desk.client.app.router.routes if isinstance(route, Route)]  # type: ignore[attr-defined]
    pages = {route.path for route in routes if isinstance(route, PageRoute)}
    assets = {asset.address for asset in ASSETS.values()}
    others = {route.path for route in routes} - pages - assets - doors - _PUBLIC
    assert others == {"/metrics", "/live", LINK}
    assert desk.client.get(LINK.replace("{token}", "guess")).status_code == 404
    assert desk.client.get("/metrics").status_code == 401
    assert all(desk.client.get(path).status_code in (200, 503) for path in _PUBLIC)


def test_no_door_opens_without_a_key_or_with_a_wrong_one(keyed: tuple[Desk, dict[str, str]]) -> None:
    """Every door is 401 without a key, and with a key that nobody made; garbage is never an error of ours."""
    desk, _ = keyed
    for number, door in enumerate(_list_doors(desk)):
        _check(_knock(desk, door), 401, "no_key")
        garbage = ["Bearer x", "Bearer \u00e9", "bearer " + "k" * 8_000, "Basic YTpi", "Bearer"][number % 5]
        answer = desk.client.request(door.method, door.path, headers={"authorization": garbage.encode("latin-1")})
        assert answer.status_code in (401, 429)


def test_every_door_opens_for_its_scope_and_for_no_other(keyed: tuple[Desk, dict[str, str]]) -> None:
    """A key for one thing is 403 at the doors of others, erasing, promoting and reading among them."""
    desk, keys = keyed
    for door in _list_doors(desk):
        for scope, key in keys.items():
            answer = _knock(desk, door, authorization=f"Bearer {key}")
            if scope in (door.scope, "admin"):
                assert answer.status_code not in (401, 403), door
            else:
                _check(answer, 403, "missing_scope")


def test_a_leaked_ingest_key_reads_and_erases_nothing(keyed: tuple[Desk, dict[str, str]]) -> None:
    """Whoever has the key of a form can tell facts, and neither list people nor reach the desk."""
    desk, keys = keyed
    shut = [door for door in _list_doors(desk) if door.scope != "ingest"]
    assert {"/v1/leads", "/v1/channels", "/v1/rejections/replay"} <= {door.path for door in shut}
    assert any(door.method == "DELETE" and door.path.startswith("/v1/leads") for door in shut)
    for door in shut:
        _check(_knock(desk, door, authorization=f"Bearer {keys['ingest']}"), 403, "missing_scope")


@pytest.mark.parametrize("headers", _OTHER_SITES, ids=str)
def test_pages_of_other_sites_change_nothing(keyed: tuple[Desk, dict[str, str]], headers: dict[str, str]) -> None:
    """A form or a script of another site is 403 at every door that writes, with the right key too."""
    desk, keys = keyed
    for door in _list_doors(desk):
        if door.method != "GET" or "sec-fetch-site" in headers:
            shown = {"authorization": f"Bearer {keys['admin']}", **headers}
            answer = desk.client.request(door.method, door.path, content=b"{}", headers=shown)
            _check(answer, 403, "cross_site")


def test_a_key_in_the_address_is_refused_everywhere(keyed: tuple[Desk, dict[str, str]]) -> None:
    """Logs on the way keep addresses: a key there is 400, even where a right one stands in the header."""
    desk, keys = keyed
    for door in _list_doors(desk):
        for query in (f"key={keys['admin']}", f"x={keys['admin']}", "access_token=x"):
            path = f"{door.path}?{query}"
            answer = desk.client.request(door.method, path, headers={"authorization": f"Bearer {keys['admin']}"})
            _check(answer, 400, "key_in_query")
            assert keys["admin"] not in answer.text


def test_two_keys_are_refused_everywhere(keyed: tuple[Desk, dict[str, str]]) -> None:
    """Parts of the way might each believe another one."""
    desk, keys = keyed
    shown = [("authorization", f"Bearer {keys['admin']}"), ("authorization", f"bearer {keys['ingest']}")]
    for door in _list_doors(desk):
        _check(desk.client.request(door.method, door.path, headers=shown), 400, "two_keys")


def test_guessing_keys_is_slowed_down_and_right_ones_are_not(keyed: tuple[Desk, dict[str, str]]) -> None:
    """Of hundreds of wrong keys all but the first are 429 with a time to wait, whatever doors they are tried on."""
    desk, keys = keyed
    doors = _list_doors(desk)
    answers = [_knock(desk, doors[n % len(doors)], authorization=f"Bearer hl_{n:08d}_x") for n in range(300)]
    assert [answer.status_code for answer in answers[:20]] == [401] * 20
    assert {answer.status_code for answer in answers[40:]} == {429}
    assert int(answers[-1].headers["retry-after"]) > 0
    assert desk.client.get("/v1/leads", headers={"authorization": f"Bearer {keys['read']}"}).status_code == 200


@pytest.mark.parametrize("guess", ["1", "0", "a", "alert-1", "00000000-0000-0000-0000-000000000000", "%2e%2e"])
def test_an_alert_is_not_found_by_guessing(desk: Desk, guess: str) -> None:
    """A guessed id is 404 to read, and to acknowledge."""
    assert desk.ask("GET", f"/v1/alerts/{guess}")[0] == 404
    assert desk.ask("POST", f"/v1/alerts/{guess}/acknowledge", {})[0] == 404
