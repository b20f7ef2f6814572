import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.channels.guarding import (
    RefusedTarget,
    Target,
    check_target,
    is_trusted,
    open_connection,
    parse_target,
)

Resolve = Callable[..., list[Any]]
Leading = Callable[..., Resolve]
TEXT = str(RefusedTarget())

_ODD_FORMS = """
http://169.254.169.254/ http://[fd00:ec2::254]/ http://100.100.100.200/ http://192.0.0.192/ http://example.com/
https:///x https://:443/ https:example.com https:/example.com //example.com/ example.com https://2130706433/
https://0x7f000001/ https://017700000001/ https://2852039166/ https://0xA9FEA9FE/ https://0177.0.0.1/
https://127.1/ https://1.1.1/ https://1.1.1.1.1/ https://01.1.1.1/ https://1.1.1.0x1/ https://example.com.0x7f/
https://example.com.1/ https://1.1.1.256/ https://1.1.1.1./ https://example.com./ http://evil.com\\@127.0.0.1/
http://127.0.0.1#@ok.com/ http://ok.com@127.0.0.1/ https://hooks.slack.com@127.0.0.1/
https://evil.com\\@127.0.0.1/ https://127.0.0.1#@ok.com/ https://ok.com@127.0.0.1/ https://@ok.com/
https://:@ok.com/ https://hooks.slack.com.evil.com/ https://hooks.slack.com.evil.co/
https://api.github.org.evil.example/ file:///etc/passwd gopher://example.com/ ftp://example.com/
unix:/run/docker.sock http+unix://x/ javascript:alert(1) data:text/plain,x wss://example.com/
HTTPS+x://example.com/ https://example.com:22/ https://example.com:25/ https://example.com:80/
https://example.com:6379/ https://example.com:5432/ https://example.com:0/ https://example.com:99999/
https://example.com:443443/ https://example.com:-1/ https://example.com:/ https://example.com:4_43/
https://example.com:443:443/ https://localhost/ https://intranet/ https://-a.com/ https://a-.com/
https://a..com/ https://.com/ https://a_b.com/ https://[::1/ https://::1/ https://[::1]]/
https://[fe80::1%25eth0]/ https://[fe80::1%eth0]/ https://[example.com]/ https://[::ffff:127.0.0.1]x/
https://[v1.x]/ https://exаmple.com/
https://example.com/#x https://example.com/a\\b
 https://example.com/ü https://ex%61mple.com/ https://１２７.0.0.1/
https://127。0。0。1/ https://①②⑦.0.0.1/
"""
ODD_FORMS = _ODD_FORMS.split()

_INWARD = """
https://127.0.0.1/ https://10.0.0.1/ https://169.254.169.254/ https://100.100.100.200/ https://192.0.0.192/
https://0.0.0.0/ https://[::1]/ https://[::]/ https://[::ffff:127.0.0.1]/ https://[::ffff:a9fe:a9fe]/
https://[64:ff9b::a9fe:a9fe]/ https://[2002:a9fe:a9fe::]/ https://[::169.254.169.254]/ https://[2001::1]/
https://[2001:0:a9fe:a9fe::1]/ https://[fd00:ec2::254]/ https://[fe80::1]/ https://[ff02::1]/
"""
INWARD = _INWARD.split()


def look_up_numbers(host: str, port: int, **_named: Any) -> list[Any]:
    """Resolve a numeric address to itself, as the system does, and no name."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)


def refuse_to_resolve(*_arguments: Any, **_named: Any) -> list[Any]:
    """Fail if anybody asks."""
    raise AssertionError("a name was resolved")


@pytest.mark.parametrize(
    "url", [*ODD_FORMS, "", " ", "https://a.com/ b", "https://a.com/\r\nx", "https://a.com\t/"]
)
def test_an_odd_form_is_refused_before_anything_is_resolved(url: str) -> None:
    """Other schemes, ports, users, fragments, backslashes and odd hosts are refused, with one text for all."""
    with pytest.raises(RefusedTarget) as refused:
        check_target(url, resolve=refuse_to_resolve)
    assert str(refused.value) == TEXT


@pytest.mark.parametrize("url", INWARD)
def test_an_inward_address_is_refused_at_save_and_at_send(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address in the plain is refused, with the same text, and no socket is made."""
    with pytest.raises(RefusedTarget) as refused:
        check_target(url, resolve=look_up_numbers)
    assert str(refused.value) == TEXT
    target = parse_target(url)
    monkeypatch.setattr(socket, "socket", refuse_to_resolve)
    with pytest.raises(RefusedTarget):
        open_connection(target.host, target.port, 1.0, resolve=look_up_numbers)


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("1.1.1.1", "10.0.0.1"),
        ("2606:4700::1111", "::1"),
        ("1.1.1.1", "::ffff:1.1.1.1"),
        ("2606:4700::1111%eth0",),
        ("fe80::1%eth0",),
        (),
    ],
)
def test_a_name_is_refused_unless_all_its_addresses_are_public(
    leading_to: Leading, addresses: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One address inside is enough to refuse the name, at save and at send, and nothing is sent."""
    resolve = leading_to(*addresses)
    with pytest.raises(RefusedTarget):
        check_target("https://127.0.0.1.nip.io/hook", resolve=resolve)
    monkeypatch.setattr(socket, "socket", refuse_to_resolve)
    with pytest.raises(RefusedTarget):
        open_connection("127.0.0.1.nip.io", 443, 1.0, resolve=resolve)


def test_an_unknown_name_is_refused_with_the_same_text() -> None:
    """A save does not tell which names exist inside."""

    def fail(*_arguments: Any, **_named: Any) -> list[Any]:
        raise socket.gaierror("no such name")

    with pytest.raises(RefusedTarget) as refused:
        check_target("https://inside.example.com/", resolve=fail)
    assert str(refused.value) == TEXT


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.com", Target(scheme="https", host="example.com", port=443, path="/")),
        (
            "HTTPS://Example.COM:8443/A?b=c@d",
            Target(scheme="https", host="example.com", port=8443, path="/A?b=c@d"),
        ),
        ("https://example.com?x", Target(scheme="https", host="example.com", port=443, path="/?x")),
        (
            "https://xn--bcher-kva.example/",
            Target(scheme="https", host="xn--bcher-kva.example", port=443, path="/"),
        ),
        ("https://shop.com.br/", Target(scheme="https", host="shop.com.br", port=443, path="/")),
        ("https://1.1.1.1/", Target(scheme="https", host="1.1.1.1", port=443, path="/")),
        ("https://[2606:4700::1111]:8443/", Target(scheme="https", host="2606:4700::1111", port=8443, path="/")),
    ],
)
def test_an_https_address_of_a_public_host_is_taken_apart(leading_to: Leading, url: str, target: Target) -> None:
    """Names and plain addresses of public hosts pass, on port 443 and 8443."""
    assert check_target(url, resolve=leading_to("1.1.1.1", "2606:4700::1111")) == target


def test_an_authority_names_the_port_only_where_it_is_odd() -> None:
    """The Host header carries brackets and ports as HTTP asks."""
    assert parse_target("https://example.com:443/").authority == "example.com"
    assert parse_target("https://[2606:4700::1111]:8443/").authority == "[2606:4700::1111]:8443"


@pytest.mark.parametrize("trusted", ["127.0.0.1", "127.0.0.1:9000"])
def test_the_operator_may_vouch_for_a_host(trusted: str) -> None:
    """A trusted host may be inside, speak plain HTTP and use any port."""
    target = check_target("http://127.0.0.1:9000/x", trusted=frozenset({trusted}), resolve=refuse_to_resolve)
    assert (target.scheme, target.port) == ("http", 9000)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9001/", "http://127.0.0.2:9000/", "http://127.0.0.1.nip.io:9000/"]
)
def test_trust_is_exact(url: str) -> None:
    """Another port or another host is not trusted."""
    with pytest.raises(RefusedTarget):
        check_target(url, trusted=frozenset({"127.0.0.1:9000"}), resolve=look_up_numbers)


def test_trust_reads_version_6_with_and_without_brackets() -> None:
    """Both ways to write an address of version 6 are understood."""
    assert is_trusted("::1", 9000, frozenset({"[::1]:9000"}))
    assert is_trusted("::1", 9000, frozenset({"::1"}))
    assert not is_trusted("::1", 9001, frozenset({"[::1]:9000"}))


class _NoSocket:
    """A socket that notes where it was sent, and connects to nothing."""

    connected: list[Any] = []  # noqa: RUF012

    def __init__(self, *_arguments: Any) -> None:
        self.timeouts: list[float] = []

    def settimeout(self, seconds: float) -> None:
        """Take a time-out."""

    def connect(self, address: Any) -> None:
        """Note the address."""
        self.connected.append(address)

    def close(self) -> None:
        """Close nothing."""


def test_a_name_that_leads_elsewhere_the_second_time_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over 100 alternations of a public and an inward answer, only the address that was checked is connected to."""
    asked = 0

    def alternate(_host: str, port: int, **_named: Any) -> list[Any]:
        nonlocal asked
        asked += 1
        address = "1.1.1.1" if asked % 2 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(_NoSocket, "connected", [])
    monkeypatch.setattr(socket, "socket", _NoSocket)
    n_refused = 0
    for _ in range(100):
        try:
            open_connection("rebind.example", 443, 1.0, resolve=alternate)
        except RefusedTarget:
            n_refused += 1
    assert asked == 100
    assert n_refused == 50
    assert _NoSocket.connected == [("1.1.1.1", 443)] * 50


@pytest.mark.parametrize("port", [22, 25, 80, 5432, 6379])
def test_a_port_is_refused_at_send_too(port: int) -> None:
    """A stored address cannot carry an odd port past the check at save."""
    with pytest.raises(RefusedTarget):
        open_connection("example.com", port, 1.0, resolve=refuse_to_resolve)


def test_a_dead_address_leaves_time_for_the_next(
    receive: Callable[..., Any], leading_to: Leading, answering: Callable[..., Any]
) -> None:
    """Where the first address refuses, the second is tried."""
    receiver = receive(answering())
    resolve = leading_to("127.0.0.9", "127.0.0.1", port=receiver.port)
    connection = open_connection("two.example", 443, 2.0, frozenset({"two.example"}), resolve)
    assert connection.getpeername() == ("127.0.0.1", receiver.port)
    connection.close()


def test_a_slow_resolver_does_not_hold_a_send_up() -> None:
    """The time to connect covers the look-up."""
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        open_connection("slow.example", 443, 0.2, resolve=lambda *_, **__: time.sleep(1) or [])
    assert time.monotonic() - began < 0.8


@given(st.text(st.characters(codec="ascii"), max_size=30), st.sampled_from(["https://", "http://", ""]))
def test_no_text_is_taken_for_another_host_than_it_names(text: str, scheme: str) -> None:
    """Whatever passes has its host right behind the scheme, and nothing that readers disagree about."""
    try:
        target = parse_target(scheme + text)
    except RefusedTarget:
        return
    assert (scheme + text).lower().removeprefix("https://").lstrip("[").startswith(target.host)
    assert not set("\\@#") & set(text.split("/")[0].split("?")[0])
    assert target.port in (443, 8443)
