"""Visits: where a browser is sent stays on this site, and forms belong to one visit."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from serving.api.addresses import hide_slashes
from serving.web.visit import is_signed, read_own_path, sign_visit, write_path

_HERE = "https://leads.example:8443/sign-in?next=x"
_PIECES = st.lists(
    st.sampled_from(
        ["/", "//", "\\", ".", "..", "@", ":", "evil.example", "http:", "?", "#", "%2f", "\t", "\n", " ", "é"]
    )
    | st.text(max_size=3),
    max_size=8,
).map("".join)


@given(_PIECES | _PIECES.map("/".__add__))
def test_a_browser_never_leaves_the_site(path: str) -> None:
    """Whatever a form says comes next, joined to our address it is one of ours."""
    own = read_own_path(path)
    # Browsers take a backslash for a slash, and drop tabs and line breaks.
    for seen in (own, own.replace("\\", "/"), own.replace("\t", "").replace("\n", "")):
        there = urlsplit(urljoin(_HERE, seen))
        assert (there.scheme, there.netloc) == ("https", "leads.example:8443")


@pytest.mark.parametrize("path", ["/", "/leads/a%2Fb?next=//x", "/setup/audit?who=-&before=3#entries", "/leads/é"])
def test_an_own_path_stays_as_it_is(path: str) -> None:
    """Filters, fragments and escaped ids survive signing in."""
    assert read_own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "x",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "/\n/evil",
        "/" * 9_000,
    ],
)
def test_a_path_that_leads_away_becomes_the_first_page(path: str) -> None:
    """Absolute addresses, those without a scheme, and what browsers would read as one."""
    assert read_own_path(path) == "/"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=20))
def test_the_path_of_a_page_is_written_as_it_was_asked_for(lead_id: str) -> None:
    """Ids with slashes, signs and spaces go around unchanged."""
    from urllib.parse import quote

    raw = f"/leads/{quote(lead_id, safe='')}"
    scope = {"type": "http", "path": "", "raw_path": raw.encode(), "headers": [], "query_string": b""}
    scope["path"] = f"/leads/{lead_id}"
    hide_slashes(scope)
    if "/" in lead_id:
        assert scope["path"].count("/") == 2
    assert quote(lead_id, safe="@:!$&'()*+,;=~") in write_path(Request(scope)).removeprefix("/leads/")


def test_forms_of_one_visit_are_not_those_of_another() -> None:
    """The token depends on the cookie and on the store's secret; each page has another, and all of them hold."""
    signed = {
        (secret, token, nonce): sign_visit(secret, token, nonce * 16)
        for secret in (b"a", b"b")
        for token in ("x", "y")
        for nonce in ("01", "02")
    }
    assert len(set(signed.values())) == 8
    for (secret, token, _), told in signed.items():
        holds = {(s, t) for s in (b"a", b"b") for t in ("x", "y") if is_signed(told, s, t)}
        assert holds == {(secret, token)}


@given(st.text(max_size=120) | st.none() | st.binary(max_size=9))
def test_what_is_no_token_is_refused(told: object) -> None:
    """Whatever somebody sends in its place proves nothing."""
    assert not is_signed(told, b"secret", "cookie")
