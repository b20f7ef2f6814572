"""Forms: whatever is sent to a page, it answers with a page, never with a failure of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from serving.web.forms import BadForm, check_text
from tests.serving.web.browsers import Browser, Site, open_browser, open_site

_FORM, _PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for one site."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def ada(folder: Path) -> Iterator[Browser]:
    """An admin's browser, on a site that all tests here share."""
    with open_site("", folder) as site:
        yield open_browser(site, "ada", "admin")


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A served site, on each database."""
    with open_site(request.getfixturevalue(request.param), tmp_path) as opened:
        yield opened


def send(browser: Browser, body: bytes, kind: str, path: str = "/setup/users") -> int:
    """Send bytes as a form that our own script would send, and return the status."""
    headers = {"content-type": kind, "x-csrf-token": browser.csrf}
    return int(browser.client.post(path, content=body, headers=headers).status_code)


def write_part(name: bytes, value: bytes, more: bytes = b"") -> bytes:
    """Write one part of a multipart form."""
    return (
        b'--x\r\ncontent-disposition: form-data; name="'
        + name
        + b'"'
        + more
        + b"\r\n\r\n"
        + value
        + b"\r\n--x--\r\n"
    )


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", _FORM, 422),
        (b"&" * 2_000, _FORM, 422),
        (b"a=1&" * 501, _FORM, 400),
        (b"%", _FORM, 422),
        (b"id=%00", _FORM, 400),
        (b"id=%ed%a0%80", _FORM, 422),
        (b"id=" + b"x" * 1_000_000, _FORM, 422),
        (b"{}", "application/json", 422),
        (b"id=1", "text/plain", 422),
        (b"id=1", "", 422),
        (b"id=1", "multipart/form-data", 400),
        (b"id=1", _PARTS, 400),
        (b"--x--", _PARTS, 422),
        (b"--x\r\n\r\n\r\n--x--", _PARTS, 400),
        (write_part(b"id", b"x" * 1_040_000), _PARTS, 422),
        (write_part(b"id", b"\\ud800"), _PARTS + "; charset=unicode_escape", 400),
        (write_part(b"id", b"x"), _PARTS + "; charset=undefined", 400),
        (write_part(b"id", b"x"), _PARTS + "; charset=idna", 422),
        (write_part(b"id", b"x", b'; filename="f"'), _PARTS, 422),
        (write_part(b"id", b"--y\r\n" * 1_000), _PARTS, 422),
        (write_part(b"id", b"x" * 2**20), _PARTS, 413),
        (b"x" * (2**20 + 1), _FORM, 413),
    ],
)
def test_an_odd_form_is_refused_with_a_reason(ada: Browser, body: bytes, kind: str, status: int) -> None:
    """Empty, huge, broken, in another encoding or type: a page with a status that says so."""
    assert send(ada, body, kind) == status


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=300) | st.builds(write_part, st.binary(max_size=20), st.binary(max_size=60)),
    st.sampled_from(
        [_FORM, _PARTS, _PARTS + "; charset=utf-16", "multipart/form-data; boundary=", "x/y", "multipart"]
    ),
    st.sampled_from(["/setup/users", "/setup/users/link", "/setup/users/end", "/setup/keys", "/account/password"]),
)
def test_no_form_breaks_a_page(ada: Browser, body: bytes, kind: str, path: str) -> None:
    """Any bytes under any type are answered, and refused: none of them is a form that does something."""
    assert 400 <= send(ada, body, kind, path) < 500


def test_a_form_that_does_not_say_how_long_it_is_is_refused(ada: Browser) -> None:
    """Sent in chunks it is 413, before a byte of it is read."""
    headers = {"content-type": _FORM, "x-csrf-token": ada.csrf}
    answer = ada.client.post("/setup/users", content=iter([b"id=1"]), headers=headers)
    assert answer.status_code == 413
    for told in ("", "-1", "²", "9" * 5_000):
        odd = ada.client.post(
            "/setup/users", content=b"", headers={**headers, "content-length": told.encode("utf-8")}
        )
        assert odd.status_code == 413


def test_strangers_may_send_little(ada: Browser) -> None:
    """A form of signing in has a few kilobytes at most."""
    client = TestClient(ada.site.app, base_url="http://127.0.0.1", client=("127.0.0.1", 5))
    assert client.post("/sign-in", data={"name": "x" * 20_000}).status_code == 413


def test_what_no_database_takes_is_refused_in_addresses_and_forms(site: Site) -> None:
    """A zero character never reaches a query, on either database."""
    ada = open_browser(site, "ada", "admin")
    for path in ("/setup/audit?who=%00", "/setup/audit?before=" + "9" * 30, "/setup/users/change?id=a%00b"):
        assert ada.get(path).status_code == 400, path
    assert ada.get("/setup/users/change?id=%ff").status_code == 404
    assert send(ada, b"id=a%00b&role=rep", _FORM) == 400
    assert ada.get("/sign-in/%00").status_code == 404


@given(st.text(st.characters(codec=None), max_size=20))
def test_a_text_is_refused_exactly_where_no_store_can_keep_it(text: str) -> None:
    """Zero characters and halves of characters are refused, and nothing else."""
    cannot = "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text)
    if cannot:
        with pytest.raises(BadForm):
            check_text(text)
    else:
        check_text(text)
