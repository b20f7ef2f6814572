"""Confining: while a block runs, all HTTP and SMTP of this thread goes through our guard.

Apprise's services call `requests.post` and `smtplib.SMTP`, and nobody can hand these a connection. So two methods,
`requests.Session.get_adapter` and `smtplib.SMTP._get_socket`, are wrapped once: inside a confinement they connect
with `open_connection`, to the address that was checked; outside of one they do what they always did. Checking a
name before the send would not do: it may lead elsewhere a moment later.
"""

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from threading import Lock, Timer
from time import monotonic
from typing import Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from serving.channels.guarding import MAIL_PORTS, PORTS, RefusedTarget, find_addresses, is_trusted, open_connection
from serving.channels.posting import MOST_READ, Answer
from serving.channels.resolving import Resolve

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0


class Rehearsed(ConnectionError):
    """Not an error: a rehearsal ends where a connection would begin."""


class Confinement:
    """What one send may do, and what was seen of it: answers, failures, and the hosts it asked for."""

    def __init__(
        self,
        *,
        trusted: frozenset[str],
        resolve: Resolve,
        seconds: float,
        own_hosts: frozenset[str] = frozenset(),
        context: ssl.SSLContext | None = None,
        is_rehearsal: bool = False,
        is_open_mail: bool = False,
    ) -> None:
        self.answers: list[Answer] = []
        self.failures: list[Exception] = []
        self.places: set[tuple[str, int]] = set()
        self.context, self.is_open_mail = context, is_open_mail
        self._trusted, self._resolve, self._own_hosts = trusted, resolve, own_hosts
        self._is_rehearsal, self._ends = is_rehearsal, monotonic() + seconds
        self._twins: list[socket.socket] = []
        self._lock = Lock()

    @property
    def is_over(self) -> bool:
        """Whether the time of the send is over."""
        return monotonic() >= self._ends

    def open(self, host: str, port: int, *, ports: frozenset[int], is_open_text: bool) -> socket.socket:
        """Open a connection within the time that is left, or refuse, and remember either."""
        try:
            return self._open(host, port, ports, is_open_text)
        except Rehearsed:
            raise
        except (OSError, RefusedTarget) as error:
            self.failures.append(error)
            raise

    def record_failure(self, error: Exception) -> None:
        """Record why a request got no answer, unless it was a rehearsal, whose requests never do."""
        if not self._is_rehearsal:
            self.failures.append(error)

    def cut(self) -> None:
        """Cut all connections, whatever waits on them: this is what ends a receiver that sends a byte a second."""
        with self._lock:
            for twin in self._twins:
                with contextlib.suppress(OSError):
                    twin.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            for twin in self._twins:
                twin.close()
            self._twins.clear()

    def _open(self, host: str, port: int, ports: frozenset[int], is_open_text: bool) -> socket.socket:
        left = min(CONNECT_SECONDS, self._ends - monotonic())
        if left <= 0:
            raise TimeoutError("the time of this send is over")
        if is_trusted(host, port, self._own_hosts) or (is_open_text and not is_trusted(host, port, self._trusted)):
            raise RefusedTarget
        self.places.add((host, port))
        if self._is_rehearsal:
            find_addresses(host, port, left, self._trusted, self._resolve, ports=ports)
            raise Rehearsed("this is a rehearsal")
        connection = open_connection(host, port, left, self._trusted, self._resolve, ports=ports)
        # TLS takes the socket over; its twin still reaches the connection when the time is over.
        with self._lock:
            self._twins.append(connection.dup())
        return connection


_CURRENT: ContextVar[Confinement | None] = ContextVar("confinement", default=None)


@contextmanager
def confine(confinement: Confinement, seconds: float) -> Iterator[None]:
    """Send all HTTP and SMTP of this thread through a confinement, and cut it off after some seconds."""
    _wrap_clients()
    token = _CURRENT.set(confinement)
    timer = Timer(seconds, confinement.cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        _CURRENT.reset(token)
        confinement.close()


class _ConfinedAdapter(HTTPAdapter):
    """Sends over guarded connections: no proxies, no client certificates, no redirects, short answers."""

    def __init__(self, confinement: Confinement) -> None:
        self._confinement = confinement
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        """Make the pools, whose connections are opened by the confinement."""
        super().init_poolmanager(*arguments, **named, ssl_context=self._confinement.context)
        self.poolmanager.pool_classes_by_scheme = _build_pools(self._confinement)

    def send(self, request: Any, *arguments: Any, **named: Any) -> requests.Response:
        """Send a request and keep what was answered, read up to a bound and not unfolded."""
        request.headers["Accept-Encoding"] = "identity"
        request.headers["hotlead-hops"] = "1"
        bundle = named.get("verify")
        verify = bundle if isinstance(bundle, str) else True
        try:
            response = super().send(request, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS), verify=verify)
        except requests.RequestException as error:
            self._confinement.record_failure(error)
            raise
        _shorten(response)
        headers = {name.lower(): value for name, value in response.headers.items()}
        self._confinement.answers.append(Answer(status=response.status_code, headers=headers))
        return response


def _shorten(response: requests.Response) -> None:
    # requests would read on to the end and unfold gzip, however much that is; what it finds in these it keeps.
    response._content = b""
    with contextlib.suppress(OSError, HTTPError):
        response._content = response.raw.read(MOST_READ, decode_content=False)
    response._content_consumed = True
    response.headers.pop("location", None)
    response.raw.close()


def _build_pools(confinement: Confinement) -> dict[str, type[HTTPConnectionPool]]:
    """Build the pools of one send; bound to it by class, for urllib3 makes the connections itself."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _open_for(self, confinement, is_open_text=True)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _open_for(self, confinement, is_open_text=False)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _open_for(connection: HTTPConnection, confinement: Confinement, *, is_open_text: bool) -> socket.socket:
    try:
        return confinement.open(connection._dns_host, connection.port, ports=PORTS, is_open_text=is_open_text)
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, "nobody answered in time") from error
    except OSError as error:
        raise NewConnectionError(connection, "no connection") from error


_GET_ADAPTER: Callable[..., BaseAdapter] = requests.Session.get_adapter
_GET_SOCKET: Callable[..., socket.socket] = smtplib.SMTP._get_socket  # type: ignore[attr-defined]


def _get_adapter(self: requests.Session, url: str) -> BaseAdapter:
    confinement = _CURRENT.get()
    if confinement is None or not url.lower().startswith(("http://", "https://")):
        return _GET_ADAPTER(self, url)
    return _ConfinedAdapter(confinement)


def _get_socket(client: smtplib.SMTP, host: str, port: int, timeout: float) -> socket.socket:
    confinement = _CURRENT.get()
    if confinement is None:
        return _GET_SOCKET(client, host, port, timeout)
    connection = confinement.open(host, port, ports=MAIL_PORTS, is_open_text=confinement.is_open_mail)
    connection.settimeout(READ_SECONDS)
    return connection


@cache
def _wrap_clients() -> None:
    requests.Session.get_adapter = _get_adapter  # type: ignore[method-assign]
    smtplib.SMTP._get_socket = _get_socket  # type: ignore[attr-defined]
