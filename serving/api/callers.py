"""Callers: what a request's headers tell of where it comes from."""

import re
from collections.abc import Iterable, Mapping
from ipaddress import AddressValueError, IPv4Address, ip_address
from urllib.parse import urlsplit

from serving.channels.webhook import HOPS_HEADER

HOPS = HOPS_HEADER.encode()
Told = Mapping[bytes, list[bytes]]
"""The headers that speak of the caller, each with all its values."""

_TELLING = frozenset(
    {
        b"authorization",
        HOPS,
        b"host",
        b"origin",
        b"sec-fetch-site",
        b"webhook-id",
        b"webhook-timestamp",
        b"webhook-signature",
    }
)
_HOST = re.compile(rb"(\[[0-9a-f:.]+\]|[^:\[\]]+)(?::[0-9]{1,5})?", re.IGNORECASE)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class CrossSite(PermissionError):
    """A browser sends this in the name of another site."""


class Loop(RecursionError):
    """A message of ours comes back to us."""


class WrongHost(LookupError):
    """A request names a host that this open service does not answer for."""


def pick_headers(headers: Iterable[tuple[bytes, bytes]]) -> Told:
    """Pick the headers that speak of the caller; what proxies forward is hearsay and is left out."""
    told: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        if name in _TELLING:
            told.setdefault(name, []).append(value)
    return told


def check_site(method: str, told: Told) -> None:
    """Check that no browser was sent here by a page of another site.

    Raises
    ------
    CrossSite
        If it says so, or if something would be changed and the page's origin is not this host.
    """
    if any(site.strip().lower() == b"cross-site" for site in told.get(b"sec-fetch-site", ())):
        raise CrossSite("a page of another site may not ask in a visitor's name")
    if method in ("GET", "HEAD"):
        return
    for origin in told.get(b"origin", ()):
        if not _is_own(origin, told.get(b"host", [])):
            raise CrossSite("the Origin is not this host; programs leave it out")


def check_loop(told: Told) -> None:
    """Check that this is no message of ours that was sent back to us.

    Raises
    ------
    Loop
        If it is: taken for news it would make the next message, and so on for ever.
    """
    if HOPS in told:
        raise Loop("this is a message of Hotlead's own: send it to somebody else")


def check_loopback(told: Told, peer: str) -> None:
    """Check that a caller without a key is on this machine and knows it by a name of its own.

    A name from elsewhere that leads here is how pages of strangers reach into a machine (DNS rebinding).

    Raises
    ------
    WrongHost
        If it is not.
    """
    hosts = told.get(b"host", [])
    if len(hosts) != 1 or not _is_loopback(hosts[0]) or not _is_here(peer):
        raise WrongHost("there are no keys or users yet, so only this machine may ask, as 127.0.0.1 or localhost")


def _is_own(origin: bytes, hosts: list[bytes]) -> bool:
    if len(hosts) != 1:
        return False
    try:
        parts = urlsplit(origin.decode("ascii"))
        host = hosts[0].decode("ascii").lower()
    except ValueError:
        return False
    port = _DEFAULT_PORTS.get(parts.scheme)
    return port is not None and parts.netloc.lower().removesuffix(port) == host.removesuffix(port)


def _is_loopback(host: bytes) -> bool:
    found = _HOST.fullmatch(host)
    if not found:
        return False
    name = found[1].lower()
    return name in (b"localhost", b"[::1]") or _is_loopback_number(name)


def _is_loopback_number(name: bytes) -> bool:
    try:
        return IPv4Address(name.decode("ascii")).is_loopback
    except (UnicodeDecodeError, AddressValueError):
        return False


def _is_here(peer: str) -> bool:
    """Tell whether a peer is no other machine; one on a socket file has no address."""
    try:
        address = ip_address(peer)
    except ValueError:
        return True
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback if mapped is None else mapped.is_loopback
