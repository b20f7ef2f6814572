"""Guarding: no address that somebody typed in makes this machine speak to its own network.

A name is resolved once, all of its addresses are checked, and the connection goes to one of those very addresses:
a name that answers differently the second time gains nothing.
"""

import re
import socket
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from time import monotonic
from typing import Any

from serving.channels.addresses import is_public
from serving.channels.resolving import Resolve, resolve_within

PORTS = frozenset({443, 8443})
MAIL_PORTS = frozenset({465, 587})
SAVE_SECONDS = 5.0
MOST_URL = 2_000
_MOST_ADDRESSES = 8
_DEFAULT_PORTS = {"https": 443, "http": 80}
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>(?:[/?][!-~]*)?)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_ENDINGS = frozenset({"com", "net", "org"})


class RefusedTarget(ValueError):
    """An address that this service does not speak to; the text never says why, or it would map our network."""

    def __init__(self) -> None:
        super().__init__(
            "this address is refused: give the https address of a public host, port 443 or 8443, no user name"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A checked address, in its parts; `path` is what follows the host, query included."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The host, and the port where it is not the scheme's own, as the `Host` header wants it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def check_target(
    url: str, *, trusted: frozenset[str] = frozenset(), resolve: Resolve = socket.getaddrinfo
) -> Target:
    """Check an address when it is saved: its form, and where its name leads now.

    Parameters
    ----------
    url
        As somebody typed it.
    trusted
        Hosts, or `host:port`, that the operator vouches for: any port, plain http too, inside or outside.
    resolve
        Resolves a name, as `socket.getaddrinfo` does.

    Raises
    ------
    RefusedTarget
        If the form is not one we read, or any address of the host is not public, or the host is unknown.
    """
    target = parse_target(url, trusted=trusted)
    try:
        if not is_trusted(target.host, target.port, trusted):
            find_addresses(target.host, target.port, SAVE_SECONDS, trusted, resolve)
    except OSError:
        raise RefusedTarget from None
    return target


def parse_target(url: str, *, trusted: frozenset[str] = frozenset()) -> Target:
    """Take an address apart by rules stricter than the RFC's, so that no two readers disagree about its host.

    Raises
    ------
    RefusedTarget
        If there is a user name, a fragment, a backslash, another scheme, an odd port or an odd way to write a host.
    """
    found = _URL.fullmatch(url) if len(url) <= MOST_URL else None
    if found is None or "\\" in url or "#" in url:
        raise RefusedTarget
    scheme, host = found["scheme"].lower(), found["host"].lower().strip("[]")
    port = int(found["port"] or _DEFAULT_PORTS[scheme])
    _check_place(scheme, host, port, trusted)
    path = found["path"]
    return Target(scheme=scheme, host=host, port=port, path=path if path.startswith("/") else f"/{path}")


def is_trusted(host: str, port: int, trusted: frozenset[str]) -> bool:
    """Tell whether the operator vouches for a host, on this port or on any."""
    names = {host, f"{host}:{port}", f"[{host}]", f"[{host}]:{port}"}
    return not names.isdisjoint(name.lower() for name in trusted)


def open_connection(
    host: str,
    port: int,
    timeout: float,
    trusted: frozenset[str] = frozenset(),
    resolve: Resolve = socket.getaddrinfo,
    *,
    ports: frozenset[int] = PORTS,
) -> socket.socket:
    """Connect to a host whose addresses are all public, at one of the addresses that were checked.

    Parameters
    ----------
    timeout
        Seconds for the look-up and all attempts together.

    Raises
    ------
    RefusedTarget
        If the port is not one of `ports` or any address is not public, and the operator does not vouch for it.
    OSError
        If the name is unknown or nobody answers; `TimeoutError` if that took too long.
    """
    ends = monotonic() + timeout
    found = find_addresses(host, port, timeout, trusted, resolve, ports=ports)
    return _connect_first(found, ends)


def find_addresses(
    host: str,
    port: int,
    timeout: float,
    trusted: frozenset[str] = frozenset(),
    resolve: Resolve = socket.getaddrinfo,
    *,
    ports: frozenset[int] = PORTS,
) -> list[Any]:
    """Resolve a host once, and return its addresses if we may connect to them; parameters as `open_connection`.

    Raises
    ------
    RefusedTarget
        If the port is not one of `ports` or any address is not public, and the operator does not vouch for it.
    OSError
        If the name is unknown.
    """
    host = host.lower().strip("[]")
    look_up = resolve_within(resolve, timeout)
    if is_trusted(host, port, trusted):
        return look_up(host, port)
    if port not in ports or not _is_plain_host(host):
        raise RefusedTarget
    found = look_up(host, port)
    if not found or not all(_is_public_entry(entry) for entry in found):
        raise RefusedTarget
    return found


def _check_place(scheme: str, host: str, port: int, trusted: frozenset[str]) -> None:
    if not 1 <= port <= 65_535:
        raise RefusedTarget
    if is_trusted(host, port, trusted):
        return
    if scheme != "https" or port not in PORTS or not _is_plain_host(host):
        raise RefusedTarget


def _is_plain_host(host: str) -> bool:
    """Tell whether a host is a full name, or an address written in the one usual way."""
    try:
        return str(IPv6Address(host)) != "" if ":" in host else str(IPv4Address(host)) == host
    except AddressValueError:
        pass
    labels = host.split(".")
    is_name = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
    # A last label that is a number makes resolvers read the whole name as an address in decimal, hex or octal.
    return is_name and not _NUMBER.fullmatch(labels[-1]) and not _imitates(labels)


def _imitates(labels: list[str]) -> bool:
    """Tell whether a name hides its owner behind another's: `hooks.slack.com.evil.com`, but not `shop.com.br`."""
    return any(
        label in _ENDINGS and not (len(labels) - at == 2 and len(labels[-1]) == 2)
        for at, label in enumerate(labels[:-1])
        if at > 0
    )


def _is_public_entry(entry: Any) -> bool:
    family, address = entry[0], entry[4]
    if family not in (socket.AF_INET, socket.AF_INET6):
        return False
    has_scope = family == socket.AF_INET6 and len(address) > 3 and address[3] != 0
    return not has_scope and is_public(str(address[0]))


def _connect_first(found: list[Any], ends: float) -> socket.socket:
    """Try the addresses in turn, each for its share of the time that is left, so that a dead one leaves some."""
    failed: OSError = OSError("the name has no address")
    tried = found[:_MOST_ADDRESSES]
    for at, (family, kind, protocol, _, address) in enumerate(tried):
        left = ends - monotonic()
        if left <= 0:
            raise TimeoutError("nobody answered in time")
        connection = socket.socket(family, kind or socket.SOCK_STREAM, protocol)
        try:
            connection.settimeout(left / (len(tried) - at))
            connection.connect(address)
        except OSError as error:
            connection.close()
            failed = error
        else:
            return connection
    raise failed
