"""Targets: where a channel may not lead, as the API is asked for one; and messages that come back."""

import json
from typing import Any

import pytest

from tests.serving.hostile.company import WRITES, Company, check_problem

_NUMBERS = (
    *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "017700000001", "2852039166", "0xA9FEA9FE", "0177.0.0.1"),
    *("169.254.169.254", "100.100.100.200", "192.0.0.192", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.0.1"),
    *("[::1]", "[fd00:ec2::254]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[fc00::1]"),
    *("[2002:a9fe:a9fe::]", "[::169.254.169.254]", "[2001:0:a9fe::1]", "[fe80::1%25eth0]", "[::]", "[ff02::1]"),
    *(
        "localhost",
        "localhost.",
        "printer.local",
        "db.internal",
        "\uff11\uff12\uff17.0.0.1",
        "\u2460\u2461\u2466.0.0.1",
    ),
)
_FORMS = (
    *("https://evil.com\\@127.0.0.1/", "https://127.0.0.1#@ok.com/", "https://ok.com@127.0.0.1/", "http:///x"),
    *("https://hooks.slack.com@127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/"),
    *("unix:///run/docker.sock", "https://1.1.1.1:22/", "https://1.1.1.1:25/", "https://1.1.1.1:6379/", "https://"),
    *("https://1.1.1.1:5432/", "https://1.1.1.1:99999/", "https://1.1.1.1:0/", "https://[::1", "https://a b/", "x"),
    *(
        "https://1.1.1.1\r\nHost: x/",
        "https://1.1.1.1/\x00",
        "http://1.1.1.1/",
        "//1.1.1.1/",
        "javascript:alert(1)",
    ),
    "https://" + "a" * 9_000 + ".com/",
)
_SERVICES = (
    *(
        "json://127.0.0.1/",
        "mailto://a:b@127.0.0.1",
        "jsons://169.254.169.254/",
        "xml://[::1]/",
        "dbus://",
        "syslog://",
    ),
    *("windows://", "macosx://", "exec://x", "file:///etc/passwd", "slack://", "", ":", "\x00", "a" * 9_000),
)


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("host", _NUMBERS, ids=ascii)
def test_nothing_inside_is_a_target(company: Company, scheme: str, host: str) -> None:
    """An address inside, however it is spelt, is refused when it is saved."""
    _check_refused(company, "webhook", f"{scheme}://{host}/x7Qz")


@pytest.mark.parametrize("url", _FORMS, ids=lambda url: ascii(url)[:40])
def test_no_odd_form_is_a_target(company: Company, url: str) -> None:
    """What programs read differently, other schemes and other ports are refused."""
    _check_refused(company, "webhook", url)


@pytest.mark.parametrize("url", _SERVICES, ids=lambda url: ascii(url)[:40])
def test_no_service_leads_inside(company: Company, url: str) -> None:
    """What acts on this machine, leads inside or is no service is refused."""
    _check_refused(company, "apprise", url)


def test_every_refusal_of_a_target_reads_alike(company: Company) -> None:
    """The answer does not tell what was found at an address, so nobody can look around with it."""
    urls = [f"https://{host}/" for host in _NUMBERS] + ["https://no-such-name.invalid/", "https://1.1.1.1:22/"]
    details = {_ask(company, "webhook", url).told["detail"] for url in urls}
    assert len(details) == 1


def test_the_service_itself_is_no_target(company: Company) -> None:
    """A channel that leads back here is refused when it is saved."""
    _check_refused(company, "webhook", f"http://127.0.0.1:{company.server.port}/v1/events")


@pytest.mark.parametrize(("method", "path"), [*WRITES, ("GET", "/v1/leads"), ("DELETE", "/v1/leads/L-loop")])
def test_a_message_of_ours_that_comes_back_goes_no_further(company: Company, method: str, path: str) -> None:
    """Whatever bears the mark of our messages is 508 at every door, and nothing of it is stored or kept."""
    before, kept = company.count(), company.read("SELECT count(*) FROM rejections")
    for mark in ("1", "0", ""):
        reply = company.ask(method, path, {}, hotlead_hops=mark)
        check_problem(reply, (508, "loop", ""))
    assert (company.count(), company.read("SELECT count(*) FROM rejections")) == (before, kept)
    company.check_served()


def _ask(company: Company, kind: str, url: str) -> Any:
    told = {"owner_id": "team", "kind": kind, "url": url}
    return company.ask("POST", "/v1/channels", json.dumps(told).encode())


def _check_refused(company: Company, kind: str, url: str) -> None:
    before = company.count()
    reply = _ask(company, kind, url)
    check_problem(reply, (422, "bad_channel", "/url"))
    assert len(url) < 5 or url.encode() not in reply.body
    assert company.count() == before
    company.check_served()
