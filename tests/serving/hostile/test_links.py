"""Links of messages under attack: whoever guesses one sees a page that says nothing, however it is written."""

import pytest

from tests.serving.hostile.company import CANARY, Company, check_problem

_GUESSES = (
    *("x", "%00", "%ED%A0%80", "%F0%9F%94%A5", "%zz", "..", "%2e%2e%2f", "a%2Fb", "AAAA=", "a.b", CANARY),
    *("A" * 24, "A" * 3_000, "%3Cscript%3E", "eyJhIjoxfQ", "-_-_", "20999.1"),
)


@pytest.mark.parametrize("guess", _GUESSES, ids=lambda value: value[:20])
def test_a_guess_opens_nothing_and_is_not_shown(company: Company, guess: str) -> None:
    """To see and to press it is 404, as a page that runs nothing or as a problem, and nothing is stored."""
    before = company.count()
    for method in ("GET", "POST"):
        reply = company.ask(method, f"/a/{guess}")
        assert reply.status == 404
        assert reply.headers["content-security-policy"].startswith("default-src 'none'")
        assert CANARY.encode() not in reply.body
        assert b"<script" not in reply.body
    assert company.count() == before


def test_a_link_takes_no_body(company: Company) -> None:
    """Megabytes behind a guess are not waited for, and the next caller is served."""
    reply = company.ask("POST", "/a/x", b"\x00" * 3_000_000)
    assert reply.status in (404, 413)
    company.connection.close()
    company.check_served()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_link_is_only_looked_at_or_pressed(company: Company, method: str) -> None:
    """Other methods are refused before the link is read."""
    check_problem(company.ask(method, "/a/x"), (405, "wrong_method", None))
